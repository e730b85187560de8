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

/// How a drain is to go.
pub(super) struct Plan<'a> {
    /// How long live sessions are waited for.
    pub(super) longest: Duration,
    /// Within this Janus must take sessions again after its restart.
    pub(super) back_within: Duration,
    /// Restart it over SSH.
    pub(super) over_ssh: bool,
    /// Restart it with this command, if there is one.
    pub(super) command: &'a [String],
}

pub(super) fn run(target: &Target, plan: &Plan<'_>, cli: &Cli) -> Result<ExitCode, Failure> {
    let Plan { longest, over_ssh, command, .. } = *plan;
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
    if restart {
        restarted(target, plan)?;
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

/// Restarts Janus and sees that it was; if not, it is told to take sessions again, so that nobody finds it closed.
fn restarted(target: &Target, plan: &Plan<'_>) -> Result<(), Failure> {
    let problem = match start_again(target, plan.over_ssh, plan.command) {
        Ok(()) if janus::restarted(&target.admin, plan.back_within) => return Ok(()),
        Ok(()) => format!(
            "restarted, not verified: within {} s Janus did not say that it takes sessions",
            plan.back_within.as_secs()
        ),
        Err(problem) => format!("not restarted: {problem}"),
    };
    let state = match target.admin.accept_new_sessions(true) {
        Ok(()) => "it answers, and was told to take sessions again".to_owned(),
        Err(error) => format!("see whether it runs: {error}"),
    };
    Err(Failure::failed(format!("drained, {problem}; {state}")))
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
