//! `everpresent support-bundle`: all that helps, and no secret.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use crate::harness::Place;
use crate::served::Served;

/// The files of a bundle by name, without the folder that they lie in.
fn unpacked(place: &Place, name: &str) -> BTreeMap<String, String> {
    let file = std::fs::File::open(place.path().join(name)).unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        assert_eq!(entry.header().mode().unwrap(), 0o600);
        let path = entry.path().unwrap().display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        files.insert(path.split_once('/').unwrap().1.to_owned(), text);
    }
    files
}

fn holds_none(files: &BTreeMap<String, String>, secrets: &[&str]) {
    for (name, text) in files {
        for secret in secrets {
            assert!(!secret.is_empty() && !text.contains(secret), "{secret:?} is in {name}:\n{text}");
        }
    }
}

#[test]
fn a_running_node_is_packed_whole_and_without_its_secrets() {
    let served = Served::start("");
    let place = &served.place;
    let token = std::fs::read_to_string(place.path().join("data/admin.token")).unwrap();
    let token = token.trim();
    let key = std::fs::read_to_string(place.path().join("data/self-signed.key")).unwrap();
    let key_line = key.lines().nth(1).unwrap();
    let config = std::fs::read_to_string(place.path().join("everpresent.toml")).unwrap();
    place.write("everpresent.toml", &format!("# my password is in-a-comment\n{config}"));
    place.write(
        "node.log",
        &format!(
            "2026-11-26T11:49:59Z  INFO everpresent: too early\n\
             2026-11-26T11:55:00Z  INFO everpresent: the event\n    a line that belongs to it\n\
             2026-11-26T11:56:00Z DEBUG everpresent: GET / authorization: Bearer {token}\n\
             2026-11-26T11:56:01Z DEBUG everpresent: bare {token} and {key_line}\n\
             2026-11-26T11:56:02Z TRACE everpresent: <auth mechanism='PLAIN'>c2FzbC1wcm9vZg==</auth>\n\
             2026-11-26T11:56:03Z DEBUG everpresent: token=fast-token, joined with ep1.invitation-token\n{key}\n\
             2026-11-26T12:10:01Z  INFO everpresent: too late\n"
        ),
    );
    place.write("other.log", "{\"timestamp\":\"2026-11-26T12:01:00Z\",\"password\":\"json-password\"}\n");
    let line =
        "support-bundle --around 2026-11-26T12:00:00Z --span 10m --output b.tgz --log node.log other.log";
    let out = place.run(line).ok();
    assert!(out.starts_with("b.tgz is written") && !out.contains("missing"), "{out}");

    let files = unpacked(place, "b.tgz");
    let secrets = [
        token,
        key_line,
        "in-a-comment",
        "c2FzbC1wcm9vZg",
        "fast-token",
        "invitation-token",
        "json-password",
        "PRIVATE KEY",
    ];
    holds_none(&files, &secrets);
    let log = &files["logs/1-node.log"];
    assert!(log.contains("the event\n    a line that belongs to it\n"), "{log}");
    assert!(!log.contains("too early") && !log.contains("too late"), "{log}");
    assert!(files["logs/2-other.log"].contains("12:01:00Z"));
    assert!(files["enterprisenode.csv"].contains("\nimp1,imp1,DefaultCUPSubCluster,"));
    assert!(files["enterprisesubcluster.csv"].starts_with("id,name,ha_enabled,"));
    assert!(files["ha-status.json"].contains("\"state\": \"Unknown\""));
    assert!(files.contains_key("metrics.txt"), "empty as long as nothing was counted");
    assert!(files["config.toml"].contains("name = \"imp1\""), "{}", files["config.toml"]);
    for name in ["versions.json", "ha-parameters.json", "node-status.json", "groups.json", "manifest.json"] {
        serde_json::from_str::<serde_json::Value>(&files[name]).unwrap();
    }
    let again = place.run(line);
    assert_eq!(again.code, 1, "nothing is overwritten");
    assert!(again.err.contains("b.tgz") && again.err.contains("--output"), "{}", again.err);
}

#[test]
fn a_node_that_is_down_with_its_database_is_packed_as_far_as_it_goes() {
    let place = Place::new();
    place.write("database.txt", "file-password\n");
    place.write("hook.txt", "hook-password\n");
    place.write(
        "everpresent.toml",
        "[database]\nurl = \"postgres://ever:url%2Dpassword@127.0.0.1:9/ever?password=query-password\"\n\
         [listen]\nhttp = []\n[websocket]\nurl = \"wss://user:ws-password@example.org/\"\n\
         [alerts]\nwebhook = \"https://hooks.example.org/path-password\"\nwebhook_token_file = \"hook.txt\"\n",
    );
    place.write(
        "node.log",
        "2026-11-26T12:00:00Z ERROR everpresent: no database: url-password query-password hook-password\n",
    );
    let line = "support-bundle --around 2026-11-26T12:00:00Z --log node.log nowhere.log --json";
    let told = place.run(line).json();
    let missing: Vec<&str> =
        told["missing"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    for what in ["enterprisenode.csv", "ha-status.json", "metrics.txt", "logs/2-nowhere.log"] {
        assert!(missing.contains(&what), "{what} is not in {missing:?}");
    }
    let files = unpacked(&place, told["file"].as_str().unwrap());
    assert!(files["manifest.json"].contains("the server does not run"), "{}", files["manifest.json"]);
    assert!(files["config.toml"].contains("ever"), "{}", files["config.toml"]);
    holds_none(
        &files,
        &[
            "url-password",
            "url%2Dpassword",
            "query-password",
            "ws-password",
            "path-password",
            "hook-password",
        ],
    );
    assert!(files["config.toml"].contains("https://hooks.example.org/…"), "{}", files["config.toml"]);
    assert!(!told.to_string().contains("-password"), "{told}");
}

#[test]
fn what_cannot_be_done_leaves_no_file() {
    let place = Place::new();
    place.write("everpresent.toml", "[listen]\nhttp = []\n");
    for (line, code) in [
        ("support-bundle --span never", 64),
        ("support-bundle --span 200h", 64),
        ("support-bundle --around yesterday", 64),
        ("support-bundle --output no/folder/b.tgz", 1),
    ] {
        assert_eq!(place.run(line).code, code, "{line}");
    }
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
}
