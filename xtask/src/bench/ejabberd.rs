//! ejabberd from Debian, started directly on its Erlang machine with its own configuration and database.

use std::fs;

use super::server::{DOMAIN, PASSWORD, PREFIX, Running, Setup, write};
use crate::install;
use crate::process::{Error, Outcome};

const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";
/// What the start-up code below prints when all accounts are there.
const READY: &str = "accounts ready";
/// More than the largest number of sessions measured.
const MAX_OPEN_PORTS: &str = "65536";

pub(super) fn prepare() -> Outcome {
    install::debian(&[("ejabberdctl", "ejabberd")])
}

/// The configuration: no shapers, no limits, what Everpresent does too as modules.
pub(super) fn configuration(setup: &Setup<'_>) -> String {
    let certificate = setup.folder.certificate_and_key();
    let archive = if setup.archive { "\n  mod_mam:\n    default: always" } else { "" };
    format!(
        "hosts: [{DOMAIN}]
loglevel: error
certfiles: [\"{}\"]
auth_method: internal
auth_password_format: scram
default_db: mnesia
access_rules:
  c2s:
    allow: all
listen:
  - port: {}
    ip: \"127.0.0.1\"
    module: ejabberd_c2s
    tls: true
    access: c2s
    shaper: none
    backlog: 1024
  - port: {}
    ip: \"127.0.0.1\"
    module: ejabberd_c2s
    access: c2s
    shaper: none
    backlog: 1024
modules:
  mod_blocking: {{}}
  mod_carboncopy: {{}}
  mod_client_state: {{}}
  mod_disco: {{}}
  mod_offline: {{}}
  mod_privacy: {{}}
  mod_roster:
    versioning: true
  mod_stream_mgmt: {{}}
  mod_time: {{}}
  mod_version: {{}}{archive}
",
        certificate.display(),
        setup.tls_port,
        setup.plain_port
    )
}

pub(super) fn start(setup: &Setup<'_>) -> Outcome<Running> {
    let home = &setup.home;
    let configuration_file = home.join("ejabberd.yml");
    write(&configuration_file, configuration(setup).as_bytes())?;
    let mut command = setup.command("erl")?;
    command
        .args(["-noinput", "+K", "true", "+P", "250000", "+Q", MAX_OPEN_PORTS])
        .args(["-mnesia", "dir", &format!("{:?}", home.join("database").display().to_string())])
        .args(["-s", "ejabberd", "-eval", &accounts(setup.accounts)])
        .env("ERL_LIBS", LIBRARIES)
        .env("HOME", home)
        .env("EJABBERD_CONFIG_PATH", &configuration_file)
        .env("EJABBERD_LOG_PATH", home.join("ejabberd.log"));
    let running = Running::spawn(&mut command)?;
    let output = setup.output();
    setup
        .wait(running, || fs::read_to_string(&output).is_ok_and(|text| text.contains(READY)))
        .map_err(|error| Error::Failed(format!("{error}\n(log: {})", home.join("ejabberd.log").display())))
}

/// Erlang that registers one account and copies its salted keys for the others: deriving each would take minutes.
fn accounts(count: usize) -> String {
    format!(
        "Started = fun(Again) ->
             case lists:keymember(ejabberd, 1, application:which_applications()) of
                 true -> ok;
                 false -> timer:sleep(50), Again(Again)
             end
         end,
         Started(Started),
         Host = <<\"{DOMAIN}\">>,
         ok = ejabberd_auth:try_register(<<\"{PREFIX}0\">>, Host, <<\"{PASSWORD}\">>),
         [Keys] = mnesia:dirty_read(passwd, {{<<\"{PREFIX}0\">>, Host}}),
         [mnesia:dirty_write(setelement(2, Keys, {{iolist_to_binary([\"{PREFIX}\", integer_to_list(Number)]), Host}}))
          || Number <- lists:seq(1, {count} - 1)],
         io:format(\"{READY}~n\")."
    )
}
