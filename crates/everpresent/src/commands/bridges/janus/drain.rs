//! `everpresent bridges janus drain`

use std::ops::ControlFlow;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use everpresent_bridges::janus::{self, Drained, Progress};
use everpresent_bridges::ssh::{self, Deadlines};
use serde_json::json;

use super::failure;
use super::target::Target;
use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::signals::Orders;

/// Within this Janus must answer again after its restart.
const BACK_WITHIN: Duration = Duration::from_secs(60);

pub(super) fn run(
    target: &Target,
    longest: Duration,
    over_ssh: bool,
    command: &[String],
    cli: &Cli,
) -> Result<ExitCode, Failure> {
    if over_ssh && target.ssh.is_none() {
        let text = "--restart needs [server.ssh] of this server in the inventory; or give a command after --";
        return Err(Failure::new(Exit::Config, text));
    }
    let stop = stop_flag()?;
    let mut before = None;
    let drained = janus::drain(&target.admin, longest, |progress| {
        show(progress, &mut before);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match drained.map_err(|error| failure(&error))? {
        Drained::Empty => {}
        Drained::StillLive(live) => {
            let seconds = longest.as_secs();
            return Err(Failure::failed(format!(
                "{live} sessions are live after {seconds} s: not drained, Janus takes new sessions again"
            )));
        }
        Drained::GivenUp => {
            return Err(Failure::failed("interrupted: not drained, Janus takes new sessions again"));
        }
    }
    let restart = over_ssh || !command.is_empty();
    if restart && let Err(problem) = start_again(target, over_ssh, command) {
        let opened = target.admin.accept_new_sessions(true);
        let state = if opened.is_ok() { "it takes new sessions again" } else { "see whether it runs" };
        return Err(Failure::failed(format!("drained, but not restarted: {problem}; {state}")));
    }
    if restart && !janus::restarted(&target.admin, BACK_WITHIN) {
        let seconds = BACK_WITHIN.as_secs();
        return Err(Failure::failed(format!(
            "drained; restarted, not verified: within {seconds} s Janus did not answer that it takes sessions"
        )));
    }
    let sentence = if restart {
        "Drained and restarted; Janus is back and takes sessions."
    } else {
        "Drained: nothing lives in it. It takes no new sessions until it is restarted, or by `bridges janus open`."
    };
    if cli.json {
        output::print_json(&json!({ "drained": true, "restarted": restart }))?;
    } else {
        output::print(sentence)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A line each time that something has changed.
fn show(progress: Progress, before: &mut Option<(usize, usize)>) {
    let now = (progress.live, progress.sessions);
    if before.replace(now) != Some(now) {
        let seconds = progress.waited.as_secs();
        anstream::eprintln!("{seconds:>5} s: {} live of {} sessions", progress.live, progress.sessions);
    }
}

fn start_again(target: &Target, over_ssh: bool, command: &[String]) -> Result<(), String> {
    match (over_ssh, &target.ssh, command) {
        (true, Some((access, known_hosts)), _) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| error.to_string())?;
            let run = ssh::run(access, known_hosts, Deadlines::default(), ssh::Command::RestartJanus);
            let outcome = runtime.block_on(run).map_err(|error| error.to_string())?;
            if outcome.failed() { Err(outcome.text()) } else { Ok(()) }
        }
        (_, _, [program, arguments @ ..]) => {
            let status = Command::new(program).args(arguments).status();
            let status = status.map_err(|error| format!("{program} cannot be started: {error}"))?;
            if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}")) }
        }
        _ => Ok(()),
    }
}

/// A flag that SIGTERM, SIGINT and SIGHUP set: Janus must not be left closed.
fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let mut orders = {
        let _inside = runtime.enter();
        Orders::new()?
    };
    let set = Arc::clone(&flag);
    // Ends with the process.
    std::thread::spawn(move || {
        runtime.block_on(orders.next());
        set.store(true, Ordering::Relaxed);
    });
    Ok(flag)
}
