//! Stanzas in channels to other homes, and whether the database holds them too.

use bytes::Bytes;

use super::Ledger;
use crate::channel::Routed;
use crate::ids::{HomeName, RecordNumber, RowId};
use crate::row::{RouteRow, Row};

impl Ledger {
    /// A stanza in a channel, by its row.
    pub fn route_state(&self, id: RowId) -> Option<&Routed> {
        self.routes.get(&id)
    }

    /// Ids of all stanzas in channels with what the database holds of them, oldest first.
    pub fn routes(&self) -> impl ExactSizeIterator<Item = (RowId, &Routed)> {
        self.routes.iter().map(|(id, routed)| (*id, routed))
    }

    /// The row that keeps a stanza in a channel.
    pub fn route_row(&self, id: RowId) -> Option<RouteRow> {
        let routed = self.routes.get(&id)?;
        self.outgoing.get(&routed.to)?.row(&routed.to, routed.number)
    }

    pub(super) fn route(
        &mut self,
        record: RecordNumber,
        to: &HomeName,
        id: RowId,
        stanza: &Bytes,
        written: bool,
    ) {
        let number = self.outgoing.entry(to.clone()).or_default().push(record, id, stanza.clone());
        self.routes.insert(id, Routed { to: to.clone(), number, written, unsure: false });
    }

    /// The other home has its channel up to here: whatever the database holds of that may go.
    pub(super) fn routed(&mut self, record: RecordNumber, to: &HomeName, up_to: u64) {
        let Some(channel) = self.outgoing.get_mut(to) else { return };
        while let Some(done) = channel.pop_confirmed(up_to) {
            let routed = self.routes.remove(&done.id);
            if routed.is_some_and(|routed| routed.written || routed.unsure) {
                self.unfinished.push_back((record, Row::RouteGone { id: done.id }));
            }
        }
    }

    /// The database may hold these from now on.
    pub(super) fn routes_being_written(&mut self, ids: &[RowId]) {
        for id in ids {
            if let Some(routed) = self.routes.get_mut(id) {
                routed.unsure = true;
            }
        }
    }

    /// The database holds these now.
    pub(super) fn routes_written(&mut self, written: &[RowId]) {
        for id in written {
            if let Some(routed) = self.routes.get_mut(id) {
                routed.written = true;
                routed.unsure = false;
            }
        }
    }

    /// Another process wrote for this home before.
    pub(super) fn routes_unsure(&mut self) {
        for routed in self.routes.values_mut() {
            routed.unsure = !routed.written;
        }
    }
}
