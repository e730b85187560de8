//! The restart of one server: the command, and what is seen of it afterwards.

use std::path::Path;

use everpresent_audit::{Role, ServerId};
use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tracing::warn;

use super::facts::Facts;
use super::journal::Outcome;
use super::logs::Evidence;
use super::port::PortWatch;
use super::verification::{Conclusion, Verification};
use crate::clock::Clock;
use crate::inventory::{Access, Entry};
use crate::ssh::{self, Command, Deadlines, SshError};
use crate::timing::Length;

/// What a restart needs besides the server.
#[derive(Debug, Clone)]
pub(super) struct Tools {
    pub(super) known_hosts: std::path::PathBuf,
    pub(super) deadlines: Deadlines,
    pub(super) verify_within: Length,
    pub(super) clock: Clock,
}

/// Restarts a server and waits until it is known what came of it.
pub(super) async fn restart(
    server: ServerId,
    entry: &Entry,
    access: &Access,
    facts: &dyn Facts,
    tools: &Tools,
) -> (Outcome, String) {
    // Before the command, so that nothing is missed that it causes.
    let mut evidence = facts.subscribe();
    let before = facts.newest(server).map(|(_, stats)| stats);
    let port = PortWatch::begin(&entry.address, entry.web_port).await;
    let sent = command(access, &tools.known_hosts, tools.deadlines, entry.role).await;
    let trouble = match sent {
        Err(error) if !error.may_have_run() => return (Outcome::Failed, error.to_string()),
        Err(error) => Some(error.to_string()),
        Ok(outcome) if outcome.failed() => {
            let status = outcome.exit.map_or_else(String::new, |status| format!(" (status {status})"));
            return (Outcome::Failed, format!("the server answered{status}: {}", outcome.text()));
        }
        Ok(_) => None,
    };
    let conclusion = if entry.role == Role::Janus {
        watch_port(port, tools).await
    } else {
        watch(Verification::new(before), server, &mut evidence, port, tools).await
    };
    match (conclusion, trouble) {
        (Conclusion::Restarted(why), None) => (Outcome::Restarted, why),
        (Conclusion::Restarted(why), Some(trouble)) => {
            (Outcome::Restarted, format!("{why}; although {trouble}"))
        }
        (Conclusion::NotVerified(why), None) => (Outcome::NotVerified, why),
        (Conclusion::NotVerified(why), Some(trouble)) => (Outcome::NotVerified, format!("{trouble}; {why}")),
        (Conclusion::Failed(why), None) => (Outcome::Failed, why),
        (Conclusion::Failed(why), Some(trouble)) => (Outcome::Failed, format!("{trouble}; {why}")),
    }
}

async fn command(
    access: &Access,
    known_hosts: &Path,
    deadlines: Deadlines,
    role: Role,
) -> Result<ssh::Outcome, SshError> {
    let command = match role {
        Role::Janus => Command::RestartJanus,
        Role::WebBridge | Role::CallBridge | Role::Both => Command::RestartWebBridge,
    };
    ssh::run(access, known_hosts, deadlines, command).await
}

/// Takes evidence until it is complete or the time is over.
async fn watch(
    mut verification: Verification,
    server: ServerId,
    evidence: &mut Receiver<Evidence>,
    mut port: PortWatch,
    tools: &Tools,
) -> Conclusion {
    let end = deadline(tools);
    let mut follows = true;
    while !verification.is_complete(port.seen()) {
        tokio::select! {
            received = evidence.recv(), if follows => match received {
                Ok(evidence) if evidence.server == server => verification.observe(&evidence.record.event),
                Ok(_) => {}
                Err(RecvError::Lagged(lost)) => warn!(lost, "more lines than a restart can look at"),
                Err(RecvError::Closed) => follows = false,
            },
            () = port.changed() => {}
            () = tools.clock.sleep_until(end) => break,
        }
    }
    verification.conclude(port.seen())
}

/// A Janus server writes no counts: that its port was closed and is open again is all that can be seen from here.
async fn watch_port(mut port: PortWatch, tools: &Tools) -> Conclusion {
    let end = deadline(tools);
    while !(port.seen().closed && port.seen().open_now) {
        tokio::select! {
            () = port.changed() => {}
            () = tools.clock.sleep_until(end) => break,
        }
    }
    let seen = port.seen();
    match (seen.closed, seen.open_now) {
        (true, true) => Conclusion::Restarted("its port was closed and is open again".to_owned()),
        (true, false) => Conclusion::Failed("it did not come back: its port is closed".to_owned()),
        (false, _) => Conclusion::NotVerified("its port was not seen closed".to_owned()),
    }
}

fn deadline(tools: &Tools) -> Timestamp {
    tools.clock.now().checked_add(tools.verify_within.signed()).unwrap_or(Timestamp::MAX)
}
