//! `everpresent bridges trust`

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use everpresent_bridges::inventory::{Access, Inventory};
use everpresent_bridges::ssh::known_hosts::Verdict;
use everpresent_bridges::ssh::{Deadlines, trust};
use serde_json::json;

use super::shared::{inventory, wait_for};
use crate::cli::{Cli, TrustArguments};
use crate::failure::{Exit, Failure};
use crate::output;

pub(super) fn run(arguments: &TrustArguments, cli: &Cli) -> Result<ExitCode, Failure> {
    let inventory = inventory(&arguments.inventory)?;
    let access = access(&inventory, &arguments.name)?;
    let seen = wait_for(trust::look(access, &inventory.known_hosts, Deadlines::default()))?;
    let seen = seen.map_err(|error| Failure::failed(error.to_string()))?;
    let place = access.known_as();
    let (kind, fingerprint) = (&seen.key.kind, &seen.key.fingerprint);
    let file = inventory.known_hosts.display();
    let refused = |text: String| Err(Failure::new(Exit::Refused, text));
    match seen.verdict {
        Verdict::Known => {
            tell(
                cli,
                &place,
                fingerprint,
                false,
                &format!("{place} shows {kind} {fingerprint}, which is known already."),
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        Verdict::Changed { line } => {
            return refused(format!(
                "{place}: THE HOST KEY HAS CHANGED: it shows {kind} {fingerprint}, and line {line} of {file} has another one. \
                 Somebody may be listening in between. If the server was installed anew, compare the fingerprint with its \
                 console and remove that line first"
            ));
        }
        Verdict::Revoked { line } => {
            return refused(format!(
                "{place}: its host key {kind} {fingerprint} IS REVOKED by line {line} of {file}"
            ));
        }
        Verdict::Unknown => {}
    }
    match &arguments.fingerprint {
        Some(given) if given == fingerprint => {}
        Some(given) => {
            return refused(format!(
                "{place} shows {kind} {fingerprint}, and not {given}; nothing was written"
            ));
        }
        None => confirm(&place, kind, fingerprint)?,
    }
    trust::learn(access, &seen.key, &inventory.known_hosts)
        .map_err(|error| Failure::failed(error.to_string()))?;
    tell(cli, &place, fingerprint, true, &format!("{place} is trusted with {kind} {fingerprint}: {file}"))?;
    Ok(ExitCode::SUCCESS)
}

fn access<'a>(inventory: &'a Inventory, name: &str) -> Result<&'a Access, Failure> {
    let path = inventory.path.display();
    let (_, entry) = inventory
        .by_name(name)
        .ok_or_else(|| Failure::new(Exit::Usage, format!("{path} has no server named {name:?}")))?;
    entry
        .ssh
        .as_ref()
        .ok_or_else(|| Failure::new(Exit::Config, format!("{path} has no SSH access to {name:?}")))
}

/// Asks on a terminal. Without one nobody has compared anything, so the fingerprint must be given.
fn confirm(place: &str, kind: &str, fingerprint: &str) -> Result<(), Failure> {
    let refused = |text: String| Failure::new(Exit::Refused, text);
    if !io::stdin().is_terminal() {
        return Err(refused(format!(
            "{place} shows {kind} {fingerprint}; nobody is there to confirm it. Compare it with the console of the server and \
             give it with --fingerprint"
        )));
    }
    let mut terminal = io::stderr();
    let asked = write!(
        terminal,
        "{place} shows the host key {kind}\n  {fingerprint}\nDoes the console of the server show the same? [y/N] "
    );
    asked.and_then(|()| terminal.flush()).map_err(|error| Failure::failed(error.to_string()))?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::failed(error.to_string()))?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(refused("nothing was written".to_owned())),
    }
}

fn tell(cli: &Cli, place: &str, fingerprint: &str, learnt: bool, text: &str) -> Result<(), Failure> {
    if cli.json {
        return output::print_json(&json!({ "server": place, "fingerprint": fingerprint, "learnt": learnt }));
    }
    output::print(text)
}
