//! Choosing what goes into a batch.

use std::collections::BTreeSet;

use super::{MAX_BATCH_BYTES, MAX_BATCH_HEADS, MAX_BATCH_MESSAGES, MAX_BATCH_ROWS};
use crate::ids::{RecordNumber, RowId, SessionId};
use crate::owner::Owner;
use crate::row::{HeadRow, Row, SpoolRow};

/// A batch in the making.
pub(super) struct Draft {
    pub(super) up_to: RecordNumber,
    /// Rows of records, oldest first.
    pub(super) unfinished: Vec<(RecordNumber, Row)>,
    /// Messages in queues.
    pub(super) spooled: Vec<RowId>,
    messages: Vec<Row>,
    moved: Vec<SpoolRow>,
    heads: Vec<HeadRow>,
    /// Whether nothing of the records up to `up_to` is left out.
    pub(super) whole: bool,
}

impl Draft {
    pub(super) fn is_empty(&self) -> bool {
        self.unfinished.is_empty()
            && self.messages.is_empty()
            && self.moved.is_empty()
            && self.heads.is_empty()
    }

    /// The rows, in order; which messages were moved; and whose heads there are.
    pub(super) fn into_rows(self) -> (Vec<Row>, Vec<RowId>, BTreeSet<SessionId>) {
        let moved = self.moved.iter().map(|row| row.id).collect();
        let heads = self.heads.iter().map(|head| head.session).collect();
        let mut rows: Vec<Row> = self.unfinished.into_iter().map(|(_, row)| row).collect();
        rows.extend(self.messages);
        rows.extend(self.moved.into_iter().map(Row::Spool));
        rows.extend(self.heads.into_iter().map(Row::Head));
        (rows, moved, heads)
    }
}

impl Owner {
    /// Rows of whole records, oldest first. Those from under an earlier owner have no records any more to keep whole.
    pub(super) fn draft(&self) -> Draft {
        let writable = self.writable();
        let mut draft = Draft {
            up_to: writable,
            unfinished: Vec::new(),
            spooled: Vec::new(),
            messages: Vec::new(),
            moved: Vec::new(),
            heads: Vec::new(),
            whole: true,
        };
        let mut previous = RecordNumber(0);
        let mut bytes = 0;
        for (record, row) in self.ledger.unfinished().take_while(|(record, _)| *record <= writable) {
            let inherited = record == RecordNumber(0);
            let full = draft.unfinished.len() >= MAX_BATCH_ROWS || bytes >= MAX_BATCH_BYTES;
            if full && (inherited || record != previous) {
                draft.up_to = previous;
                draft.whole = !inherited;
                break;
            }
            bytes += row.stanza_bytes();
            draft.unfinished.push((record, row.clone()));
            previous = record;
        }
        draft
    }

    /// Messages that are still in a queue, and stanzas in a channel; those that were acknowledged meanwhile never need to be
    /// written.
    pub(super) fn draft_messages(&mut self, draft: &mut Draft) {
        let epoch = self.ledger.epoch();
        let (mut previous, mut bytes) = (None, 0);
        while let Some(id) = self.pending.messages.first().copied() {
            let current = id.epoch == epoch;
            if current && id.record > draft.up_to {
                break;
            }
            let full = draft.messages.len() >= MAX_BATCH_MESSAGES || bytes >= MAX_BATCH_BYTES;
            if full && (!current || previous != Some(id.record)) {
                if current {
                    draft.up_to = RecordNumber(id.record.0 - 1);
                    draft.unfinished.retain(|(record, _)| *record <= draft.up_to);
                } else {
                    draft.whole = false;
                }
                break;
            }
            previous = Some(id.record);
            self.pending.messages.remove(&id);
            if let Some(row) = self.unwritten(id) {
                bytes += row.stanza_bytes();
                draft.messages.push(row);
                draft.spooled.push(id);
            }
        }
    }

    /// What is to be written of a message that is still in a queue, or of a stanza that is still in a channel.
    fn unwritten(&self, id: RowId) -> Option<Row> {
        if let Some(message) = self.ledger.message(id) {
            return (!message.spooled.written).then(|| Row::Spool(message.row()));
        }
        let waits = self.ledger.route_state(id).is_some_and(|routed| !routed.written);
        if waits { self.ledger.route_row(id).map(Row::Route) } else { None }
    }

    /// Messages of the records in the batch whose sessions ended in a later record. They go ahead of their turn: they
    /// are in no queue any more, and are about to count as durable.
    pub(super) fn draft_moved(&mut self, draft: &mut Draft) {
        if draft.up_to >= self.ledger.last() || !self.mode.writes_all() {
            self.pending.moved.clear();
            return;
        }
        let epoch = self.ledger.epoch();
        let up_to = draft.up_to;
        let due = |id: RowId| id.epoch != epoch || id.record <= up_to;
        let mut bytes = 0;
        for (_, row) in self.ledger.unfinished().filter(|(record, _)| *record > up_to) {
            let Row::Spool(row) = row else { continue };
            if !due(row.id) || self.pending.moved.contains(&row.id) {
                continue;
            }
            if draft.moved.len() >= MAX_BATCH_MESSAGES || bytes >= MAX_BATCH_BYTES {
                draft.whole = false;
                return;
            }
            bytes += row.stanza.len();
            draft.moved.push(row.clone());
        }
    }

    /// What a restart must know of sessions, as of the last record of the batch.
    pub(super) fn draft_heads(&mut self, draft: &mut Draft) {
        if draft.up_to > self.pending.heads_up_to {
            let later = std::mem::take(&mut self.pending.later_heads);
            self.pending.heads.extend(later);
        }
        self.pending.heads_up_to = draft.up_to;
        while let Some(id) = self.pending.heads.pop_first() {
            if draft.heads.len() >= MAX_BATCH_HEADS {
                self.pending.heads.insert(id);
                draft.whole = false;
                return;
            }
            let (Some(session), Some(local)) = (self.ledger.session(id), self.local.get(&id)) else {
                continue;
            };
            // A head never goes back behind what the database has, even if a partner that came later has less.
            let as_of = draft.up_to.max(self.confirmed).max(self.database_has.unwrap_or_default());
            let later = local.unconfirmed_after(as_of);
            if later > 0 || local.opened > as_of {
                self.pending.later_heads.insert(id);
            }
            if local.opened > as_of {
                continue;
            }
            draft.heads.push(HeadRow {
                session: id,
                jid: session.jid.clone(),
                user_agent: session.user_agent.clone(),
                handled: session.handled.wrapping_sub(later),
                presence: session
                    .presence
                    .as_ref()
                    .or(session.inherited.as_ref())
                    .map(|presence| presence.stanza.clone()),
                directed: session.directed.clone(),
                opened: session.opened,
            });
        }
    }
}
