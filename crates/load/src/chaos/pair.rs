//! Scene `pair`: two nodes in network namespaces of their own, one killed under traffic, clients that keep book.
//!
//! One process makes the namespaces and removes them again, however the scene ends. A second one, inside the
//! clients' namespace, leads the scene; all that it starts ends with it.

mod cast;
mod companions;
mod crowd;
mod document;
mod ejabberd;
mod everpresent;
mod fault;
mod ledger;
mod log;
mod network;
mod postgres;
mod profanity;
mod report;
mod server;
mod stage;
mod tally;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};

use super::Outcome;
use super::arguments::{Layout, Pair, ServerKind};
use crate::Error;
use network::{CLIENTS, Network};
use report::PairReport;
use stage::Plan;

/// What the inner process ends with when something was found.
const EXIT_FOUND: i32 = 1;

/// Plays the scene: from outside of the namespaces, or from inside of them.
pub(crate) async fn play(pair: &Pair, as_json: bool) -> Result<Outcome, Error> {
    match &pair.inside {
        None => outside(pair).await,
        Some(folder) => inside(pair, folder, as_json).await,
    }
}

/// Makes the namespaces and lets the scene be played in them.
async fn outside(pair: &Pair) -> Result<Outcome, Error> {
    let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    let network = Network::build()?;
    let temporary = tempfile::Builder::new()
        .prefix("everpresent-pair-")
        // PostgreSQL, which is another user, has its folder inside.
        .permissions(Permissions::from_mode(0o755))
        .tempdir()?;
    let folder = pair.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder)?;
    let folder = std::path::absolute(folder)?;
    let mut command = network::program(CLIENTS.namespace, std::env::current_exe()?);
    command.args(std::env::args_os().skip(1)).arg("--inside").arg(&folder);
    let mut child = command.spawn()?;
    let [interrupt, terminate] = &mut signals;
    let status = tokio::select! {
        status = child.wait() => Some(status?),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    drop(child);
    drop(network);
    let code = status.and_then(|status| status.code());
    if code != Some(0) && pair.dir.is_none() {
        let _ = temporary.keep();
    }
    match code {
        Some(0) => Ok(Outcome { text: None, holds: true }),
        Some(EXIT_FOUND) => Ok(Outcome { text: None, holds: false }),
        _ => Err(Error::Preparation(format!("the scene could not be played; see {}", folder.display()))),
    }
}

/// Plays all scenes that were asked for.
async fn inside(pair: &Pair, folder: &Path, as_json: bool) -> Result<Outcome, Error> {
    let seed = pair.seed.unwrap_or_else(|| fastrand::u64(..));
    let first = Plan {
        pair,
        server: pair.server,
        layout: pair.layout,
        sessions: pair.sessions,
        kills: pair.kills,
        resumes: !pair.without_resume,
        seed,
        as_json,
    };
    let mut plans = vec![first];
    if pair.with_ejabberd {
        let both =
            [(ServerKind::Everpresent, true), (ServerKind::Ejabberd, true), (ServerKind::Ejabberd, false)];
        let (sessions, kills, layout) = (pair.side_by_side_sessions, pair.side_by_side_kills, Layout::One);
        plans.extend(both.map(|(server, resumes)| Plan {
            server,
            layout,
            sessions,
            kills,
            resumes,
            ..first
        }));
    }
    let mut report = PairReport { scenes: Vec::new(), kept: None };
    for (number, plan) in plans.into_iter().enumerate() {
        report.scenes.push(stage::play(plan, &folder.join(format!("scene{}", number + 1))).await?);
    }
    let holds = report.holds();
    if !holds {
        report.kept = Some(folder.display().to_string());
    }
    if let Some(document) = &pair.write {
        let marks = match pair {
            Pair { upgrade_to: Some(_), .. } => document::UPGRADE,
            Pair { restart_both: true, .. } => document::RESTARTS,
            Pair { faults: Some(_), .. } => document::FAULTS,
            Pair { sequences: Some(_), .. } => document::SEQUENCES,
            _ => document::KILLS,
        };
        document::write(document, marks, &report.markdown())?;
    }
    let text = if as_json { report.json() } else { format!("\n{report}") };
    Ok(Outcome { text: Some(text), holds })
}
