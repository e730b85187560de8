//! Messages that must not be lost, and who still holds them.

use bytes::Bytes;
use everpresent_stanza::BareJid;

use super::Ledger;
use crate::ids::{RecordNumber, RowId};
use crate::queue::Entry;
use crate::record::Spooled;
use crate::row::{Row, SpoolRow};

/// A message in one or more queues of one user's sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct QueuedMessage {
    /// Whose.
    pub user: BareJid,
    /// As it was first put into a queue.
    pub stanza: Bytes,
    /// Its row; `written` says whether the spool holds it by now.
    pub spooled: Spooled,
    /// How many queues hold it.
    pub holders: u16,
    /// Whether some client acknowledged it.
    pub received: bool,
    /// Whether a write of it began of which nobody knows yet that it succeeded.
    pub unsure: bool,
}

impl QueuedMessage {
    /// The row that keeps it.
    pub fn row(&self) -> SpoolRow {
        SpoolRow {
            user: self.user.clone(),
            id: self.spooled.id,
            at: self.spooled.at,
            archived: self.spooled.archived,
            stanza: self.stanza.clone(),
        }
    }
}

impl Ledger {
    /// One more queue holds the message.
    pub(super) fn message_enqueued(&mut self, user: BareJid, stanza: &Bytes, spooled: Spooled) {
        let message = self.messages.entry(spooled.id).or_insert_with(|| QueuedMessage {
            user,
            stanza: stanza.clone(),
            spooled,
            holders: 0,
            received: false,
            unsure: false,
        });
        message.spooled.written |= spooled.written;
        message.holders += 1;
    }

    /// A queue no longer holds the entry: its client has it, or (`received == false`) the session ended.
    pub(super) fn message_left(&mut self, record: RecordNumber, entry: &Entry, received: bool) {
        let Some(spooled) = entry.spool else { return };
        let Some(message) = self.messages.get_mut(&spooled.id) else { return };
        message.received |= received;
        message.holders -= 1;
        if message.holders > 0 {
            return;
        }
        let Some(message) = self.messages.remove(&spooled.id) else { return };
        let may_be_there = message.spooled.written || message.unsure;
        if message.received && may_be_there {
            self.unfinished.push_back((record, Row::SpoolGone { user: message.user, id: spooled.id }));
        } else if !message.received && !message.spooled.written {
            self.unfinished.push_back((record, Row::Spool(message.row())));
        }
    }

    /// The database may hold these messages from now on.
    pub(super) fn messages_being_written(&mut self, ids: &[RowId]) {
        for id in ids {
            if let Some(message) = self.messages.get_mut(id) {
                message.unsure = true;
            }
        }
    }

    /// The database holds these messages now. Of those that left their queues meanwhile nothing is to be noted: they
    /// took a row along that says what is to become of them.
    pub(super) fn messages_written(&mut self, written: &[RowId]) {
        for id in written {
            if let Some(message) = self.messages.get_mut(id) {
                message.spooled.written = true;
                message.unsure = false;
            }
        }
    }

    /// Another process wrote for this home before: the database may hold any message that is not known to be there.
    pub(super) fn messages_unsure(&mut self) {
        for message in self.messages.values_mut() {
            message.unsure = !message.spooled.written;
        }
    }
}
