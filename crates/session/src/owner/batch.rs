//! What the database is to hold, in batches: one group commit for many records.
//!
//! While the witness may name a replica, the database never holds work that this replica lacks. Otherwise a takeover
//! would find a message in the spool that its sender, not told that it was taken, sends again (promise P4).

mod draft;

use std::collections::BTreeSet;

use super::Owner;
use super::mode::Mode;
use crate::ids::{RecordNumber, RowId, SessionId};
use crate::ledger::Misfit;
use crate::record::{Cause, Effect};
use crate::row::Row;
use crate::time::Now;

/// How many rows of records a batch has before it ends with the record at hand; a record is never split.
pub const MAX_BATCH_ROWS: usize = 1_000;
/// How many messages in queues a batch has before it ends with the record at hand.
pub const MAX_BATCH_MESSAGES: usize = 900;
/// How many bytes of stanzas a batch has, in each of both, before it ends with the record at hand: a batch that cannot be
/// written in time would be tried again for ever.
pub const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;
/// How many session heads a batch has. Until all that changed are written, nothing of the batch counts as confirmed, so
/// this is more than change in one batch of a busy node.
pub const MAX_BATCH_HEADS: usize = 8_000;
/// After so many failed attempts to write in a row, new messages are refused: a single one may be a passing fault.
pub const REFUSE_AFTER_FAILURES: u32 = 3;
/// How many durable rows may wait for the database before new messages are refused.
pub const MAX_UNFINISHED_ROWS: usize = 50_000;

/// Rows to be written in one transaction, whole or not at all.
#[derive(Debug, PartialEq)]
pub struct Batch {
    /// When it is written, every row of the records up to here is in the database.
    pub up_to: RecordNumber,
    /// The rows, in order; a later one of the same key wins.
    pub rows: Vec<Row>,
}

#[derive(Debug)]
pub(super) struct InFlight {
    up_to: RecordNumber,
    /// How many of the ledger's oldest unfinished rows it holds.
    unfinished: usize,
    spooled: Vec<RowId>,
    /// Messages of sessions that ended, ahead of their turn.
    moved: Vec<RowId>,
    heads: BTreeSet<SessionId>,
    /// Whether nothing of the records up to `up_to` is left out, queued messages and heads neither.
    whole: bool,
}

/// What is to be written, and what was.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Messages in queues that must be in the spool, and stanzas in channels that must be kept.
    pub(super) messages: BTreeSet<RowId>,
    /// Sessions whose heads must be written.
    pub(super) heads: BTreeSet<SessionId>,
    /// Those that must be written (again) when a batch may go further than `heads_up_to`.
    pub(super) later_heads: BTreeSet<SessionId>,
    /// Up to which record the last batch went.
    pub(super) heads_up_to: RecordNumber,
    /// Messages that were written ahead of their turn.
    pub(super) moved: BTreeSet<RowId>,
    /// Sessions whose heads the database holds, or may hold.
    pub(super) written_heads: BTreeSet<SessionId>,
    /// Something happened since the last look found nothing that may be written.
    pub(super) changed: bool,
    in_flight: Option<InFlight>,
}

impl Pending {
    pub(super) fn new(written_heads: impl IntoIterator<Item = SessionId>) -> Self {
        Self { written_heads: written_heads.into_iter().collect(), changed: true, ..Self::default() }
    }

    /// A partner holds messages and heads from now on.
    pub(super) fn partner_holds_it(&mut self) {
        self.messages.clear();
        self.heads.clear();
        self.later_heads.clear();
    }

    /// The session ended.
    pub(super) fn forget(&mut self, session: SessionId) {
        self.heads.remove(&session);
        self.later_heads.remove(&session);
        self.written_heads.remove(&session);
    }

    /// Whether the database may hold a head of this session, now or soon.
    pub(super) fn head_may_be_written(&self, session: SessionId) -> bool {
        let flying = self.in_flight.as_ref().is_some_and(|batch| batch.heads.contains(&session));
        flying || self.written_heads.contains(&session)
    }

    fn is_empty(&self) -> bool {
        self.in_flight.is_none()
            && self.messages.is_empty()
            && self.heads.is_empty()
            && self.later_heads.is_empty()
    }
}

impl Owner {
    /// The next batch, if there is anything to write and no other batch is being written.
    pub fn take_batch(&mut self) -> Option<Batch> {
        if self.pending.in_flight.is_some() {
            return None;
        }
        self.pending.changed = false;
        let mut draft = self.draft();
        self.draft_messages(&mut draft);
        self.draft_moved(&mut draft);
        self.draft_heads(&mut draft);
        let (up_to, spooled) = (draft.up_to, draft.spooled.clone());
        let whole = draft.whole && self.mode.writes_all();
        if draft.is_empty() {
            if whole {
                self.database_has = self.database_has.max(Some(up_to));
            }
            self.settle();
            return None;
        }
        let unfinished = draft.unfinished.len();
        let (rows, moved, heads) = draft.into_rows();
        let in_flight = InFlight { up_to, unfinished, spooled: spooled.clone(), moved, heads, whole };
        self.pending.in_flight = Some(in_flight);
        if !spooled.is_empty() {
            // Sets no deadline, so it does not matter what time it is.
            let mut transaction = self.begin(Now::default(), Cause::Database);
            transaction.effect(Effect::Spooling { messages: spooled });
            // The record names no session and follows the last one, so it fits.
            let committed = self.commit(transaction);
            debug_assert!(committed.is_ok());
        }
        Some(Batch { up_to, rows })
    }

    /// The batch that was taken last is in the database.
    ///
    /// # Errors
    /// [`Misfit`] when the ledger's own order is broken.
    pub fn batch_committed(&mut self, now: Now) -> Result<(), Misfit> {
        let Some(done) = self.pending.in_flight.take() else { return Ok(()) };
        self.pending.changed = true;
        self.database_failures = 0;
        self.heads_may_be_written(done.heads);
        self.pending.moved.extend(done.moved);
        if done.whole {
            self.database_has = self.database_has.max(Some(done.up_to));
        }
        if done.unfinished > 0 || !done.spooled.is_empty() {
            let mut transaction = self.begin(now, Cause::Database);
            transaction.effect(Effect::Stored { rows: done.unfinished, spooled: done.spooled });
            self.commit(transaction)?;
        }
        self.settle();
        Ok(())
    }

    /// The batch that was taken last is not in the database, or nobody knows: it will be asked for again.
    pub fn batch_failed(&mut self) {
        let Some(failed) = self.pending.in_flight.take() else { return };
        self.pending.changed = true;
        self.database_failures = self.database_failures.saturating_add(1);
        self.pending.messages.extend(failed.spooled);
        let living = failed.heads.iter().filter(|id| self.ledger.session(**id).is_some());
        self.pending.heads.extend(living);
        self.heads_may_be_written(failed.heads);
    }

    /// Whether a new message may be accepted. If not, it is refused with `resource-constraint` (`wait`).
    pub fn accepts_messages(&self) -> bool {
        let stuck = self.database_failures >= REFUSE_AFTER_FAILURES && self.mode.writes_all();
        !stuck && self.ledger.unfinished().len() < MAX_UNFINISHED_ROWS
    }

    /// Whether it is worth asking for a batch: something waits, and something happened since it was asked for in vain.
    /// What waits for the partner or for the witness cannot be written before.
    pub fn wants_batch(&self) -> bool {
        self.pending.changed && self.pending.in_flight.is_none() && self.has_unwritten()
    }

    /// Whether anything waits to be written, or is being written.
    pub fn has_unwritten(&self) -> bool {
        !self.pending.is_empty() || self.ledger.unfinished().len() > 0
    }

    pub(super) fn head_changed(&mut self, session: SessionId) {
        if self.mode.writes_all() {
            self.pending.heads.insert(session);
        }
    }

    /// Every head and every message in a queue is to be written: from now on nobody else holds them.
    pub(super) fn everything_to_database(&mut self) {
        self.pending.heads.extend(self.ledger.sessions().map(|session| session.id));
        let unwritten = self.ledger.messages().filter(|(_, message)| !message.spooled.written);
        self.pending.messages.extend(unwritten.map(|(id, _)| id));
        let routes = self.ledger.routes().filter(|(_, routed)| !routed.written);
        self.pending.messages.extend(routes.map(|(id, _)| id));
    }

    /// Up to which record every durable row is in the database, so that it can be read. Messages in queues and session
    /// heads need not be there.
    pub fn stored(&self) -> RecordNumber {
        let oldest = self.ledger.unfinished().next().map(|(record, _)| record.0.saturating_sub(1));
        oldest.map_or(self.ledger.last(), RecordNumber)
    }

    /// Whether rows of an earlier owner's records wait to be written: until they are, the database is behind.
    pub fn owes_inherited_rows(&self) -> bool {
        self.ledger.unfinished().next().is_some_and(|(record, _)| record == RecordNumber(0))
    }

    /// Up to which record everything durable is known to be in the database.
    pub(super) fn durable_up_to(&self) -> Option<RecordNumber> {
        (self.mode.writes_all() && !self.has_unwritten()).then_some(self.ledger.last())
    }

    fn heads_may_be_written(&mut self, heads: BTreeSet<SessionId>) {
        let living = heads.into_iter().filter(|id| self.ledger.session(*id).is_some());
        self.pending.written_heads.extend(living);
    }

    /// Up to which record the database may hold anything: not ahead of a replica that could be adopted.
    fn writable(&self) -> RecordNumber {
        match self.mode {
            Mode::Spooled => self.ledger.last(),
            Mode::Entering { .. } => self.partner_has(),
            Mode::Protected { .. } => self.confirmed,
            Mode::Leaving { from, .. } => from,
        }
    }
}
