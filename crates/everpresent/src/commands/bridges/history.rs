//! `everpresent bridges history`

use std::fs;
use std::process::ExitCode;

use everpresent_audit::plot::svg;
use everpresent_bridges::Inventory;
use everpresent_bridges::history::{self, BridgeLine, Overview, QuietHour};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::{Cli, HistoryArguments};
use crate::failure::{Exit, Failure};
use crate::output;

/// What is printed as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    bridges: &'a [BridgeLine],
    restarts: Vec<Restart<'a>>,
    quiet_hours: &'a [QuietHour],
}

#[derive(Serialize)]
struct Restart<'a> {
    at: String,
    server: &'a str,
    outcome: &'a str,
    detail: &'a str,
}

pub(super) fn run(arguments: &HistoryArguments, cli: &Cli) -> Result<ExitCode, Failure> {
    let inventory = Inventory::load(&arguments.inventory);
    let inventory = inventory.map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    let until = Timestamp::now();
    let from = until.checked_sub(arguments.since.signed()).unwrap_or(Timestamp::MIN);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let overview = runtime.block_on(history::overview(&inventory, from, until));
    let overview = overview.map_err(|error| Failure::failed(error.to_string()))?;
    if let Some(path) = &arguments.plot {
        fs::write(path, svg(&overview.plot, &inventory.zone))
            .map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))?;
    }
    if cli.json {
        json(&overview)?;
    } else {
        text(&overview)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn restarts(overview: &Overview) -> impl Iterator<Item = Restart<'_>> {
    overview.restarts.iter().map(|row| Restart {
        at: Timestamp::from_millisecond(row.at)
            .map_or_else(|_| "unknown".to_owned(), |at| format!("{at:.0}")),
        server: &row.server,
        outcome: &row.outcome,
        detail: &row.detail,
    })
}

fn json(overview: &Overview) -> Result<(), Failure> {
    let (bridges, quiet_hours) = (&overview.bridges, &overview.quiet_hours);
    output::print_json(&Shown { bridges, restarts: restarts(overview).collect(), quiet_hours })
}

fn text(overview: &Overview) -> Result<(), Failure> {
    let bridges = overview.bridges.iter();
    let row = |line: &BridgeLine| {
        [line.server.clone(), line.sessions.to_string(), line.at.clone(), line.highest.to_string()]
    };
    output::print_table(["BRIDGE", "SESSIONS", "COUNTED", "HIGHEST"], bridges.map(row))?;
    if !overview.restarts.is_empty() {
        output::print("")?;
        let row = |restart: Restart<'_>| {
            [restart.at, restart.server.to_owned(), restart.outcome.to_owned(), restart.detail.to_owned()]
        };
        output::print_table(["RESTART", "BRIDGE", "OUTCOME", "WHY"], restarts(overview).map(row))?;
    }
    if !overview.quiet_hours.is_empty() {
        output::print("")?;
        let row =
            |hour: &QuietHour| [format!("{} {:02}:00", hour.weekday, hour.hour), hour.calls_peak.to_string()];
        output::print_table(["QUIET HOUR", "MOST CALLS"], overview.quiet_hours.iter().map(row))?;
    }
    Ok(())
}
