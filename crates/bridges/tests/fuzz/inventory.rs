//! Inventories: what is wrong is an error with a place in the text.

use std::path::Path;

use everpresent_bridges::inventory::TEMPLATE;
use everpresent_bridges::{Inventory, InventoryError};

use crate::driver::fuzz;

const SMALL: &str = "zone = \"Europe/Brussels\"\nnative_clients = true\n[restart]\nparallel = 2\nbudget_period = \"7d\"\n\
    [[server]]\nname = \"web1\"\nrole = \"web bridge\"\naddress = \"192.0.2.1\"\nlog_names = [\"w\"]\nfiles = [\"a.log\"]\n\
    windows = [\"Sat 02:00 UTC for 2h\"]\nlimit = 149\n[server.ssh]\npassword_file = \"p\"\n\
    [[server]]\nname = \"j\u{fc}nus\"\nrole = \"janus\"\n[server.janus]\nadmin = \"unix:/run/janus\"\ngrace = \"5m\"\n";

const PIECES: [&[u8]; 30] = [
    b"[[server]]\n",
    b"[server.ssh]\n",
    b"[server.janus]\n",
    b"[restart]\n",
    b"[alerts]\n",
    b"[watch]\n",
    b"[ssh]\n",
    b"name = \"a\"\n",
    b"role = \"both\"\n",
    b"admin = \"http://a\"\n",
    b"sftp_log = true\n",
    b"agent = true\n",
    b"key_file = \"k\"\n",
    b"password_credential = \"../x\"\n",
    b"windows = [\"",
    b"webhook = \"https://a/b\"\n",
    b"smtp = \"a:25\"\n",
    b"to = [\"a@b\"]\n",
    b"syslog = \"",
    b"\"\"\"",
    b"'''",
    b"\\u0000",
    b"\\U0010ffff",
    b"\xc3\xa9",
    b"{a={",
    b"[[",
    b"99999999999999999999",
    b"1979-05-27T07:32:00Z",
    b"# ",
    b"\n",
];

/// The template with everything in it that is commented out.
fn everything() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') && !key.is_empty() => format!("{key}\n"),
        _ => format!("{line}\n"),
    };
    TEMPLATE.lines().map(line).collect()
}

#[test]
fn inventory() {
    let all = everything();
    fuzz(&[SMALL.as_bytes(), all.as_bytes(), TEMPLATE.as_bytes()], &PIECES, |input| {
        let text = String::from_utf8_lossy(input);
        match Inventory::parse(&text, Path::new("/etc/everpresent/bridges.toml")) {
            Ok(inventory) => {
                assert!(!inventory.servers.is_empty());
                for entry in &inventory.servers {
                    let (id, found) = inventory.by_name(&entry.name).expect("each is found by its name");
                    assert_eq!(found.name, inventory.entry(id).name);
                    assert!(!entry.address.contains(char::is_whitespace));
                    assert!(inventory.known_hosts.is_absolute() && inventory.journal.is_absolute());
                }
                format!("{} servers", inventory.servers.len().min(9))
            }
            Err(InventoryError::Wrong { line, column, message, .. }) => {
                let lines: Vec<&str> = text.split('\n').collect();
                assert!((1..=lines.len()).contains(&line), "{line}:{column}: {message}");
                assert!(column <= lines[line - 1].chars().count() + 1, "{line}:{column}: {message}");
                assert!(!message.is_empty() && !message.contains('\n'), "{message:?}");
                message.chars().filter(|c| c.is_ascii_lowercase()).take(40).collect()
            }
            Err(other) => panic!("{other}: nothing is read"),
        }
    });
}
