//! What goes between processes: datagrams that may be lost, doubled and overtaken, and streams in which that is rare.

use bytes::Bytes;
use everpresent_recovery::ownership::PeerMessage;
use everpresent_session::ids::{Epoch, LedgerId, RecordNumber};
use everpresent_session::record::Record;
use everpresent_session::snapshot::Part;

use super::agenda::{Event, Happening};
use super::world::World;

/// A message.
#[derive(Debug, Clone)]
pub(super) enum Wire {
    /// Somebody is there.
    Alive,
    /// About the ownership of a home.
    Peer(usize, PeerMessage),
    /// The sender would hold a replica of this home.
    Offer(usize),
    /// The owner of a home to its partner.
    Stream(Streamed),
    /// The partner has applied everything up to here.
    Confirm { home: usize, stream: u64, up_to: RecordNumber },
    /// The partner cannot go on with this stream.
    End { home: usize, stream: u64 },
    /// Stanzas of a channel.
    Channel(Page),
    /// The sender stops: the owner of this home is to do without it.
    Stops(usize),
    /// The owner of this home under this epoch does.
    MayStop(usize, Epoch),
    /// The receiving home has a channel up to here.
    Taken { from: usize, to: usize, ledger: LedgerId, up_to: u64 },
}

/// A piece of a replication stream.
#[derive(Debug, Clone)]
pub(super) struct Streamed {
    pub(super) home: usize,
    pub(super) epoch: Epoch,
    pub(super) stream: u64,
    /// Its place in the stream.
    pub(super) place: u64,
    pub(super) item: Item,
}

/// What it is.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A snapshot begins.
    Begin,
    Part(Box<Part>),
    /// The snapshot is whole.
    Cut(RecordNumber),
    Record(Box<Record>),
    /// Nothing new.
    Still,
}

/// Stanzas of a channel, in order.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) ledger: LedgerId,
    /// Everything up to here is known to be there.
    pub(super) confirmed: u64,
    pub(super) stanzas: Vec<(u64, Bytes)>,
}

impl Wire {
    fn is_of_a_stream(&self) -> bool {
        !matches!(self, Self::Alive | Self::Peer(..) | Self::Offer(_) | Self::Stops(_) | Self::MayStop(..))
    }
}

impl World {
    pub(super) fn link_is_up(&self, from: usize, to: usize) -> bool {
        from == to || self.clock >= self.link_cut[from][to]
    }

    /// Sends to whichever process is at the other node when it arrives.
    pub(super) fn send_wire(&mut self, from: usize, to: usize, message: Wire) {
        let Some(by) = self.nodes[from].incarnation() else { return };
        let Some(incarnation) = self.nodes[to].incarnation() else { return };
        if !self.link_is_up(from, to) {
            return;
        }
        let event =
            |message| Event::Process { node: to, incarnation, what: Happening::Wire { from, by, message } };
        if from == to {
            self.agenda.add(self.clock, event(message));
            return;
        }
        let faulty = self.faulty();
        let latency = 1 + self.rng.u64(..3);
        if message.is_of_a_stream() {
            if faulty && self.chance(self.profile.streams_broken) {
                return;
            }
            let stalled = faulty && self.chance(self.profile.messages_late / 4);
            let latency = if stalled { latency + self.rng.u64(..400) } else { latency };
            let at = self.link_last[from][to].max(self.clock + latency);
            self.link_last[from][to] = at;
            if faulty && self.chance(self.profile.streams_broken / 2) {
                let again = at + self.rng.u64(..50);
                self.agenda.add(again, event(message.clone()));
            }
            self.agenda.add(at, event(message));
            return;
        }
        if faulty && self.chance(self.profile.messages_lost) {
            return;
        }
        let late = faulty && self.chance(self.profile.messages_late);
        let latency = if late { latency + self.rng.u64(..1_500) } else { latency };
        if faulty && self.chance(self.profile.messages_doubled) {
            let again = self.clock + 1 + self.rng.u64(..1_500);
            self.agenda.add(again, event(message.clone()));
        }
        self.agenda.add(self.clock + latency, event(message));
    }
}
