//! The serving process: the ledger's owner with what is around it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use everpresent_session::ids::{Epoch, Incarnation, RecordNumber, SessionId};
use everpresent_session::owner::{Owner, TransportId};
use everpresent_session::record::Record;

use super::connection::Connection;
use super::witness::Witness;

/// A process that serves the home.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) node: usize,
    pub(super) incarnation: Incarnation,
    pub(super) epoch: Epoch,
    /// Tells answers to this owner from answers to an earlier one.
    pub(super) term: u64,
    pub(super) owner: Owner,
    pub(super) connections: BTreeMap<TransportId, Connection>,
    /// Sessions that were woken and have not taken their output yet.
    pub(super) rung: BTreeSet<SessionId>,
    /// When each detached session was detached.
    pub(super) detached: BTreeMap<SessionId, u64>,

    /// When the partner last said something about the present stream.
    pub(super) partner_heard: u64,
    pub(super) stream: u64,
    pub(super) unconfirmed: VecDeque<Record>,

    /// The record of the takeover: when that is confirmed, one more fault costs nothing.
    pub(super) takeover: RecordNumber,
    pub(super) settled: bool,

    /// No batch is written before this.
    pub(super) batch_at: u64,
    pub(super) witness: Witness,
}

impl Home {
    pub(super) fn new(node: usize, incarnation: Incarnation, epoch: Epoch, term: u64, owner: Owner) -> Self {
        Self {
            node,
            incarnation,
            epoch,
            term,
            owner,
            connections: BTreeMap::new(),
            rung: BTreeSet::new(),
            detached: BTreeMap::new(),
            partner_heard: 0,
            stream: 0,
            unconfirmed: VecDeque::new(),
            takeover: RecordNumber(0),
            settled: false,
            batch_at: 0,
            witness: Witness::default(),
        }
    }

    /// The session that this connection holds, if it still does.
    pub(super) fn held_by(&self, transport: TransportId) -> Option<SessionId> {
        let session = self.connections.get(&transport)?.session?;
        self.owner.holds(session, transport).then_some(session)
    }

    /// Every connection with the session that it believes to hold.
    pub(super) fn holding(&self) -> BTreeMap<TransportId, SessionId> {
        let pair = |(id, connection): (&TransportId, &Connection)| Some((*id, connection.session?));
        self.connections.iter().filter_map(pair).collect()
    }
}
