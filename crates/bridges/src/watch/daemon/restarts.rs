//! Restarts on schedule: when the next is due, the run that goes on, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use everpresent_alerts::Key;
use everpresent_store::bridge_history::{Batch, RestartRow};
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::super::alarms::NODE;
use super::{Watch, notices};
use crate::inventory::Inventory;
use crate::restart::{Leaking, Options, Outcome, Restarted, Run, RunError};
use crate::ssh::Deadlines;
use crate::timing::Opening;

/// How a run ended.
pub(super) type Done = Result<Vec<Restarted>, RunError>;

/// When restarts are due, and the run that goes on.
pub(super) struct Restarts {
    schedule: Option<Opening>,
    due: Option<Timestamp>,
    run: Option<JoinHandle<Done>>,
    /// How many ended how, since the watch began.
    tally: BTreeMap<&'static str, u64>,
}

impl Restarts {
    pub(super) fn new(inventory: &Inventory, now: Timestamp) -> Self {
        let mut restarts = Self { schedule: None, due: None, run: None, tally: BTreeMap::new() };
        restarts.set_schedule(inventory, now);
        restarts
    }

    /// Another inventory may have another schedule.
    pub(super) fn set_schedule(&mut self, inventory: &Inventory, now: Timestamp) {
        self.schedule.clone_from(&inventory.restart.schedule);
        self.due = self.schedule.as_ref().and_then(|schedule| schedule.next_after(now));
    }

    /// Whether a run goes on.
    pub(super) fn go_on(&self) -> bool {
        self.run.is_some()
    }

    /// Whether a run is to begin now. A moment that was missed because one went on is not made up for.
    fn is_due(&mut self, now: Timestamp) -> bool {
        if self.due.is_none_or(|due| due > now) {
            return false;
        }
        self.due = self.schedule.as_ref().and_then(|schedule| schedule.next_after(now));
        self.run.is_none()
    }

    /// Waits for the end of the run that goes on; for ever if there is none. May be given up.
    pub(super) async fn ended(&mut self) -> Done {
        match &mut self.run {
            None => std::future::pending().await,
            Some(run) => {
                let done = run.await;
                self.run = None;
                done.unwrap_or_else(|error| {
                    tracing::error!(%error, "a run of restarts was lost by a fault of this program");
                    Ok(Vec::new())
                })
            }
        }
    }

    /// The same, and nothing if there is none.
    pub(super) async fn wait(&mut self) -> Option<Done> {
        if self.run.is_some() { Some(self.ended().await) } else { None }
    }

    /// How many ended how.
    pub(super) fn tally(&self) -> Vec<(&'static str, u64)> {
        let all = [Outcome::Restarted, Outcome::NotVerified, Outcome::Failed, Outcome::Unknown];
        all.map(|outcome| (outcome.as_str(), self.tally.get(outcome.as_str()).copied().unwrap_or(0))).to_vec()
    }
}

impl Watch {
    /// Begins a run if one is due and there is a reason for it.
    pub(super) fn restart_if_due(&mut self, now: Timestamp) {
        if !self.restarts.is_due(now) {
            return;
        }
        let servers = match self.knowledge.leaking(now) {
            Leaking::These(servers) => servers,
            Leaking::Nobody => {
                tracing::info!("restarts are due, and nothing leaks");
                return;
            }
            Leaking::Unknown(why) => {
                tracing::warn!(why, "restarts are due, and are left out");
                let text = format!("Restarts were due at {now:.0} and were left out: {why}.");
                self.deliverer.tell(&Key::new(NODE, notices::SKIPPED), now.into(), text);
                return;
            }
        };
        let run = Run {
            inventory: self.inventory.clone(),
            facts: Arc::new(self.knowledge.clone()),
            options: Options::default(),
            clock: self.options.clock,
            deadlines: Deadlines::default(),
        };
        tracing::info!(servers = servers.len(), "a run of restarts begins");
        self.restarts.run = Some(tokio::spawn(async move { run.restart(&servers, |_| ()).await }));
    }

    /// Tells, counts and records what came of a run.
    pub(super) async fn restarted(&mut self, done: Done, now: Timestamp) {
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "a run of restarts did not take place, or not to its end");
                let key = Key::new(NODE, notices::name(Outcome::Failed));
                self.deliverer.tell(&key, now.into(), format!("The restarts that were due failed: {error}."));
                return;
            }
        };
        let mut batch = Batch::default();
        for restarted in done {
            let Some(outcome) = restarted.outcome else { continue };
            *self.restarts.tally.entry(outcome.as_str()).or_default() += 1;
            let (name, reason) = (&restarted.name, &restarted.reason);
            tracing::info!(server = name, outcome = outcome.as_str(), reason, "a restart is over");
            let text = format!("{name}: {}: {reason}.", outcome.as_str());
            self.deliverer.tell(&Key::new(NODE, notices::name(outcome)).about(name), now.into(), text);
            if outcome.counts() {
                batch.restarts.push(RestartRow {
                    server: name.clone(),
                    at: now.as_millisecond(),
                    outcome: outcome.as_str().to_owned(),
                    detail: reason.clone(),
                });
            }
        }
        self.record(batch, now).await;
    }
}
