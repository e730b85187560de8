//! The owner's side of a ledger: makes records, knows which are confirmed, and hands out what may leave the node.

mod batch;
mod deadlines;
mod local;
mod mode;
mod output;
mod resume;
mod routes;
mod transaction;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use batch::{
    Batch, MAX_BATCH_BYTES, MAX_BATCH_HEADS, MAX_BATCH_MESSAGES, MAX_BATCH_ROWS, MAX_UNFINISHED_ROWS,
    REFUSE_AFTER_FAILURES,
};
pub use deadlines::MAX_EXPIRIES_PER_TICK;
pub use local::TransportId;
pub use mode::{MAX_WAITING_BYTES, MAX_WAITING_RECORDS, Mode, REPLICATION_TIMEOUT, WitnessOutcome};
pub use output::Output;
pub use resume::{ResumeRefusal, ResumedSession};
pub use routes::RoutePage;
pub use transaction::Transaction;

use crate::ids::{RecordNumber, SessionId};
use crate::ledger::{Ledger, Misfit};
use crate::record::{Cause, Effect, Record};
use crate::row::Row;
use crate::time::{Moment, Now};
use batch::Pending;
use local::Local;
use mode::Sync;
use routes::Routes;

/// A ledger with what only the node that serves the home knows.
#[derive(Debug)]
pub struct Owner {
    ledger: Ledger,
    mode: Mode,
    /// Nothing of a record above this may be acknowledged.
    confirmed: RecordNumber,
    /// Every durable row, spooled message and session head of records up to here is in the database.
    /// `None` until that was so for the first time.
    database_has: Option<RecordNumber>,
    /// How many attempts to write failed since one succeeded.
    database_failures: u32,
    sync: Option<Sync>,
    local: BTreeMap<SessionId, Local>,
    woken: Vec<SessionId>,
    /// Sessions that something is owed to as soon as the record is confirmed: an acknowledgement, or their output.
    waiting: VecDeque<(RecordNumber, SessionId)>,
    deadlines: BTreeSet<(Moment, SessionId)>,
    pending: Pending,
    routes: Routes,
}

impl Owner {
    /// Begins to serve a home in spooled mode. Sessions that the ledger holds already (a replica that was adopted)
    /// are detached by the caller, in a record; `written_heads` are those whose heads the database holds.
    pub fn new(ledger: Ledger, written_heads: impl IntoIterator<Item = SessionId>) -> Self {
        let local = ledger.sessions().map(|session| (session.id, Local::adopted(session))).collect();
        let mut owner = Self {
            confirmed: ledger.last(),
            database_has: None,
            ledger,
            mode: Mode::Spooled,
            database_failures: 0,
            sync: None,
            local,
            woken: Vec::new(),
            waiting: VecDeque::new(),
            deadlines: BTreeSet::new(),
            pending: Pending::new(written_heads),
            routes: Routes::default(),
        };
        owner.everything_to_database();
        owner.database_has = owner.durable_up_to();
        owner
    }

    /// What is known of the sessions.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The last record that may be acknowledged.
    pub fn confirmed(&self) -> RecordNumber {
        self.confirmed
    }

    /// Begins the record of one input.
    pub fn begin(&self, now: Now, cause: Cause) -> Transaction {
        Transaction::new(now, cause, self.ledger.epoch(), RecordNumber(self.ledger.last().0 + 1))
    }

    /// Makes the record and applies it. A transaction without effects makes none.
    ///
    /// # Errors
    /// [`Misfit`] when another record was made since `begin`, or the effects name sessions that do not live: nothing
    /// was changed, and the caller's reasoning was wrong.
    pub fn commit(&mut self, mut transaction: Transaction) -> Result<RecordNumber, Misfit> {
        if transaction.effects.is_empty() {
            return Ok(self.ledger.last());
        }
        self.forget_heads(&mut transaction);
        self.pending.changed = true;
        let now = transaction.now.moment;
        let record = Record {
            home: self.ledger.home().clone(),
            ledger: self.ledger.id(),
            epoch: transaction.epoch,
            number: transaction.number,
            cause: transaction.cause,
            effects: transaction.effects,
        };
        self.ledger.apply(&record)?;
        for effect in &record.effects {
            self.note(now, record.number, effect);
        }
        self.tell_partner(record);
        self.settle();
        Ok(self.ledger.last())
    }

    /// Sessions whose connection has something to do since the last call: output, an acknowledgement to send, or
    /// that it no longer holds its session.
    pub fn take_woken(&mut self) -> Vec<SessionId> {
        for id in &self.woken {
            if let Some(local) = self.local.get_mut(id) {
                local.woken = false;
            }
        }
        std::mem::take(&mut self.woken)
    }

    /// A closed session whose head the database holds takes it along.
    fn forget_heads(&self, transaction: &mut Transaction) {
        let closed: Vec<SessionId> = transaction
            .effects
            .iter()
            .filter_map(
                |effect| if let Effect::Closed { session, .. } = effect { Some(*session) } else { None },
            )
            .filter(|session| self.pending.head_may_be_written(*session))
            .collect();
        transaction
            .effects
            .extend(closed.into_iter().map(|session| Effect::Store(Row::HeadGone { session })));
    }

    /// What a record means for this node alone.
    fn note(&mut self, now: Moment, record: RecordNumber, effect: &Effect) {
        match effect {
            Effect::Opened(opening) => {
                self.local.insert(opening.session, Local { opened: record, ..Local::default() });
                self.head_changed(opening.session);
            }
            Effect::Enqueued { session, spool, .. } => {
                if let Some(spooled) = spool.filter(|spooled| !spooled.written && self.mode.writes_all()) {
                    self.pending.messages.insert(spooled.id);
                }
                self.output_added(*session, record);
            }
            Effect::Released { session } => self.output_added(*session, record),
            Effect::Handled { session } => {
                if let Some(local) = self.local.get_mut(session) {
                    local.forget_confirmed(self.confirmed);
                    local.unconfirmed.push_back(record);
                }
                self.head_changed(*session);
            }
            Effect::Presence { session, .. }
            | Effect::Directed { session, .. }
            | Effect::Inherited { session, .. }
            | Effect::Managed { session, .. } => {
                self.head_changed(*session);
            }
            Effect::ClientAcked { session, count } => {
                if let Some(local) = self.local.get_mut(session) {
                    local.acknowledged(*count);
                }
            }
            Effect::Detached { session, wait, .. } => {
                if let Some(local) = self.local.get_mut(session) {
                    local.detach();
                }
                self.set_deadline(*session, Some(now.after(*wait)));
            }
            Effect::Resumed { session } => self.set_deadline(*session, None),
            Effect::Closed { session, .. } => {
                self.set_deadline(*session, None);
                self.local.remove(session);
                self.pending.forget(*session);
            }
            Effect::Route { id, written, .. } => {
                if !written && self.mode.writes_all() {
                    self.pending.messages.insert(*id);
                }
                self.route_added(record);
            }
            Effect::Flag { .. }
            | Effect::Held { .. }
            | Effect::Routed { .. }
            | Effect::Received { .. }
            | Effect::Store(_)
            | Effect::Spooling { .. }
            | Effect::Stored { .. } => {}
        }
    }

    fn output_added(&mut self, session: SessionId, record: RecordNumber) {
        if self.mode.gates_output() {
            self.waiting.push_back((record, session));
        } else {
            self.wake(session);
        }
    }

    fn wake(&mut self, session: SessionId) {
        if let Some(local) = self.local.get_mut(&session)
            && local.transport.is_some()
            && !local.woken
        {
            local.woken = true;
            self.woken.push(session);
        }
    }

    /// Moves the confirmed mark as far as the mode allows, and wakes who waited for it.
    fn settle(&mut self) {
        self.database_has = self.database_has.max(self.durable_up_to());
        self.confirmed = self.confirmed.max(self.may_confirm());
        while let Some((_, session)) = self.waiting.pop_front_if(|(record, _)| *record <= self.confirmed) {
            self.wake(session);
        }
        self.settle_routes();
    }
}

#[cfg(test)]
mod tests;
