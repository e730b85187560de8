//! This server, built optimised, with its own configuration and database.

use std::path::PathBuf;
use std::process::Command;

use super::server::{DOMAIN, PASSWORD, PREFIX, Running, SERVER_CORE, Setup, pinned, write};
use crate::process::{Outcome, capture, run};
use crate::workspace::{cargo, target_folder};

fn binary() -> PathBuf {
    target_folder().join("release").join("everpresent")
}

pub(super) fn prepare() -> Outcome {
    run(cargo().args(["build", "--release", "-p", "everpresent", "--bin", "everpresent"]))
}

pub(super) fn version() -> Outcome<String> {
    let version = capture(Command::new(binary()).arg("--version"))?;
    Ok(version.trim().trim_start_matches("everpresent ").to_owned())
}

/// The configuration. Archiving is each user's preference, which the generator sets.
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
http = [\"127.0.0.1:{}\"]

[tls]
certificate = \"{}\"
key = \"{}\"
",
        setup.home.join("data").display(),
        setup.tls_port,
        setup.http_port,
        certificate.display(),
        key.display()
    )
}

pub(super) fn start(setup: &Setup<'_>) -> Outcome<Running> {
    let configuration_file = setup.home.join("everpresent.toml");
    write(&configuration_file, configuration(setup).as_bytes())?;
    let mut command = setup.command(binary())?;
    let running = Running::spawn(command.arg("serve").arg("--config").arg(&configuration_file))?;
    let running = setup.wait(running, || true)?;
    let accounts = setup.home.join("accounts.csv");
    let lines = (0..setup.accounts).map(|number| format!("{PREFIX}{number}@{DOMAIN},{PASSWORD}\n"));
    let text: String = std::iter::once("address,password\n".to_owned()).chain(lines).collect();
    write(&accounts, text.as_bytes())?;
    let mut import = pinned(SERVER_CORE, binary());
    capture(import.arg("user").arg("import").arg(&accounts).arg("--config").arg(&configuration_file))?;
    Ok(running)
}
