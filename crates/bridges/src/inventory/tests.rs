//! Inventories that are right, and what is said of those that are not.

use std::path::Path;

use everpresent_audit::Role;

use super::*;
use crate::secret::SecretSource;

fn parse(text: &str) -> Result<Inventory, InventoryError> {
    Inventory::parse(text, Path::new("/etc/everpresent/bridges.toml"))
}

fn refused(text: &str) -> String {
    parse(text).expect_err("it is refused").to_string()
}

#[test]
fn what_init_writes_is_an_inventory() {
    let inventory = parse(TEMPLATE).unwrap();
    let names: Vec<&str> = inventory.servers.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["webbridge1", "webbridge2", "core1"]);
    let (_, one) = inventory.by_name("WEBBRIDGE1").unwrap();
    let ssh = one.ssh.as_ref().unwrap();
    assert_eq!(ssh.to_string(), "admin@192.0.2.194");
    let password = SecretSource::File("/etc/everpresent/mmp-password".into());
    assert_eq!(
        ssh.authentication,
        Authentication::Password(password),
        "from the defaults, beside the inventory"
    );
    let (_, two) = inventory.by_name("webbridge2").unwrap();
    let ssh = two.ssh.as_ref().unwrap();
    assert_eq!(ssh.user, "restarter");
    assert!(matches!(&ssh.authentication, Authentication::Key { file, .. } if file.ends_with("id_ed25519")));
    assert_eq!(two.windows[0].to_string(), "Sun 02:00 Europe/Brussels for 1h");
    let (id, core) = inventory.by_name("core1").unwrap();
    assert_eq!(inventory.deployment.server(id).role, Role::CallBridge);
    assert!(core.ssh.is_none(), "a Call Bridge is only looked at");
    assert_eq!(inventory.by_name("192.0.2.7").map(|(_, entry)| entry.name.as_str()), Some("webbridge2"));
}

#[test]
fn each_key_of_the_template_that_is_commented_out_is_one() {
    let mut text = String::new();
    for line in TEMPLATE.lines() {
        let key = line.strip_prefix('#').filter(|rest| !rest.starts_with(' ') && !rest.is_empty());
        text.push_str(key.unwrap_or(line));
        text.push('\n');
    }
    let inventory = parse(&text).unwrap();
    assert_eq!(inventory.restart.schedule.unwrap().to_string(), "Sat 02:00 Europe/Brussels");
    assert_eq!(inventory.servers[3].janus.as_ref().unwrap().url, "http://127.0.0.1:7088/admin");
    assert!(inventory.alerts.webhook.is_some());
}

#[test]
fn a_small_inventory_has_careful_defaults() {
    let inventory = parse("[[server]]\nname = \"cms\"\nrole = \"both\"\n").unwrap();
    assert_eq!(inventory.restart.live_calls, 0);
    assert_eq!(inventory.restart.parallel, 1);
    assert!(inventory.restart.schedule.is_none() && inventory.servers[0].windows.is_empty());
    assert!(inventory.servers[0].ssh.is_none(), "nothing says how to sign in");
    assert_eq!(inventory.known_hosts, Path::new("/etc/everpresent/known_hosts"));
}

#[test]
fn problems_have_line_and_column() {
    let server = "[[server]]\nname = \"a\"\nrole = \"web bridge\"\n";
    for (text, place, part) in [
        ("native_clients = 1\n".to_owned(), ":1:18", "boolean"),
        (format!("{server}colour = \"red\"\n"), ":4:1", "unknown field `colour`"),
        (format!("{server}limit = -1\n"), ":4:9", "-1"),
        ("[[server]]\nname = \"a\"\nrole = \"webbridge\"\n".to_owned(), ":3:8", "web bridge"),
        (format!("{server}windows = [\"Sat 25:00 UTC\"]\n"), ":4:", "no time of day"),
        (format!("[restart]\nschedule = \"Sat 02:00\"\n{server}"), ":2:12", "Sat 02:00 Europe/Brussels"),
        (format!("[restart]\nparallel = 0\n{server}"), ":2:12", "1 to 16"),
        (format!("zone = \"Mars\"\n{server}"), ":1:8", "no time zone"),
        (format!("{server}{server}"), ":4:1", "\"a\""),
        (format!("{server}[server.ssh]\nolder_algorithms = [\"des\"]\n"), ":5:", "des"),
        (format!("[alerts]\nwebhook = \"ftp://x/\"\n{server}"), ":2:11", "https://"),
        ("x = [".to_owned(), ":1:", ""),
        (String::new(), ":1:1", "no server"),
    ] {
        let error = refused(&text);
        assert!(error.contains(&format!("bridges.toml{place}")) && error.contains(part), "{text}\n{error}");
    }
}

#[test]
fn keys_that_contradict_each_other_are_refused() {
    let server = "[[server]]\nname = \"a\"\nrole = \"web bridge\"\n";
    for (more, part) in [
        ("[server.ssh]\npassword_file = \"p\"\nagent = true\n", "not several"),
        (
            "[server.ssh]\npassword_file = \"p\"\npassword_environment = \"P\"\n",
            "give one of `password_file`",
        ),
        ("[server.ssh]\nkey_passphrase_file = \"p\"\n", "needs a `key_file`"),
        ("[server.ssh]\npassword_credential = \"../x\"\n", "no name of a credential"),
        ("sftp_log = true\n", "needs SSH access"),
        ("[server.janus]\nadmin = \"http://127.0.0.1:7088/admin\"\n", "is no janus"),
        ("address = \"a b\"\n", "host name or an IP address"),
    ] {
        let error = refused(&format!("{server}{more}"));
        assert!(error.contains(part) && error.contains(":1:1"), "{more}: {error}");
    }
    let janus = refused("[[server]]\nname = \"j\"\nrole = \"janus\"\n");
    assert!(janus.contains("[server.janus]"), "{janus}");
}

#[test]
fn a_password_in_the_inventory_itself_is_an_unknown_key_and_not_repeated() {
    let error = refused("[ssh]\npassword = \"hunter2\"\n");
    assert!(error.contains("unknown field `password`") && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_file_that_is_no_inventory_by_its_size_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bridges.toml");
    std::fs::write(&path, "#".repeat(1 + usize::try_from(MAX_INVENTORY_BYTES).unwrap())).unwrap();
    assert!(matches!(Inventory::load(&path), Err(InventoryError::TooLarge { .. })));
    let missing = Inventory::load(&folder.path().join("none")).unwrap_err().to_string();
    assert!(missing.contains("bridges init"), "{missing}");
}
