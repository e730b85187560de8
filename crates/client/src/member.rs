//! One client of a crowd: writes to its partners, loses its node, comes back at either, and has all of it written down.
//!
//! For the demo and for tests with real processes. Many of them live on one thread, each on a task of its own.

mod journal;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use crate::error::Error as ClientError;
use crate::event::Event as Heard;
use crate::{Client, Frame, Options, SavedSession, escape};
pub use journal::{Event, Journal, marker, read_marker};

/// A client that lost its connection waits for a random part of this before it tries the first node.
const FIRST_WAIT_MILLISECONDS: u64 = 20;
/// The longest wait after a failure doubles up to this.
const LONGEST_WAIT_MILLISECONDS: u64 = 640;

/// Why a client has no connection that cut it by itself.
pub const GOING_HOME: &str = "cut by itself, to go home";

/// What all clients are told to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Come, subscribe, write and read.
    Busy,
    /// Those whose lot is below this many thousandths go back to the node that their session belongs to. The second
    /// number counts the calls.
    Homeward(u32, u32),
    /// Sign out.
    Leave,
}

/// A client and what it knows.
pub struct Member<J> {
    /// Local part of its address.
    pub name: String,
    /// The node that its session belongs to.
    pub home: usize,
    /// How to reach each node.
    pub nodes: [Options; 2],
    /// Bare addresses of whom it writes to, one after the other; nobody for a client that only watches.
    pub partners: Vec<String>,
    /// Bare addresses of whose presence it wants to see.
    pub watched: Vec<String>,
    /// Whether it tries to resume.
    pub resumes: bool,
    /// Whether it tries the other node first when it has lost one; otherwise either, by lot.
    pub other_first: bool,
    /// Where everything is written down.
    pub journal: J,
    /// An order is a message to send.
    pub orders: mpsc::Receiver<()>,
    /// What all are told to do.
    pub phase: watch::Receiver<Phase>,
    /// What it knows; nothing at first.
    pub state: State,
}

/// What changes while it lives.
#[derive(Default)]
pub struct State {
    node: usize,
    saved: Option<SavedSession>,
    /// What was sent and not acknowledged, oldest first: numbers of messages; nothing for other stanzas.
    outstanding: VecDeque<Option<u64>>,
    next_number: u64,
    /// Those of the watched who have been seen available.
    seen: HashSet<String>,
    /// Calls to go home that were heeded or did not concern it.
    homeward: u32,
}

/// Why a conversation ended.
enum End {
    /// Told to leave.
    Leave,
    /// Told to go to the node of its session.
    Homeward,
}

impl<J: Journal> Member<J> {
    /// Writes and reads, through any number of losses, until told to leave.
    pub async fn live(mut self) {
        let mut preferred = Some(self.home);
        loop {
            let Some(mut client) = self.come_back(preferred.take()).await else { return };
            match self.converse(&mut client).await {
                Ok(End::Leave) => {
                    // It was said before that nothing counts any more.
                    let _ = client.close().await;
                    return;
                }
                Ok(End::Homeward) => {
                    preferred = Some(self.home);
                    self.lose(client, GOING_HOME);
                }
                Err(error) => {
                    preferred = self.other_first.then_some(1 - self.state.node);
                    self.lose(client, &error.to_string());
                }
            }
        }
    }

    async fn converse(&mut self, client: &mut Client) -> Result<End, ClientError> {
        while self.orders.try_recv().is_ok() {}
        loop {
            if let Some(end) = self.called() {
                return Ok(end);
            }
            tokio::select! {
                event = client.next() => {
                    let mut next = Some(event?);
                    while let Some(event) = next {
                        self.hear(client, event)?;
                        next = client.buffered()?;
                    }
                    self.check_count(client.unacknowledged());
                }
                Some(()) = self.orders.recv() => self.say(client)?,
                changed = self.phase.changed() => {
                    if changed.is_err() {
                        return Ok(End::Leave);
                    }
                }
            }
            client.flush().await?;
        }
    }

    /// Whether the present phase asks to break off.
    fn called(&mut self) -> Option<End> {
        match *self.phase.borrow_and_update() {
            Phase::Leave => Some(End::Leave),
            Phase::Homeward(share, call) if call > self.state.homeward => {
                self.state.homeward = call;
                let lot = fastrand::u32(..1_000);
                (self.state.node != self.home && lot < share).then_some(End::Homeward)
            }
            _ => None,
        }
    }

    /// Whom the message with this number goes to.
    fn partner(&self, number: u64) -> &str {
        let place = usize::try_from(number).unwrap_or_default().checked_rem(self.partners.len());
        place.map_or("", |place| &self.partners[place])
    }

    fn note(&self, event: Event) {
        self.journal.note(&self.name, event);
    }

    fn odd(&self, text: &str) {
        self.note(Event::Odd { text: text.to_owned() });
    }

    fn say(&mut self, client: &mut Client) -> Result<(), ClientError> {
        let number = self.state.next_number;
        self.state.next_number += 1;
        self.note(Event::Sent { number, to: self.partner(number).to_owned(), again: false });
        self.queue_message(client, number)
    }

    fn queue_message(&mut self, client: &mut Client, number: u64) -> Result<(), ClientError> {
        let marker = marker(&self.name, number);
        let to = escape(self.partner(number)).into_owned();
        self.state.outstanding.push_back(Some(number));
        client.queue(
            format!("<message to='{to}' id='{marker}' type='chat'><body>{marker}</body></message>")
                .as_bytes(),
        )?;
        client.queue_acknowledgement_request();
        Ok(())
    }

    /// Queues a stanza that is not one of the numbered messages.
    fn queue(&mut self, client: &mut Client, stanza: &str) -> Result<(), ClientError> {
        self.state.outstanding.push_back(None);
        client.queue(stanza.as_bytes())
    }

    fn hear(&mut self, client: &mut Client, event: Heard) -> Result<(), ClientError> {
        match event {
            Heard::Message(message) => self.receive(&message),
            Heard::Presence(presence) => self.see(client, &presence)?,
            // A roster push, after a subscription.
            Heard::Iq(iq) if iq.attribute("type").as_deref() == Some("set") => {
                self.state.outstanding.push_back(None);
                client.answer(&iq)?;
            }
            Heard::Acknowledged { stanzas, .. } => self.acknowledged(stanzas),
            Heard::Closed => return Err(ClientError::Disconnected),
            _ => {}
        }
        Ok(())
    }

    fn receive(&self, message: &Frame) {
        let Some(id) = message.attribute("id") else { return };
        let text = message.text("body").unwrap_or_default();
        // Clients that number by themselves have their mark in the body only.
        let Some((from, number)) = read_marker(&id).or_else(|| read_marker(&text)) else { return };
        if message.attribute("type").as_deref() == Some("error") {
            self.note(Event::Refused { number, condition: message.as_text().into_owned() });
        } else {
            let stored = message.has("delay");
            self.note(Event::Received { from: from.to_owned(), number, stored });
        }
    }

    fn see(&mut self, client: &mut Client, presence: &Frame) -> Result<(), ClientError> {
        let Some(from) = presence.attribute("from") else { return Ok(()) };
        let bare = from.split('/').next().unwrap_or_default();
        match presence.attribute("type").as_deref() {
            Some("subscribe") => {
                self.queue(client, &format!("<presence to='{}' type='subscribed'/>", escape(bare)))?;
            }
            Some("unavailable") if bare != client.account() => {
                self.note(Event::Unavailable { contact: from.into_owned() });
            }
            None if self.watched.iter().any(|watched| watched == bare) => self.sees(bare),
            _ => {}
        }
        Ok(())
    }

    fn sees(&mut self, watched: &str) {
        if self.state.seen.insert(watched.to_owned()) && self.state.seen.len() == self.watched.len() {
            self.note(Event::Watching { contacts: self.watched.len() });
        }
    }

    /// The oldest so many stanzas are acknowledged.
    fn acknowledged(&mut self, stanzas: usize) {
        let covered = stanzas.min(self.state.outstanding.len());
        let numbers: Vec<u64> = self.state.outstanding.drain(..covered).flatten().collect();
        numbers.into_iter().for_each(|number| self.note(Event::Acknowledged { number }));
    }

    /// The log and the client must count alike, or the log is worth nothing. Pings are answered behind our back.
    fn check_count(&mut self, unacknowledged: usize) {
        while self.state.outstanding.len() < unacknowledged {
            self.state.outstanding.push_back(None);
        }
        if self.state.outstanding.len() > unacknowledged {
            self.odd("the client counts fewer unacknowledged stanzas than its log");
        }
    }

    /// The connection is gone. What had come before it went is still read.
    fn lose(&mut self, mut client: Client, why: &str) {
        self.note(Event::Lost { why: why.to_owned() });
        while let Ok(Some(event)) = client.buffered() {
            if self.hear(&mut client, event).is_err() {
                break;
            }
        }
        self.check_count(client.unacknowledged());
        self.state.saved = client.cut().filter(|_| self.resumes);
    }

    /// Tries the nodes in turn until it has a session; nothing when told to leave before.
    async fn come_back(&mut self, preferred: Option<usize>) -> Option<Client> {
        let mut node = preferred.unwrap_or_else(|| fastrand::usize(..2));
        let mut longest = FIRST_WAIT_MILLISECONDS;
        loop {
            sleep(Duration::from_millis(fastrand::u64(..=longest))).await;
            if matches!(*self.phase.borrow(), Phase::Leave) {
                return None;
            }
            self.note(Event::Connecting { node });
            let back = match self.state.saved.clone() {
                Some(saved) => self.resume(node, saved).await,
                None => self.sign_in(node).await,
            };
            match back {
                Ok(client) => {
                    self.state.node = node;
                    return Some(client);
                }
                Err(error) if is_absence(&error) => {}
                Err(error) => self.odd(&format!("coming back at node {}: {error}", node + 1)),
            }
            node = 1 - node;
            longest = (longest * 2).min(LONGEST_WAIT_MILLISECONDS);
        }
    }

    async fn resume(&mut self, node: usize, saved: SavedSession) -> Result<Client, ClientError> {
        match Client::resume(&self.nodes[node], saved).await {
            Ok(client) => {
                self.note(Event::Resumed { node, jid: client.address().to_owned() });
                let outstanding = self.state.outstanding.len();
                self.acknowledged(outstanding.saturating_sub(client.unacknowledged()));
                self.state.saved = None;
                Ok(client)
            }
            Err(ClientError::NotResumed { condition, handled, saved: rest }) => {
                self.note(Event::NotResumed { condition, count: handled });
                if handled.is_some() {
                    let outstanding = self.state.outstanding.len();
                    self.acknowledged(outstanding.saturating_sub(rest.unacknowledged().len()));
                }
                self.state.saved = None;
                self.sign_in(node).await
            }
            Err(error @ ClientError::AcknowledgedTooMuch { .. }) => {
                self.state.saved = None;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// A new session; what was not handled, as far as the client knows, goes out again.
    async fn sign_in(&mut self, node: usize) -> Result<Client, ClientError> {
        let mut client = Client::connect(&self.nodes[node]).await?;
        self.note(Event::Bound { node, jid: client.address().to_owned() });
        let again: Vec<u64> = self.state.outstanding.drain(..).flatten().collect();
        self.queue(&mut client, "<presence/>")?;
        for number in again {
            let to = self.partner(number).to_owned();
            self.note(Event::Sent { number, to, again: true });
            self.queue_message(&mut client, number)?;
        }
        for watched in self.watched.clone() {
            if !self.state.seen.contains(&watched) {
                self.queue(&mut client, &format!("<presence to='{}' type='subscribe'/>", escape(&watched)))?;
            }
        }
        match client.flush().await {
            Ok(()) => Ok(client),
            Err(error) => {
                self.lose(client, &error.to_string());
                Err(error)
            }
        }
    }
}

/// Whether an attempt failed because the node is away, which is what the scene is about.
fn is_absence(error: &ClientError) -> bool {
    matches!(error, ClientError::Io(_) | ClientError::Disconnected)
}
