//! `everpresent bridges janus`

mod drain;
mod report;
mod target;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use everpresent_bridges::janus::{self, Admin, Audit, End, JanusError, Memory, Verdict};
use serde_json::json;

use crate::cli::{Cli, JanusCommand};
use crate::failure::{Exit, Failure};
use crate::output;
use target::Target;

/// Suspects are looked at so many times within the grace time, so that one that lives in between is seen.
const LOOKS: u32 = 5;
/// Not more often than this, however short the grace time is.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// Clients keep their sessions alive at least this often, with the default `session_timeout` of Janus.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(60);
/// Not more seldom than this, however long it is.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

pub(super) fn run(command: &JanusCommand, cli: &Cli) -> Result<ExitCode, Failure> {
    match command {
        JanusCommand::Audit { target, again } => {
            let target = Target::open(target)?;
            let (audit, _) = looked(&target, *again)?;
            if cli.json {
                output::print_json(&report::audit_json(&target, &audit))?;
            } else {
                report::audit(&target, &audit)?;
            }
            Ok(ExitCode::from(code(&audit)))
        }
        JanusCommand::End { target, dry_run, no_wait, leaked: _ } => {
            end(&Target::open(target)?, *dry_run, !no_wait, cli)
        }
        JanusCommand::Drain { target, longest, back_within, restart, command } => {
            let plan = drain::Plan {
                longest: longest.duration(),
                back_within: back_within.duration(),
                over_ssh: *restart,
                command,
            };
            drain::run(&Target::open(target)?, &plan, cli)
        }
        JanusCommand::Open { target } => {
            let target = Target::open(target)?;
            target.admin.accept_new_sessions(true).map_err(|error| failure(&error))?;
            if cli.json {
                output::print_json(&json!({ "accepting_new_sessions": true }))?;
            } else {
                output::print(&format!("Janus at {} takes new sessions.", target.admin.place()))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What scripts go by: 0 nothing leaked, 1 leaked, 2 not known.
fn code(audit: &Audit) -> u8 {
    if audit.count(Verdict::Leaked) > 0 {
        1
    } else if audit.count(Verdict::Suspect) > 0 {
        2
    } else {
        0
    }
}

fn end(target: &Target, dry_run: bool, wait: bool, cli: &Cli) -> Result<ExitCode, Failure> {
    let (audit, memory) = looked(target, wait)?;
    let mut problem = None;
    let ended = janus::end_leaked(&target.admin, &audit, &memory, target.grace, dry_run, |ended| {
        if !cli.json
            && let Err(failure) = output::print(&report::ended(&audit, ended))
        {
            problem = Some(failure);
        }
    });
    let ended = ended.map_err(|error| failure(&error))?;
    if let Some(problem) = problem {
        return Err(problem);
    }
    if cli.json {
        output::print_json(&report::ended_json(target, &audit, &ended, dry_run))?;
    } else {
        output::print(&report::ended_sum(&audit, &ended))?;
    }
    let remain = ended.iter().any(|ended| ended.end == End::Remains);
    Ok(if remain { Exit::Failed.into() } else { ExitCode::SUCCESS })
}

/// Looks at all sessions, and goes on looking for the grace time if that is wanted and there are suspects.
fn looked(target: &Target, again: bool) -> Result<(Audit, Memory), Failure> {
    if target.grace < KEEP_ALIVE_INTERVAL {
        let (grace, interval) = (target.grace.as_secs(), KEEP_ALIVE_INTERVAL.as_secs());
        anstream::eprintln!(
            "warning: a client may ask for nothing for {interval} s and be there; with a grace time of {grace} s it counts as gone"
        );
    }
    let mut memory = Memory::default();
    let mut audit = look(&target.admin, &mut memory, target.grace).map_err(|error| failure(&error))?;
    let suspects = audit.count(Verdict::Suspect);
    if again && suspects > 0 {
        let seconds = target.grace.as_secs();
        anstream::eprintln!(
            "note: looks for {seconds} s at sessions of which one look cannot tell ({suspects})"
        );
        let pause = (target.grace / LOOKS).clamp(SHORTEST_WAIT, LONGEST_WAIT);
        let first = Instant::now();
        while let Some(left) = target.grace.checked_sub(first.elapsed()).filter(|left| !left.is_zero()) {
            std::thread::sleep(pause.min(left));
            audit = look(&target.admin, &mut memory, target.grace).map_err(|error| failure(&error))?;
        }
    }
    Ok((audit, memory))
}

fn look(admin: &Admin, memory: &mut Memory, grace: Duration) -> Result<Audit, JanusError> {
    let look = janus::look(admin)?;
    let now = Instant::now();
    memory.take(&look, now);
    Ok(janus::audit(&look, memory, grace, now))
}

/// Janus not there, or refusing: 69.
fn failure(error: &JanusError) -> Failure {
    let exit = if matches!(error, JanusError::Address { .. }) { Exit::Usage } else { Exit::Unreachable };
    Failure::new(exit, error.to_string())
}
