//! The owner of a home with what is around it in its process.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use everpresent_session::ids::{Epoch, Incarnation, LedgerId, RecordNumber, SessionId};
use everpresent_session::owner::{Mode, Owner, TransportId};

use super::connection::Connection;
use super::node::Node;
use super::rules;

/// A process's side of serving a home.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) epoch: Epoch,
    pub(super) owner: Owner,
    /// It serves nothing until told to go on.
    pub(super) fenced: bool,
    pub(super) connections: BTreeMap<TransportId, Connection>,
    /// Sessions that were woken and have not taken their output yet.
    pub(super) rung: BTreeSet<SessionId>,
    /// When each detached session was detached.
    pub(super) detached: BTreeMap<SessionId, u64>,
    /// As last looked at.
    pub(super) mode: Mode,

    pub(super) leading: Option<Leading>,
    /// What the view of the home was told of the replica last.
    pub(super) told_replica: Option<Option<Incarnation>>,
    /// Planted: when the view of the home is told to clear the replica.
    pub(super) cleared_late: Option<u64>,

    /// The record of the takeover: when that is confirmed, one more fault costs nothing.
    pub(super) takeover: RecordNumber,
    pub(super) settled: bool,

    /// The batch that is being written.
    pub(super) batch: Option<u64>,
    /// No batch is written before this.
    pub(super) batch_at: u64,

    /// Channels to other homes.
    pub(super) sending: BTreeMap<usize, Sending>,
    /// Channels of other homes' ledgers.
    pub(super) taking: BTreeMap<LedgerId, Taking>,
    /// When it was told to hand the home over.
    pub(super) hand_over: Option<u64>,
}

/// The owner's end of a replication stream.
#[derive(Debug)]
pub(super) struct Leading {
    pub(super) stream: u64,
    pub(super) partner: Incarnation,
    /// The next place in the stream.
    pub(super) place: u64,
    pub(super) heard: u64,
}

/// The sending end of a channel in this process.
#[derive(Debug, Default)]
pub(super) struct Sending {
    /// Sent up to here.
    pub(super) sent: u64,
    /// To which of the nodes that may own the other home.
    pub(super) target: usize,
    /// When something was last sent or confirmed.
    pub(super) heard: u64,
}

/// The receiving end of a channel in this process.
#[derive(Debug)]
pub(super) struct Taking {
    /// Whose channel, and the node that it came from last.
    pub(super) from: usize,
    pub(super) node: usize,
    /// Records that are not confirmed, with their numbers.
    pub(super) pending: VecDeque<(RecordNumber, u64)>,
    /// Confirmed up to here.
    pub(super) up_to: u64,
    /// The sender has to be told.
    pub(super) owes: bool,
}

impl Serving {
    pub(super) fn new(epoch: Epoch, owner: Owner, clock: u64) -> Self {
        let takeover = owner.ledger().last();
        let detached = owner.ledger().sessions().map(|session| (session.id, clock)).collect();
        Self {
            epoch,
            mode: owner.mode(),
            owner,
            fenced: false,
            connections: BTreeMap::new(),
            rung: BTreeSet::new(),
            detached,
            leading: None,
            told_replica: None,
            cleared_late: None,
            takeover,
            settled: false,
            batch: None,
            batch_at: 0,
            sending: BTreeMap::new(),
            taking: BTreeMap::new(),
            hand_over: None,
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

    /// From now on one more fault costs nothing: what was taken over is in a second place.
    pub(super) fn note_settled(&mut self) {
        let confirmed = self.takeover.0 > 0 && self.owner.confirmed() >= self.takeover;
        let protected = matches!(self.owner.mode(), Mode::Protected { .. });
        self.settled |= confirmed || protected || !self.owner.has_unwritten();
    }
}

/// R4: the serving side of a home in a node's process, if it may serve at this moment.
pub(super) fn serving_mut(nodes: &mut [Node], clock: u64, node: usize, home: usize) -> Option<&mut Serving> {
    let now = nodes[node].moment(clock);
    let process = nodes[node].process.as_mut()?;
    let believes = process.believes;
    let seat = process.seats.get_mut(&home)?;
    if !rules::may_use(&seat.ownership, now, believes) {
        return None;
    }
    seat.serving.as_mut().filter(|serving| !serving.fenced)
}
