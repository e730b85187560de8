//! `everpresent bridges restart`

mod report;

use std::process::ExitCode;
use std::sync::Arc;

use everpresent_audit::{ServerId, Settings};
use everpresent_bridges::Inventory;
use everpresent_bridges::clock::Clock;
use everpresent_bridges::restart::{
    Leaking, Logs, Options, Outcome, Overrides, Restarted, Run, RunError, leaking,
};
use everpresent_bridges::ssh::Deadlines;

use super::shared::{inventory, wait_for};
use crate::cli::{Cli, RestartArguments};
use crate::failure::{Exit, Failure};

pub(super) fn run(arguments: &RestartArguments, cli: &Cli) -> Result<ExitCode, Failure> {
    let inventory = Arc::new(inventory(&arguments.inventory)?);
    let results = wait_for(restart(arguments, &inventory, Clock::real(), &|text| {
        if !cli.json {
            anstream::eprintln!("{text}");
        }
    }))??;
    report::print(&results, cli)?;
    Ok(ExitCode::from(exit_number(&results)))
}

/// One run, as the command line says.
pub(super) async fn restart(
    arguments: &RestartArguments,
    inventory: &Arc<Inventory>,
    clock: Clock,
    say: &(dyn Fn(String) + Sync),
) -> Result<Vec<Restarted>, Failure> {
    let settings = Settings { zone: inventory.zone.clone(), ..Settings::default() };
    let logs =
        Logs::follow(inventory, settings, clock).map_err(|error| Failure::failed(error.to_string()))?;
    for (path, error) in logs.unreadable() {
        say(format!("{} cannot be read: {error}", path.display()));
    }
    let servers = servers(arguments, inventory, &logs, clock)?;
    if servers.is_empty() {
        say("nothing leaks; nothing is restarted".to_owned());
        return Ok(Vec::new());
    }
    let options = Options {
        overrides: Overrides { now: arguments.now, force: arguments.force },
        parallel: arguments.parallel.map(usize::from),
        wait: arguments.wait,
        dry_run: arguments.dry_run,
    };
    let run = Run {
        inventory: Arc::clone(inventory),
        facts: Arc::new(logs),
        options,
        clock,
        deadlines: Deadlines::default(),
    };
    let results = run.restart(&servers, |progress| say(report::progress(&progress, clock.now()))).await;
    results.map_err(|error| match error {
        RunError::Lock(_) => Failure::new(Exit::Refused, error.to_string()),
        RunError::Journal(_) => Failure::failed(error.to_string()),
    })
}

fn servers(
    arguments: &RestartArguments,
    inventory: &Inventory,
    logs: &Logs,
    clock: Clock,
) -> Result<Vec<ServerId>, Failure> {
    if arguments.leaking {
        return match logs.ask(|auditor| leaking(auditor, clock.now())) {
            Leaking::These(servers) => Ok(servers),
            Leaking::Nobody => Ok(Vec::new()),
            Leaking::Unknown(why) => {
                let text =
                    format!("the audit cannot say whether sessions leaked: {why}; nothing is restarted");
                Err(Failure::new(Exit::Refused, text))
            }
        };
    }
    let mut servers: Vec<ServerId> = Vec::new();
    for name in &arguments.names {
        let (id, _) = inventory.by_name(name).ok_or_else(|| {
            Failure::new(Exit::Usage, format!("{} has no server named {name:?}", inventory.path.display()))
        })?;
        if !servers.contains(&id) {
            servers.push(id);
        }
    }
    Ok(servers)
}

/// The worst of all: a failure before a refusal, a refusal before success.
pub(super) fn exit_number(results: &[Restarted]) -> u8 {
    let number = |result: &Restarted| match result.outcome {
        Some(Outcome::Failed | Outcome::NotVerified | Outcome::Unknown) => 1,
        Some(Outcome::Refused) => 2,
        Some(Outcome::Restarted) | None => 0,
    };
    let numbers: Vec<u8> = results.iter().map(number).collect();
    [1, 2].into_iter().find(|worst| numbers.contains(worst)).unwrap_or(0)
}
