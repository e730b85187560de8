//! What happens when: the earliest event advances time.

use std::collections::BTreeMap;

use everpresent_session::ids::{Incarnation, SessionId};
use everpresent_session::owner::TransportId;

use super::asking::{Answer, Statement};
use super::connection::{FromClient, ToClient};
use super::network::Wire;

/// Something that is going to happen.
#[derive(Debug)]
pub(super) enum Event {
    /// A client thinks of something to do.
    Client(usize),
    /// A frame arrives at a client.
    ToClient(usize, TransportId, ToClient),
    /// A client notices that its connection is gone.
    ClientNotices(usize, TransportId),
    /// A statement arrives in the database.
    Lands(Statement),
    /// A guardian is told what became of its statement.
    GuardianAnswered { node: usize, number: u64, answer: Answer },
    /// A guardian looks whether it is time to try again.
    GuardianTick(usize),
    /// A machine starts.
    Boot(usize),
    /// An operator tells a guardian that gave up to start once more.
    Order(usize),
    /// Something breaks.
    Fault,
    /// The next step of the script.
    Script(usize),
    /// Something happens to this process.
    Process { node: usize, incarnation: Incarnation, what: Happening },
}

/// Something that happens to a process: not before it is thawed, and never to another one.
#[derive(Debug)]
pub(super) enum Happening {
    /// A frame of a client arrives.
    Frame { home: usize, client: usize, over: TransportId, frame: FromClient },
    /// It notices that a connection is gone.
    Lost { home: usize, over: TransportId },
    /// The database answers, or the time for it is up.
    Answered { home: usize, number: u64, answer: Answer },
    /// Its view of a home wants to be woken.
    Wake { home: usize, at: u64 },
    /// Deadlines and retries.
    Tick,
    /// A message of another process arrives.
    Wire { from: usize, by: Incarnation, message: Wire },
    /// The connection to the other node's process broke.
    LinkLost,
    /// A session's messages are read from the spool if nothing stands against it.
    ReadSpool { home: usize, over: TransportId, session: SessionId },
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
