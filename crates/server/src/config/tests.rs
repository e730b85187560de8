//! Stories about configurations, good and bad.

use super::*;
use std::time::Duration;

fn no_environment() -> Environment {
    Environment::new()
}

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    Config::parse(text, Path::new("/etc/everpresent/everpresent.toml"), &no_environment())
}

fn complaints(text: &str) -> Vec<String> {
    let errors = parse(text).expect_err("the file must be refused");
    let first_lines =
        errors.errors().iter().map(|error| error.to_string().lines().next().unwrap_or_default().to_owned());
    first_lines.map(|line| line.replace("/etc/everpresent/everpresent.toml", "FILE")).collect()
}

/// The only complaint about `text`.
fn complaint(text: &str) -> String {
    let all = complaints(text);
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0].clone()
}

fn with_variable(name: &str, value: &str) -> Result<Config, ConfigErrors> {
    let environment = Environment::from([(name.to_owned(), value.to_owned())]);
    Config::parse("[listen]\nc2s = [\"127.0.0.1:1\"]", Path::new("everpresent.toml"), &environment)
}

#[test]
fn an_empty_file_is_a_working_configuration() {
    let config = parse("").expect("defaults work");
    assert_eq!(config.node.domains[0].as_str(), "localhost");
    assert_eq!(config.node.data_dir, Path::new("/etc/everpresent/data"));
    assert_eq!(config.database.url.expose(), "sqlite:/etc/everpresent/data/everpresent.db");
    assert_eq!(config.admin.token_file.as_deref(), Some(Path::new("/etc/everpresent/data/admin.token")));
    assert_eq!(config.session.resume, Duration::from_secs(900));
    assert!(config.listen.http.iter().all(|address| address.ip().is_loopback()));
    assert!(config.listen.c2s_plain.is_empty());
    assert!(config.link.listen.is_empty() && config.link.advertise.is_none());
    assert_eq!(config.link.dir.as_deref(), Some(Path::new("/etc/everpresent/data/cluster")));
}

#[test]
fn other_nodes_are_told_an_address_that_they_can_use() {
    let advertised = |text: &str| parse(&format!("[link]\n{text}")).expect("valid").link.advertise;
    assert_eq!(advertised("listen = [\"192.0.2.1:5290\"]").as_deref(), Some("192.0.2.1:5290"));
    let behind = "listen = [\"0.0.0.0:5290\"]\nadvertise = \"imp1.example.org:5290\"";
    assert_eq!(advertised(behind).as_deref(), Some("imp1.example.org:5290"));
    let unusable = complaint("[link]\nlisten = [\"0.0.0.0:5290\"]");
    assert!(unusable.contains("`advertise` in [link] is needed"), "{unusable}");
    let no_port = complaint("[link]\nlisten = [\"0.0.0.0:5290\"]\nadvertise = \"imp1\"");
    assert!(no_port.contains("must be host:port"), "{no_port}");
    let twice = complaint("[listen]\nc2s = [\"192.0.2.1:5222\"]\n[link]\nlisten = [\"192.0.2.1:5222\"]");
    assert!(
        twice.contains("`listen` in [link] names 192.0.2.1:5222, which is already listened on"),
        "{twice}"
    );
}

#[test]
fn the_keys_that_others_rely_on_are_read() {
    let config = parse(
        r#"
        [node]
        name = "imp1"
        domains = ["Example.ORG", "chat.example.org"]
        data_dir = "/var/lib/everpresent"
        [database]
        url = "postgres://everpresent@db/everpresent"
        [listen]
        c2s = ["192.0.2.1:5222", "[2001:db8::1]:5222"]
        c2s_tls = []
        http = ["localhost:0", "127.0.0.1:0"]
        [tls]
        certificate = "cert.pem"
        key = "/keys/key.pem"
        "#,
    )
    .expect("valid");
    assert_eq!(config.node.domains[0].as_str(), "example.org", "domains are normalised");
    assert_eq!(config.listen.c2s[1].to_string(), "[2001:db8::1]:5222");
    assert!(config.listen.c2s_tls.is_empty());
    assert_eq!(config.listen.http[0].to_string(), "127.0.0.1:0");
    assert_eq!(config.tls.certificate.as_deref(), Some(Path::new("/etc/everpresent/cert.pem")));
    assert_eq!(config.tls.key.as_deref(), Some(Path::new("/keys/key.pem")));
}

#[test]
fn unknown_names_are_refused_with_the_nearest_one_and_their_place() {
    assert_eq!(
        complaint("[listen]\n  c2s_tsl = []"),
        "FILE:2:3: unknown key `c2s_tsl` in [listen]; did you mean `c2s_tls`?"
    );
    assert_eq!(complaint("[lisen]\n"), "FILE:1:2: unknown section `lisen`; did you mean [listen]?");
    assert_eq!(
        complaint("[tls]\ndata_dir = \"x\""),
        "FILE:2:1: unknown key `data_dir` in [tls]; it belongs into [node]"
    );
    assert_eq!(
        complaint("data_dir = \"x\""),
        "FILE:1:1: `data_dir` stands outside any section; it belongs into [node]"
    );
    assert_eq!(
        complaint("[tls]\nzzz = 1"),
        "FILE:2:1: unknown key `zzz` in [tls]; there are `certificate`, `key`"
    );
    assert_eq!(complaint("node = 1"), "FILE:1:8: `node` is a section: write [node] on its own line");
}

#[test]
fn columns_count_characters_and_the_place_is_shown() {
    let errors = parse("[node]\ndomains = [\"böse.example\"] # ü\n\"nöme\" = \"x\"").expect_err("refused");
    let text = errors.to_string();
    assert!(text.contains(":3:1: unknown key `nöme`"), "{text}");
    assert!(text.ends_with("\n 3 | \"nöme\" = \"x\"\n   | ^^^^^^"), "{text}");
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    assert_eq!(
        complaint("[session]\nresume_seconds = \"15m\""),
        "FILE:2:18: `resume_seconds` in [session] must be a plain number without quotes and unit; it is counted in seconds"
    );
    assert!(complaint("[limits]\nstanza_bytes = -1").contains("must be a whole number from 0, not -1"));
    assert!(complaint("[limits]\nstanza_bytes = 5").contains("must be from 10000 to 16777216, not 5"));
    assert!(complaint("[limits]\nstanza_bytes = 99999999999999999999").contains("must be a whole number"));
    assert!(complaint("[archive]\nenabled = 1").contains("is a whole number, but must be true or false"));
    assert!(complaint("[log]\nformat = \"xml\"").contains("must be one of human, json, not \"xml\""));
    assert!(complaint("[listen]\nc2s = \"0.0.0.0:5222\"").contains("must be a list of texts"));
    assert!(complaint("[listen]\nc2s = [5222]").contains("holds what is a whole number"));
    assert!(complaint("[listen]\nc2s = [\"0.0.0.0\"]").contains("the port is missing"));
    assert!(complaint("[listen]\nc2s = [\"*:5222\"]").contains("for every address write 0.0.0.0:5222"));
    assert!(complaint("[node]\ndomains = [\"a@b\"]").contains("write only what stands after the @"));
    assert!(complaint("[node]\ndata_dir = \"\"").contains("must not be empty"));
    assert!(
        complaint("[database]\nurl = \"mysql://secret\"").contains("must begin with sqlite: or postgres://")
    );
}

#[test]
fn what_is_not_toml_is_refused_where_it_breaks() {
    assert!(complaint("[node]\nname = ").starts_with("FILE:2:8: is not valid TOML: "));
    assert!(complaint("[node]\nname = \"a\"\nname = \"b\"").starts_with("FILE:3:1: is not valid TOML: "));
    let deep = format!("[node]\nname = {}", "[".repeat(100_000));
    assert!(complaint(&deep).contains("is not valid TOML"));
}

#[test]
fn every_problem_is_reported_at_once_in_the_order_of_the_file() {
    let all = complaints("[nod]\n[limits]\nstanza_bytes = 1\nrooster = 1\n[log]\nlevel = \"loud\"");
    let places: Vec<&str> = all.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(places, ["FILE:1:2", "FILE:3:16", "FILE:4:1", "FILE:6:9"]);
}

#[test]
fn settings_that_contradict_each_other_are_refused_with_the_reason() {
    let open = complaint("[listen]\nc2s_plain = [\"0.0.0.0:5222\"]\nc2s = []");
    assert!(open.starts_with("FILE:2:13: "), "{open}");
    assert!(open.contains("loopback only") && open.contains("in clear"), "{open}");
    assert!(parse("[listen]\nc2s_plain = [\"127.0.0.1:5200\", \"[::1]:5200\"]").is_ok());
    assert!(complaint("[session]\nresume_seconds = 656").contains("must be 657 at least, not 656"));
    assert!(parse("[session]\nresume_seconds = 657").is_ok());
    assert!(complaint("[tls]\nkey = \"k\"").contains("needs `certificate` beside it"));
    assert!(complaint("[node]\nname = \"Node 1\"").contains("a-z, 0-9 and hyphen"));
    assert!(complaint("[node]\ndomains = []").contains("1 to 64 domains"));
    assert!(complaint("[node]\ndomains = [\"a\", \"A\"]").contains("names a twice"));
    assert!(complaint("[listen]\nhttp = [\"0.0.0.0:5222\"]").contains("already listened on"));
    let nothing = "[listen]\nc2s = []\nc2s_tls = []\nhttp = []";
    assert!(complaint(nothing).contains("nobody could reach this node"));
    assert!(complaint("[websocket]\nurl = \"https://x\"").contains("must begin with wss://"));
    let small = "[limits]\nstanza_bytes = 1000000\nunacked_bytes = 500000";
    assert!(complaint(small).starts_with("FILE:3:17: `unacked_bytes`"));
}

#[test]
fn alerts_go_out_only_where_they_can_be_sent_safely() {
    let relay = |more: &str| format!("[alerts]\nsmtp = \"mail.example.org:587\"\n{more}");
    let whole = relay("from = \"Node <ep@example.org>\"\nto = [\"ops@example.org\"]\n");
    assert!(parse(&whole).is_ok());
    assert!(parse("").expect("defaults work").alerts.settings().mail.is_none());
    assert!(
        complaints(&relay(""))
            .iter()
            .any(|line| line.starts_with("FILE:2:8: ") && line.contains("needs `from`"))
    );
    assert!(
        complaint(&relay("from = \"ep@example.org\""))
            .contains("needs 1 to 16 recipients in `to`; there are 0")
    );
    let open = complaint(&format!("{whole}smtp_security = \"none\""));
    assert!(open.starts_with("FILE:5:17: `smtp_security`") && open.contains("not on this machine"), "{open}");
    let local = whole.replace("mail.example.org:587", "[::1]:25");
    assert!(parse(&format!("{local}smtp_security = \"none\"")).is_ok());
    assert!(
        complaint(&format!("{whole}smtp_user = \"ep\"")).contains("needs `smtp_password_file` beside it")
    );
    assert!(complaint(&format!("{whole}smtp_security = \"ssl\"")).contains("smtp_security"));
    assert!(complaint("[alerts]\nto = [\"ops@example.org\"]").contains("`to` in [alerts] needs `smtp`"));
    assert!(complaint("[alerts]\nto = [\"ops\"]").contains("not an e-mail address"));
    assert!(complaint("[alerts]\nsmtp = \"mail.example.org\"").contains("must be host:port"));
    assert!(complaint("[alerts]\nwebhook_token_file = \"t\"").contains("needs `webhook`"));
    let token = "[alerts]\nwebhook_token_file = \"t\"\nwebhook = \"http://example.org/s3cret\"";
    let text = complaint(token);
    assert!(text.contains("must begin with https://") && !text.contains("s3cret"), "{text}");
    assert!(parse(&token.replace("http:", "https:")).is_ok());
    assert!(parse(&token.replace("example.org", "127.0.0.1:8080")).is_ok());
}

#[test]
fn files_of_alerts_are_looked_at_and_not_shown() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let file = dir.path().join("everpresent.toml");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
    let hook = "[alerts]\nwebhook = \"https://example.org/s3cret\"\nwebhook_token_file = \"token\"\nca_file = \"ca\"\n";
    write("everpresent.toml", hook);
    write("ca", "hello");
    let text = Config::load(&file).expect_err("files are missing").to_string();
    assert!(
        text.contains(":3:22: `webhook_token_file` in [alerts]: ") && text.contains(":4:11: `ca_file`"),
        "{text}"
    );
    write("token", "t0ken\n");
    write("everpresent.toml", &hook.replace("ca_file", "# ca_file"));
    let config = Config::load(&file).expect("valid");
    assert_eq!(config.alerts.webhook_token_file, Some(dir.path().join("token")));
    let shown = format!("{config:?} {:?}", config.alerts.settings());
    assert!(!shown.contains("s3cret") && !shown.contains("t0ken"), "{shown}");
}

#[test]
fn the_environment_takes_the_place_of_a_key() {
    let config = with_variable("EVERPRESENT_LISTEN_C2S", "127.0.0.1:5222, [::1]:5222").expect("valid");
    assert_eq!(config.listen.c2s.len(), 2);
    assert_eq!(config.listen.c2s[1].to_string(), "[::1]:5222");
    let config = with_variable("EVERPRESENT_SESSION_RESUME_SECONDS", "1000").expect("valid");
    assert_eq!(config.session.resume, Duration::from_secs(1000));
    let text = with_variable("EVERPRESENT_ARCHIVE_ENABLED", "yes").expect_err("refused").to_string();
    assert_eq!(
        text,
        "environment variable EVERPRESENT_ARCHIVE_ENABLED: `enabled` in [archive] must be true or false"
    );
    let text = with_variable("EVERPRESENT_LISTEN_C2S_TSL", "x").expect_err("refused").to_string();
    assert!(text.contains("names no key of [listen]; did you mean EVERPRESENT_LISTEN_C2S_TLS?"), "{text}");
    assert!(with_variable("EVERPRESENT_SERVICE_HOST", "10.0.0.1").is_ok(), "made by container systems");
}

#[test]
fn relative_files_are_taken_from_the_folder_of_the_configuration() {
    let config = parse("[database]\nurl = \"sqlite:db/x.db\"\n[node]\ndata_dir = \"../d%\"").expect("valid");
    assert_eq!(config.database.url.expose(), "sqlite:/etc/everpresent/db/x.db");
    let config = parse("[node]\ndata_dir = \"100%\"").expect("valid");
    assert_eq!(config.database.url.expose(), "sqlite:/etc/everpresent/100%25/everpresent.db");
}

#[test]
fn passwords_come_from_files_and_are_not_shown() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let file = dir.path().join("everpresent.toml");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
    write("password", "p@ss word\n");
    write(
        "everpresent.toml",
        "[database]\nurl = \"postgres://ep@db:5432/ep\"\npassword_file = \"password\"\n",
    );
    let config = Config::load(&file).expect("valid");
    assert_eq!(config.database.url.expose(), "postgres://ep:p%40ss%20word@db:5432/ep");
    assert_eq!(config.database.url.to_string(), "postgres://ep:…@db:5432/ep");
    assert!(!format!("{config:?}").contains("p%40ss"));

    write("everpresent.toml", "[database]\nurl = \"postgres://db/ep\"\npassword_file = \"password\"\n");
    let text = Config::load(&file).expect_err("no user").to_string();
    assert!(text.contains(":3:17: ") && text.contains("must name a user and no password"), "{text}");

    write("everpresent.toml", "[tls]\ncertificate = \"none.pem\"\nkey = \"none.key\"\n");
    let text = Config::load(&file).expect_err("files are missing").to_string();
    assert!(text.contains(":2:15: `certificate` in [tls]: ") && text.contains(":3:7: `key`"), "{text}");
}

#[test]
fn a_file_that_cannot_be_a_configuration_is_refused() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let file = dir.path().join("everpresent.toml");
    assert!(Config::load(&file).expect_err("missing").to_string().contains("everpresent init DIR"));
    std::fs::write(&file, [0x23, 0xff, 0xfe]).expect("written");
    assert!(Config::load(&file).expect_err("binary").to_string().contains("is not UTF-8 from byte 1 on"));
    std::fs::write(&file, vec![b'#'; 2 * 1024 * 1024]).expect("written");
    assert!(Config::load(&file).expect_err("huge").to_string().contains("is longer than"));
}

#[test]
fn the_commented_file_is_valid_and_says_the_defaults() {
    let text = template("example.org");
    let config = parse(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let mut defaults = parse("").expect("defaults work");
    defaults.node.domains = config.node.domains.clone();
    assert_eq!(config.node.domains[0].as_str(), "example.org");
    assert_eq!(config, defaults);
    // With every comment of a key opened it still says the same.
    let keys = SECTIONS.iter().flat_map(|section| section.keys);
    let opened =
        keys.fold(text, |text, key| text.replace(&format!("# {} = ", key.name), &format!("{} = ", key.name)));
    assert!(!opened.contains("# level ="));
    assert_eq!(parse(&opened).unwrap_or_else(|errors| panic!("{errors}")), defaults);
}

#[test]
fn each_key_has_one_name_one_variable_and_a_unit() {
    let mut variables = std::collections::HashSet::new();
    for section in SECTIONS {
        for key in section.keys {
            assert!(
                variables.insert(reader::variable(section.name, key.name)),
                "{} is named twice",
                key.name
            );
            assert_eq!(key.kind == "seconds", key.name.ends_with("_seconds"), "{}", key.name);
            assert!(
                key.range.is_some() || !["number", "seconds"].contains(&key.kind),
                "{} has no bounds",
                key.name
            );
        }
    }
}

#[test]
fn the_reference_in_the_repository_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/config.md");
    let written = std::fs::read_to_string(path).expect("docs/config.md exists");
    assert!(written == reference(), "run: cargo run -- config reference > docs/config.md");
}
