//! What happens when: the earliest event advances time.

use std::collections::BTreeMap;

use everpresent_session::ids::{Incarnation, SessionId};
use everpresent_session::owner::TransportId;

use super::connection::{FromClient, ToClient};
use super::database::{Answer, Commit, CompareAndSet};
use super::link::{ToOwner, ToPartner};

/// Something that is going to happen.
#[derive(Debug)]
pub(super) enum Event {
    /// A client thinks of something to do.
    Client(usize),
    /// A frame arrives at the server.
    FromClient(TransportId, FromClient),
    /// A frame arrives at a client.
    ToClient(usize, TransportId, ToClient),
    /// The server notices that a connection is gone.
    ServerNotices(TransportId),
    /// A client notices that its connection is gone.
    ClientNotices(usize, TransportId),
    /// A batch arrives in the database.
    Commit(Commit),
    /// The owner of this term is told what became of its batch.
    Committed(u64, Answer),
    /// A change of the witness row arrives in the database.
    Witness(CompareAndSet),
    /// The owner of this term is told what became of a change of the witness row.
    WitnessAnswered(u64, u64, Answer),
    /// The owner of this term renews its lease.
    Beat(u64),
    /// A message arrives at a partner process.
    ToPartner(Incarnation, ToPartner),
    /// A message arrives at the owner of this term.
    ToOwner(u64, ToOwner),
    /// Deadlines and retries.
    Tick,
    /// Something breaks.
    Fault,
    /// A node starts again.
    Start(usize),
    /// A session's messages are read from the spool if nothing stands against it.
    ReadSpool(TransportId, SessionId),
}

/// Events in order of time; those of the same time in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    events: BTreeMap<(u64, u64), Event>,
    added: u64,
}

impl Agenda {
    pub(super) fn add(&mut self, at: u64, event: Event) {
        self.added += 1;
        self.events.insert((at, self.added), event);
    }

    pub(super) fn next(&mut self) -> Option<(u64, Event)> {
        self.events.pop_first().map(|((at, _), event)| (at, event))
    }
}
