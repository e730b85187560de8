//! A run: server after server, each decided on at its turn.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use everpresent_audit::ServerId;
use jiff::Timestamp;
use thiserror::Error;
use tokio::task::{Id, JoinSet};

use super::decision::{self, Circumstances, Decision, Overrides, Rule};
use super::facts::Facts;
use super::journal::{Happening, Journal, JournalError, Outcome, Past};
use super::lock::{Lock, LockError};
use super::one::{self, Tools};
use super::port;
use crate::clock::Clock;
use crate::inventory::{Inventory, known_as};
use crate::ssh::Deadlines;
use crate::timing::Length;

/// Time between two looks at calls that are in the way.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// What is ordered.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// What the operator takes upon himself.
    pub overrides: Overrides,
    /// Restarts at a time, in place of the inventory's.
    pub parallel: Option<usize>,
    /// How long is waited, in all, for the end of calls that are in the way.
    pub wait: Option<Length>,
    /// Decide and do nothing.
    pub dry_run: bool,
}

/// What came of one server.
#[derive(Debug, Clone)]
pub struct Restarted {
    /// Which.
    pub server: ServerId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// What was decided at its turn.
    pub decision: Decision,
    /// What came of it; none in a dry run.
    pub outcome: Option<Outcome>,
    /// Why, in words.
    pub reason: String,
}

/// What is told while a run goes on.
#[derive(Debug)]
pub enum Progress<'a> {
    /// An earlier run was cut off in the restart of this server, at this moment.
    CutOff(&'a str, Timestamp),
    /// The command is about to be sent.
    Begins(&'a str, &'a str),
    /// Calls are in the way, and it is waited for their end; said at each look.
    Waits(&'a str, &'a str),
    /// It is known what came of it.
    Ends(&'a Restarted),
}

/// Why there was no run, or not to its end.
#[derive(Debug, Error)]
pub enum RunError {
    /// Another run goes on.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// What is done could not be written down.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A run.
pub struct Run {
    /// The servers.
    pub inventory: Arc<Inventory>,
    /// What the logs say.
    pub facts: Arc<dyn Facts>,
    /// What is ordered.
    pub options: Options,
    /// The time.
    pub clock: Clock,
    /// For each session.
    pub deadlines: Deadlines,
}

/// What a run has in hand.
struct Work<'a> {
    run: &'a Run,
    past: Past,
    journal: Option<Journal>,
    waiting: VecDeque<ServerId>,
    /// Until when calls that are in the way are waited for.
    patience_ends: Timestamp,
    going_on: JoinSet<(Outcome, String)>,
    /// Those that are being restarted, by their tasks.
    busy: BTreeMap<Id, (ServerId, Decision)>,
    done: Vec<Restarted>,
}

impl Run {
    /// Restarts these servers, as far as it is allowed.
    ///
    /// # Errors
    /// [`RunError`]: when another run has the lock, or the journal cannot be written. Then nothing more is restarted; what was
    /// is in the journal, as far as it could be written.
    pub async fn restart(
        &self,
        servers: &[ServerId],
        mut tell: impl FnMut(Progress<'_>) + Send,
    ) -> Result<Vec<Restarted>, RunError> {
        let folder = &self.inventory.journal;
        let now = self.clock.now();
        let _lock = if self.options.dry_run { None } else { Some(Lock::take(folder, now)?) };
        let past = Journal::past(folder)?;
        let journal = match self.options.dry_run {
            true => None,
            false => Some(Journal::open(folder, run_name(now))?),
        };
        let mut work = Work {
            run: self,
            past,
            journal,
            waiting: servers.iter().copied().collect(),
            patience_ends: self
                .options
                .wait
                .and_then(|wait| now.checked_add(wait.signed()).ok())
                .unwrap_or(now),
            going_on: JoinSet::new(),
            busy: BTreeMap::new(),
            done: Vec::new(),
        };
        work.settle_the_past(&mut tell)?;
        let names = servers.iter().map(|id| self.inventory.entry(*id).name.clone()).collect();
        work.write(Happening::Begin { servers: names, forced: self.options.overrides.force })?;
        work.all(&mut tell).await?;
        work.write(Happening::End)?;
        Ok(work.done)
    }
}

/// A name that no other run has: its moment and its process.
fn run_name(now: Timestamp) -> String {
    format!("{}-{}", now.as_millisecond(), std::process::id())
}

impl Work<'_> {
    /// Writes down what nobody knows since an earlier run was cut off.
    fn settle_the_past(&mut self, tell: &mut (impl FnMut(Progress<'_>) + Send)) -> Result<(), JournalError> {
        let unfinished: BTreeMap<_, _> = self.past.unfinished.clone();
        for (server, (address, at)) in unfinished {
            tell(Progress::CutOff(&server, at));
            let reason = format!(
                "a run was cut off at or after {at:.0}; whether the server was restarted, nobody knows"
            );
            self.past.assume_restarted(&server, at);
            self.write(Happening::Result { server, address, outcome: Outcome::Unknown, reason })?;
        }
        Ok(())
    }

    fn write(&mut self, happening: Happening) -> Result<(), JournalError> {
        let now = self.run.clock.now();
        self.journal.as_mut().map_or(Ok(()), |journal| journal.write(now, happening))
    }

    async fn all(&mut self, tell: &mut (impl FnMut(Progress<'_>) + Send)) -> Result<(), JournalError> {
        while let Some(server) = self.waiting.pop_front() {
            loop {
                let decision = self.decide(server).await;
                if decision.allowed() {
                    self.begin(server, decision, tell)?;
                    break;
                }
                // Whatever goes on may be all that is in the way. Each time it is decided anew.
                if !self.busy.is_empty() && decision.only_in_the_way(&[Rule::Order, Rule::LastServing]) {
                    self.wait_for_one(tell).await?;
                } else if decision.only_in_the_way(&[Rule::Calls])
                    && self.run.clock.now() < self.patience_ends
                {
                    tell(Progress::Waits(&self.run.inventory.entry(server).name, &decision.reason()));
                    self.run.clock.sleep(LOOK_AGAIN).await;
                } else {
                    let reason = decision.reason();
                    self.finish(server, decision, Outcome::Refused, reason, tell)?;
                    break;
                }
            }
        }
        while !self.busy.is_empty() {
            self.wait_for_one(tell).await?;
        }
        Ok(())
    }

    async fn decide(&self, server: ServerId) -> Decision {
        let Run { inventory, facts, options, clock, .. } = self.run;
        let entry = inventory.entry(server);
        let now = clock.now();
        let live_calls = facts.live_calls(now);
        let restarts: Vec<Timestamp> = self.past.of(&entry.name).collect();
        let (others, others_serving) = self.others(server).await;
        let about = Circumstances {
            now,
            windows: &entry.windows,
            reachable: entry.ssh.is_some(),
            live_calls: &live_calls,
            allowed_calls: inventory.restart.live_calls,
            restarts: &restarts,
            budget: inventory.restart.budget,
            budget_period: inventory.restart.budget_period,
            cool_down: inventory.restart.cool_down,
            others,
            others_serving,
            going_on: self.busy.len(),
            parallel: options.parallel.unwrap_or(inventory.restart.parallel),
        };
        decision::decide(&about, options.overrides)
    }

    /// Other servers that let guests in, and how many of them take connections now and are not being restarted.
    async fn others(&self, server: ServerId) -> (usize, usize) {
        let inventory = &self.run.inventory;
        let mut looks = JoinSet::new();
        let role = inventory.entry(server).role;
        let mut others = 0;
        for (id, other) in inventory.deployment.servers() {
            let same = other.role == role || (other.role.is_web_bridge() && role.is_web_bridge());
            if id == server || !same {
                continue;
            }
            others += 1;
            if !self.busy.values().any(|(busy, _)| *busy == id) {
                let entry = inventory.entry(id);
                let (address, web_port) = (entry.address.clone(), entry.web_port);
                looks.spawn(async move { port::is_open(&address, web_port).await });
            }
        }
        let serving = looks.join_all().await.into_iter().filter(|open| *open).count();
        (others, serving)
    }

    /// Writes the attempt down and sends the command.
    fn begin(
        &mut self,
        server: ServerId,
        decision: Decision,
        tell: &mut (impl FnMut(Progress<'_>) + Send),
    ) -> Result<(), JournalError> {
        let run = self.run;
        let entry = run.inventory.entry(server).clone();
        let Some(access) = entry.ssh.clone().filter(|_| !run.options.dry_run) else {
            let reason = decision.reason();
            self.done.push(self.report(server, decision, None, reason));
            return Ok(());
        };
        self.write(Happening::Attempt {
            server: entry.name.clone(),
            address: shown_address(&entry.address, &access),
        })?;
        tell(Progress::Begins(&entry.name, &decision.reason()));
        let facts = Arc::clone(&run.facts);
        let tools = Tools {
            known_hosts: run.inventory.known_hosts.clone(),
            deadlines: run.deadlines,
            verify_within: run.inventory.restart.verify_within,
            clock: run.clock,
        };
        let task =
            self.going_on.spawn(async move { one::restart(server, &entry, &access, &*facts, &tools).await });
        self.busy.insert(task.id(), (server, decision));
        Ok(())
    }

    async fn wait_for_one(
        &mut self,
        tell: &mut (impl FnMut(Progress<'_>) + Send),
    ) -> Result<(), JournalError> {
        let (id, (outcome, reason)) = match self.going_on.join_next_with_id().await {
            Some(Ok(ended)) => ended,
            Some(Err(error)) => {
                let reason = format!("the run lost it by a fault of this program: {error}");
                (error.id(), (Outcome::Unknown, reason))
            }
            None => return Ok(()),
        };
        let Some((server, decision)) = self.busy.remove(&id) else { return Ok(()) };
        self.finish(server, decision, outcome, reason, tell)
    }

    fn finish(
        &mut self,
        server: ServerId,
        decision: Decision,
        outcome: Outcome,
        reason: String,
        tell: &mut (impl FnMut(Progress<'_>) + Send),
    ) -> Result<(), JournalError> {
        let report = self.report(server, decision, Some(outcome), reason.clone());
        tell(Progress::Ends(&report));
        let (server, address) = (report.name.clone(), report.address.clone());
        self.done.push(report);
        self.write(Happening::Result { server, address, outcome, reason })
    }

    fn report(
        &self,
        server: ServerId,
        decision: Decision,
        outcome: Option<Outcome>,
        reason: String,
    ) -> Restarted {
        let entry = self.run.inventory.entry(server);
        let address = entry
            .ssh
            .as_ref()
            .map_or_else(|| entry.address.clone(), |access| shown_address(&entry.address, access));
        Restarted { server, name: entry.name.clone(), address, decision, outcome, reason }
    }
}

/// An address as the script writes it; with the port where that is not 22, so that two servers on one address differ.
fn shown_address(address: &str, access: &crate::inventory::Access) -> String {
    known_as(address, access.port)
}
