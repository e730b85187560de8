//! Prosody from Debian, with its own configuration and data.

use std::fs;
use std::process::Command;

use super::server::{DOMAIN, PASSWORD, PREFIX, Running, Setup, trouble, write};
use crate::install;
use crate::process::{Outcome, capture};

pub(super) fn prepare() -> Outcome {
    install::debian(&[("prosody", "prosody")])
}

/// The configuration: no module `limits`, what Everpresent does too as modules.
pub(super) fn configuration(setup: &Setup<'_>) -> String {
    let (certificate, key) = (setup.folder.certificate(), setup.folder.key());
    let (certificate, key, home) = (certificate.display(), key.display(), setup.home.display());
    let archive = if setup.archive { "\ndefault_archive_policy = true" } else { "" };
    let archive_module = if setup.archive { ", \"mam\"" } else { "" };
    format!(
        "run_as_root = true
pidfile = \"{home}/pid\"
data_path = \"{home}/data\"
log = {{ warn = \"{home}/log\" }}
network_backend = \"epoll\"
network_settings = {{ tcp_backlog = 1024 }}
storage = \"internal\"
authentication = \"internal_hashed\"
interfaces = {{ \"127.0.0.1\" }}
c2s_ports = {{ {plain_port} }}
c2s_require_encryption = false
c2s_direct_tls_ports = {{ {port} }}
c2s_direct_tls_ssl = {{ certificate = \"{certificate}\"; key = \"{key}\" }}
s2s_ports = {{ }}
modules_disabled = {{ \"s2s\" }}
modules_enabled = {{ \"blocklist\", \"carbons\", \"csi\", \"csi_simple\", \"disco\", \"ping\", \"roster\", \"saslauth\",
  \"smacks\", \"time\", \"tls\", \"version\"{archive_module} }}{archive}
VirtualHost \"{DOMAIN}\"
  ssl = {{ certificate = \"{certificate}\"; key = \"{key}\" }}
",
        port = setup.tls_port,
        plain_port = setup.plain_port
    )
}

pub(super) fn start(setup: &Setup<'_>) -> Outcome<Running> {
    let configuration_file = setup.home.join("prosody.cfg.lua");
    write(&configuration_file, configuration(setup).as_bytes())?;
    let first = format!("{PREFIX}0");
    capture(
        Command::new("prosodyctl")
            .arg("--config")
            .arg(&configuration_file)
            .args(["register", &first, DOMAIN, PASSWORD]),
    )?;
    // The other accounts get the same salted keys: deriving each would take minutes.
    let accounts = setup.home.join("data").join(DOMAIN).join("accounts");
    let keys = fs::read(accounts.join(format!("{first}.dat"))).map_err(|error| trouble(&accounts, &error))?;
    for number in 1..setup.accounts {
        write(&accounts.join(format!("{PREFIX}{number}.dat")), &keys)?;
    }
    let mut command = setup.command("prosody")?;
    let running = Running::spawn(command.arg("-F").arg("--config").arg(&configuration_file))?;
    setup.wait(running, || true)
}
