//! This server, built optimised, with its own configuration and database.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::server::{DOMAIN, PASSWORD, PREFIX, Running, Setup, write};
use crate::process::{Outcome, capture, run};
use crate::workspace::target_folder;

pub(super) fn binary() -> PathBuf {
    target_folder().join("release").join("everpresent")
}

pub(super) fn version() -> Outcome<String> {
    let version = capture(Command::new(binary()).arg("--version"))?;
    Ok(version.trim().trim_start_matches("everpresent ").to_owned())
}

/// The configuration. All clients of the bench come from one address and send as fast as they can.
pub(super) fn configuration(setup: &Setup<'_>) -> String {
    let (certificate, key) = (setup.folder.certificate(), setup.folder.key());
    format!(
        "[node]
name = \"bench\"
domains = [\"{DOMAIN}\"]
data_dir = \"{}\"

[listen]
c2s = []
c2s_tls = [\"127.0.0.1:{}\"]
c2s_plain = [\"127.0.0.1:{}\"]
http = [\"127.0.0.1:{}\"]

[tls]
certificate = \"{}\"
key = \"{}\"

[limits]
connections_per_address = 1000000
bytes_per_second = 1000000000

[archive]
enabled = {}

[log]
level = \"warn\"
",
        setup.home.join("data").display(),
        setup.tls_port,
        setup.plain_port,
        setup.http_port,
        certificate.display(),
        key.display(),
        setup.archive
    )
}

pub(super) fn start(setup: &Setup<'_>) -> Outcome<Running> {
    let configuration_file = setup.home.join("everpresent.toml");
    write(&configuration_file, configuration(setup).as_bytes())?;
    make_accounts(setup, &configuration_file)?;
    let mut command = setup.command(binary())?;
    let running = Running::spawn(command.arg("serve").arg("--config").arg(&configuration_file))?;
    setup.wait(running, || true)
}

/// Imports accounts into the stopped server's database. Deriving their keys takes minutes, so the database is kept for
/// the next round.
pub(super) fn make_accounts(setup: &Setup<'_>, configuration_file: &Path) -> Outcome {
    let kept = setup.folder.path().join(format!("everpresent-accounts-{}", setup.accounts));
    let data = setup.home.join("data");
    if kept.exists() {
        return run(Command::new("cp").arg("-r").arg(&kept).arg(&data));
    }
    println!("  making {} accounts", setup.accounts);
    let file = setup.home.join("accounts.csv");
    let lines = (0..setup.accounts).map(|number| format!("{PREFIX}{number}@{DOMAIN},{PASSWORD}\n"));
    let text: String = std::iter::once("jid,password\n".to_owned()).chain(lines).collect();
    write(&file, text.as_bytes())?;
    capture(
        Command::new(binary()).args(["user", "import"]).arg(&file).arg("--config").arg(configuration_file),
    )?;
    run(Command::new("cp").arg("-r").arg(&data).arg(&kept))
}
