//! A record in the making.

use bytes::Bytes;

use crate::ids::{Epoch, RecordNumber, RowId, SessionId};
use crate::record::{Cause, Effect, Spooled};
use crate::row::Row;
use crate::time::Now;

/// The effects of one input, gathered before they are applied together.
#[derive(Debug)]
pub struct Transaction {
    pub(super) now: Now,
    pub(super) cause: Cause,
    pub(super) epoch: Epoch,
    pub(super) number: RecordNumber,
    pub(super) effects: Vec<Effect>,
    next_row: u16,
}

impl Transaction {
    pub(super) fn new(now: Now, cause: Cause, epoch: Epoch, number: RecordNumber) -> Self {
        Self { now, cause, epoch, number, effects: Vec::new(), next_row: 0 }
    }

    /// When the input came.
    pub fn now(&self) -> Now {
        self.now
    }

    /// An id for a durable row of this record.
    pub fn row_id(&mut self) -> RowId {
        let id = RowId { epoch: self.epoch, record: self.number, index: self.next_row };
        self.next_row = self.next_row.checked_add(1).expect("a record makes fewer than 65,536 rows");
        id
    }

    /// Adds an effect.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// A stanza for a session's client.
    pub fn enqueue(&mut self, session: SessionId, stanza: Bytes, spool: Option<Spooled>) {
        self.effects.push(Effect::Enqueued { session, stanza, spool });
    }

    /// A durable row.
    pub fn store(&mut self, row: Row) {
        self.effects.push(Effect::Store(row));
    }

    /// What was gathered so far.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }
}
