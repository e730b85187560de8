//! `everpresent bridges audit`

mod input;
mod intake;
mod json;
mod picture;
mod text;

use std::process::ExitCode;

use everpresent_audit::audit::NativeClients;
use everpresent_audit::{Auditor, Dating, Reader, Report, Scanner, Settings, Verdict};
use everpresent_bridges::Inventory;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cli::{AuditArguments, Cli};
use crate::failure::{Exit, Failure};
use crate::output;
use input::Input;
use intake::{Intake, Notes};

pub(super) fn run(arguments: &AuditArguments, cli: &Cli) -> Result<ExitCode, Failure> {
    let (audited, notes) = audited(arguments)?;
    let Some((auditor, report)) = audited else {
        nothing(&notes, cli)?;
        return Ok(ExitCode::from(exit_number(Verdict::Unknown)));
    };
    if let Some(path) = &arguments.plot {
        picture::write(&auditor, &report, path)?;
    }
    if cli.json {
        output::print_json(&json::report(&auditor, &report, &notes))?;
    } else {
        output::print(&text::report(&auditor, &report, &notes))?;
    }
    Ok(ExitCode::from(exit_number(report.finding.verdict)))
}

/// Reads the logs and judges at their last moment; without a line that counts there is nothing to judge.
fn audited(arguments: &AuditArguments) -> Result<(Option<(Auditor, Report)>, Notes), Failure> {
    let inventory = arguments.inventory.as_deref().map(Inventory::load).transpose();
    let inventory = inventory.map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    let settings = settings(arguments, inventory.as_ref())?;
    let zone = settings.zone.clone();
    let mut intake = Intake::new(inventory.as_ref(), &settings)?;
    for path in &arguments.files {
        read(Input::open(path)?, Dating::new(zone.clone(), arguments.year), &mut intake)?;
    }
    let (auditor, notes) = intake.into_auditor(arguments.limit, settings)?;
    let audited = auditor.map(|auditor| {
        let report = auditor.report(auditor.newest().unwrap_or(Timestamp::UNIX_EPOCH));
        (auditor, report)
    });
    Ok((audited, notes))
}

/// The exit code that says what was found.
fn exit_number(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Healthy => 0,
        Verdict::Leak | Verdict::Full => 1,
        Verdict::Unknown => 2,
    }
}

fn settings(arguments: &AuditArguments, inventory: Option<&Inventory>) -> Result<Settings, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let length = |name: &str, text: &str| {
        let length: Result<SignedDuration, _> = text.parse();
        length.map_err(|_| usage(format!("--{name} {text}: a length has a unit, such as 90s, 10m or 1h")))
    };
    let zone = match (&arguments.zone, inventory) {
        (Some(name), _) => TimeZone::get(name).map_err(|_| {
            usage(format!("--zone {name}: no such time zone; write it as in Europe/Brussels or UTC"))
        })?,
        (None, Some(inventory)) => inventory.zone.clone(),
        (None, None) => TimeZone::UTC,
    };
    let settings = Settings {
        window: length("window", &arguments.window)?,
        skew: length("skew", &arguments.skew)?,
        zone,
        ..Settings::default()
    };
    settings.check().map_err(|error| usage(error.to_string()))?;
    Ok(settings)
}

/// Reads one log to its end. What was read before an error counts; the error is noted.
fn read(mut input: Input, dating: Dating, intake: &mut Intake<'_>) -> Result<(), Failure> {
    let (mut scanner, mut reader) = (Scanner::new(), Reader::new(dating));
    let received = input.received();
    intake.begin(&input);
    while let Some(piece) = input.next_piece()? {
        scanner.push(piece, |line| intake.take(line, reader.read(line, received)));
    }
    scanner.finish(|line| intake.take(line, reader.read(line, received)));
    intake.end(scanner.totals(), input.trouble());
    Ok(())
}

/// There is no line that counts anything.
fn nothing(notes: &Notes, cli: &Cli) -> Result<(), Failure> {
    if cli.json { output::print_json(&json::nothing(notes)) } else { output::print(&text::nothing(notes)) }
}

/// Why both figures are lower bounds, if they are.
fn lower_bounds(report: &Report) -> Option<String> {
    let why = match report.native_clients {
        NativeClients::Unseen => return None,
        NativeClients::Configured => "native CMA clients are in use".to_owned(),
        NativeClients::Seen(at) => {
            format!("there were more CMA calls than sessions at {at}, so native clients are in use")
        }
    };
    Some(format!("Both figures are lower bounds: {why}, and their calls count as CMA without a session."))
}

/// The name of a server.
fn name(auditor: &Auditor, server: everpresent_audit::ServerId) -> &str {
    &auditor.deployment().server(server).name
}

#[cfg(test)]
mod tests;
