//! People's clients: they sign in, chat, lose their connections and come back, as XEP-0198 has it. Where their home's
//! owner is they find out by trying.

use std::collections::{BTreeSet, VecDeque};

use everpresent_session::ids::SessionId;
use everpresent_session::owner::TransportId;

use super::agenda::{Event, Happening};
use super::connection::{FromClient, ToClient};
use super::content::{Content, MessageId};
use super::people::nodes_of;
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// How long a client waits for an answer to its sign-in.
pub(super) const PATIENCE_MS: u64 = 4_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Offline { until: u64 },
    Connecting { over: TransportId, since: u64 },
    Online { over: TransportId },
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) managed: bool,
    pub(super) home: usize,
    pub(super) place: Place,
    /// Of those that may own its home: where it connects, or will.
    at: usize,
    /// The session that it would resume.
    pub(super) session: Option<SessionId>,
    /// Since when it has been trying to be there; `None` while it is, or is away on purpose.
    pub(super) trying_since: Option<u64>,
    /// It has gone and does not come back.
    pub(super) gone: bool,
    /// Stanzas received in this session.
    pub(super) received: u32,
    /// Stanzas that the server acknowledged in this session, as this client knows.
    pub(super) acked: u32,
    /// The same, as the server has said; the answer may be on its way or lost.
    pub(super) told: u32,
    /// Counted stanzas of this session, oldest first.
    pub(super) sent: Vec<FromClient>,
    /// Messages to be sent again in the next session.
    again: VecDeque<FromClient>,
    pub(super) next_number: u32,
    /// Clients that it sees.
    pub(super) sees: BTreeSet<usize>,
    /// When the last frame to the server arrives: nothing overtakes.
    last_out: u64,
}

impl Client {
    pub(super) fn new(managed: bool, home: usize) -> Self {
        Self {
            managed,
            home,
            place: Place::Offline { until: 0 },
            at: 0,
            session: None,
            trying_since: None,
            gone: false,
            received: 0,
            acked: 0,
            told: 0,
            sent: Vec::new(),
            again: VecDeque::new(),
            next_number: 0,
            sees: BTreeSet::new(),
            last_out: 0,
        }
    }

    pub(super) fn over(&self) -> Option<TransportId> {
        match self.place {
            Place::Offline { .. } => None,
            Place::Connecting { over, .. } | Place::Online { over } => Some(over),
        }
    }

    fn node(&self) -> usize {
        let nodes = nodes_of(self.home);
        nodes[self.at % nodes.len()]
    }

    fn is_there(&mut self, over: TransportId) {
        self.place = Place::Online { over };
        self.trying_since = None;
    }

    /// Stanzas that it does not know to be handled.
    pub(super) fn unacknowledged(&self) -> &[FromClient] {
        self.sent.get(self.acked as usize..).unwrap_or_default()
    }
}

impl World {
    pub(super) fn client_acts(&mut self, index: usize) {
        if self.clients[index].gone {
            return;
        }
        let pause = if self.faulty() { 60 + self.rng.u64(..400) } else { 200 };
        self.agenda.add(self.clock + pause, Event::Client(index));
        match self.clients[index].place {
            Place::Offline { until } if self.clock >= until || !self.faulty() => self.connect(index),
            Place::Connecting { since, .. } if self.clock >= since + PATIENCE_MS => {
                self.hang_up(index, 100);
                self.clients[index].at += 1;
            }
            Place::Online { .. } if self.faulty() => self.chat(index),
            Place::Online { over } => {
                let received = self.clients[index].received;
                if self.clients[index].managed {
                    self.client_sends(index, over, FromClient::Answer(received));
                    self.client_sends(index, over, FromClient::Request);
                }
            }
            Place::Offline { .. } | Place::Connecting { .. } => {}
        }
    }

    fn connect(&mut self, index: usize) {
        let over = self.next_transport();
        let clock = self.clock;
        let client = &mut self.clients[index];
        client.place = Place::Connecting { over, since: clock };
        client.trying_since.get_or_insert(clock);
        client.last_out = client.last_out.max(clock);
        let frame = match client.session.filter(|_| client.managed) {
            Some(session) => FromClient::Resume(session, client.received),
            None => FromClient::Bind,
        };
        self.client_sends(index, over, frame);
    }

    fn chat(&mut self, index: usize) {
        let Some(over) = self.clients[index].over() else { return };
        let managed = self.clients[index].managed;
        match self.rng.u32(..200) {
            0..110 => self.send_message(index),
            110..150 if managed => self.client_sends(index, over, FromClient::Request),
            150..172 if managed => {
                let received = self.clients[index].received;
                self.client_sends(index, over, FromClient::Answer(received));
            }
            172..180 => {
                let away = self.rng.u64(..2_000);
                self.hang_up(index, away);
            }
            180..181 if managed => {
                // Longer than its session waits.
                let away = 9_000 + self.rng.u64(..4_000);
                self.hang_up(index, away);
                self.clients[index].trying_since = None;
            }
            181..183 => self.sign_out(index, over),
            _ => {}
        }
    }

    fn send_message(&mut self, index: usize) {
        let Some(over) = self.clients[index].over() else { return };
        let own = self.people.clients[index].person;
        let others = self.people.persons.len() - 1;
        let to = (own + 1 + self.rng.usize(..others)) % (others + 1);
        let client = &mut self.clients[index];
        let id = MessageId { from: index, number: client.next_number };
        client.next_number += 1;
        self.truth.sent(id, to);
        self.tally.count(Count::Messages);
        self.client_sends(index, over, FromClient::Message(id, to));
    }

    /// `</stream:stream>`, after a last acknowledgement.
    fn sign_out(&mut self, index: usize, over: TransportId) {
        let received = self.clients[index].received;
        if self.clients[index].managed {
            self.client_sends(index, over, FromClient::Answer(received));
        }
        self.client_sends(index, over, FromClient::Close);
        let until = self.clock + 100 + self.rng.u64(..6_000);
        let client = &mut self.clients[index];
        client.place = Place::Offline { until };
        client.session = None;
        client.trying_since = None;
        client.sent.clear();
        let at = client.last_out + 1 + self.rng.u64(..200);
        self.server_loses(index, over, at);
    }

    /// The connection breaks; the server finds out later.
    pub(super) fn hang_up(&mut self, index: usize, away: u64) {
        let Some(over) = self.clients[index].over() else { return };
        self.trace(|| format!("client {index} loses {over:?}"));
        let at = self.clock + 1 + self.rng.u64(..3_000);
        self.server_loses(index, over, at.max(self.clients[index].last_out));
        self.client_is_off(index, away);
    }

    fn server_loses(&mut self, index: usize, over: TransportId, at: u64) {
        let (home, node) = (self.clients[index].home, self.clients[index].node());
        self.later(node, at, Happening::Lost { home, over });
    }

    /// A client that does not come back leaves its connection as it is.
    pub(super) fn leaves_for_good(&mut self, index: usize) {
        self.trace(|| format!("client {index} leaves for good"));
        self.hang_up(index, 0);
        self.clients[index].gone = true;
        self.clients[index].trying_since = None;
    }

    fn client_is_off(&mut self, index: usize, away: u64) {
        let clock = self.clock;
        let client = &mut self.clients[index];
        client.place = Place::Offline { until: clock + away };
        if !client.managed {
            client.session = None;
        }
        client.trying_since.get_or_insert(clock);
    }

    pub(super) fn client_notices(&mut self, index: usize, over: TransportId) {
        if self.clients[index].over() != Some(over) {
            return;
        }
        let away = 1 + self.rng.u64(..300);
        if self.rng.u32(..4) > 0 {
            self.clients[index].at += 1;
        }
        self.client_is_off(index, away);
    }

    fn client_sends(&mut self, index: usize, over: TransportId, frame: FromClient) {
        let client = &mut self.clients[index];
        if client.managed && frame.is_stanza() {
            client.sent.push(frame);
        }
        self.client_writes(index, over, frame);
    }

    fn client_writes(&mut self, index: usize, over: TransportId, frame: FromClient) {
        let latency = 1 + self.rng.u64(..15);
        let client = &mut self.clients[index];
        let at = client.last_out.max(self.clock + latency);
        client.last_out = at;
        let (home, node) = (client.home, client.node());
        if self.nodes[node].incarnation().is_some() {
            self.later(node, at, Happening::Frame { home, client: index, over, frame });
        } else {
            self.agenda.add(at, Event::ClientNotices(index, over));
        }
    }

    /// A frame reaches a client.
    pub(super) fn at_client(
        &mut self,
        index: usize,
        over: TransportId,
        frame: ToClient,
    ) -> Result<(), Broken> {
        if self.clients[index].over() != Some(over) {
            return Ok(());
        }
        match frame {
            ToClient::Bound(session) => self.bound(index, over, session),
            ToClient::Resumed(h) => {
                self.clients[index].is_there(over);
                self.acknowledged(index, h)?;
                for frame in self.clients[index].unacknowledged().to_vec() {
                    self.client_writes(index, over, frame);
                }
            }
            ToClient::Failed(h) => {
                if let Some(h) = h {
                    self.acknowledged(index, h)?;
                }
                self.give_session_up(index, h.is_none());
                self.client_writes(index, over, FromClient::Bind);
            }
            ToClient::Stanza(stanza) => self.client_receives(index, Content::parse(&stanza))?,
            ToClient::Request => {
                let received = self.clients[index].received;
                self.client_writes(index, over, FromClient::Answer(received));
            }
            ToClient::Answer(h) => self.acknowledged(index, h)?,
        }
        Ok(())
    }

    fn bound(&mut self, index: usize, over: TransportId, session: SessionId) {
        let client = &mut self.clients[index];
        client.is_there(over);
        client.session = Some(session);
        (client.received, client.acked, client.told) = (0, 0, 0);
        client.sent.clear();
        client.sees.clear();
        let again = std::mem::take(&mut client.again);
        self.client_sends(index, over, FromClient::Presence);
        for frame in again {
            self.client_sends(index, over, frame);
        }
    }

    fn acknowledged(&mut self, index: usize, h: u32) -> Result<(), Broken> {
        let client = &mut self.clients[index];
        let forgiven = client.session.is_some_and(|session| self.truth.forgiven.contains(&session));
        if forgiven && h < client.acked {
            // Its count and the server's have nothing to do with each other any more.
            self.give_session_up(index, true);
            self.hang_up(index, 100);
            return Ok(());
        }
        if h < client.acked || h as usize > client.sent.len() {
            let what =
                format!("client {index} sent {} and was told {h} after {}", client.sent.len(), client.acked);
            return Err(Broken::new("P2", what));
        }
        client.acked = h;
        Ok(())
    }

    /// The session cannot be resumed: messages that were not handled are sent again in the next one. A client that was
    /// not told how many were cannot know which.
    fn give_session_up(&mut self, index: usize, unsure: bool) {
        let client = &mut self.clients[index];
        let again = client.unacknowledged().iter().filter(|frame| matches!(frame, FromClient::Message(..)));
        let again: Vec<FromClient> = again.cloned().collect();
        client.session = None;
        client.sent.clear();
        client.acked = 0;
        client.again.extend(again);
        if unsure {
            self.excuse_sender(index);
        }
    }

    fn client_receives(&mut self, index: usize, content: Option<Content>) -> Result<(), Broken> {
        let client = &mut self.clients[index];
        client.received = client.received.wrapping_add(1);
        match content {
            Some(Content::Message(id)) if client.managed => {
                let home = client.home;
                self.tally.count(Count::Received);
                self.trace(|| format!("client {index} receives {id:?}"));
                return self.truth.received(index, home, id);
            }
            Some(Content::Available(other)) => {
                client.sees.insert(other);
            }
            Some(Content::Unavailable(other)) => {
                client.sees.remove(&other);
            }
            Some(Content::Message(_) | Content::Refused(_)) => {}
            None => return Err(Broken::new("P4", "a client received something that nobody sent")),
        }
        Ok(())
    }
}
