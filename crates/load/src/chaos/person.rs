//! One user who writes to a partner, loses the server again and again, and keeps book.
//!
//! The user does what XEP-0198 §5 asks of a client: resume; if that fails, sign in anew, take what the server's count
//! covers as handled, and send again only the rest.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use everpresent_client::{Client, Error as ClientError, Event, Frame, Options, SavedSession};
use tokio::sync::{Barrier, mpsc, watch};
use tokio::time::sleep;

use super::book::{Book, id_of, number_of};
use super::conclusion::conclude;

/// How long a client waits before it tries again to reach a server that is away.
const RETRY: Duration = Duration::from_millis(20);

/// So many violations are described.
const MAX_VIOLATIONS: usize = 20;

/// What all users share.
pub(crate) struct Shared {
    pub(crate) book: RefCell<Book>,
    /// What must not happen, in words.
    pub(crate) violations: RefCell<Vec<String>>,
    /// Failed resumes that came without a count.
    pub(crate) without_count: Cell<u64>,
    /// All wait here when everything that they sent is acknowledged.
    pub(crate) all_acknowledged: Barrier,
}

/// What the stage knows of a user.
#[derive(Clone)]
pub(crate) struct Handle {
    /// An order is a message to send.
    pub(crate) orders: mpsc::Sender<()>,
    /// Since when the user is signed in; nothing while the server is away.
    pub(crate) present_since: Rc<Cell<Option<Instant>>>,
}

/// A user.
pub(crate) struct Person {
    pub(crate) place: usize,
    pub(crate) partner: String,
    pub(crate) options: Options,
    pub(crate) shared: Rc<Shared>,
    pub(crate) orders: mpsc::Receiver<()>,
    pub(crate) finish: watch::Receiver<bool>,
    pub(crate) present_since: Rc<Cell<Option<Instant>>>,
    saved: Option<SavedSession>,
    /// What was sent and not acknowledged, oldest first: numbers of messages; nothing for other stanzas.
    outstanding: VecDeque<Option<u64>>,
}

impl Person {
    pub(crate) fn new(
        place: usize,
        partner: String,
        options: Options,
        shared: Rc<Shared>,
        finish: watch::Receiver<bool>,
        orders_capacity: usize,
    ) -> (Self, Handle) {
        let (sender, orders) = mpsc::channel(orders_capacity);
        let present_since = Rc::new(Cell::new(None));
        let handle = Handle { orders: sender, present_since: present_since.clone() };
        let (saved, outstanding) = (None, VecDeque::new());
        (Self { place, partner, options, shared, orders, finish, present_since, saved, outstanding }, handle)
    }

    /// Writes and reads, through any number of restarts, until told to finish.
    pub(crate) async fn live(mut self) {
        loop {
            let mut client = self.come_back().await;
            self.present_since.set(Some(Instant::now()));
            match self.converse(&mut client).await {
                Ok(()) => return conclude(self, client).await,
                Err(error) => self.lose(client, &error),
            }
        }
    }

    /// Until told to finish.
    async fn converse(&mut self, client: &mut Client) -> Result<(), ClientError> {
        while self.orders.try_recv().is_ok() {}
        if *self.finish.borrow() {
            return Ok(());
        }
        loop {
            tokio::select! {
                event = client.next() => {
                    let mut next = Some(event?);
                    while let Some(event) = next {
                        self.hear(event)?;
                        self.check_count(client.unacknowledged());
                        next = client.buffered()?;
                    }
                }
                Some(()) = self.orders.recv() => self.say(client)?,
                changed = self.finish.changed() => {
                    if changed.is_err() || *self.finish.borrow() {
                        return Ok(());
                    }
                }
            }
            client.flush().await?;
        }
    }

    fn say(&mut self, client: &mut Client) -> Result<(), ClientError> {
        let number = self.shared.book.borrow_mut().send(self.place, Instant::now());
        self.outstanding.push_back(Some(number));
        self.queue(client, number)
    }

    fn queue(&self, client: &mut Client, number: u64) -> Result<(), ClientError> {
        let (to, id) = (&self.partner, id_of(number));
        let body = format!("message {number} of user {}", self.place);
        client.queue(
            format!("<message to='{to}' id='{id}' type='chat'><body>{body}</body></message>").as_bytes(),
        )?;
        client.queue_acknowledgement_request();
        Ok(())
    }

    /// Takes an event into the book.
    pub(super) fn hear(&mut self, event: Event) -> Result<(), ClientError> {
        match event {
            Event::Message(message) => self.receive(&message),
            Event::Acknowledged { stanzas, .. } => self.acknowledged(stanzas),
            Event::Closed => return Err(ClientError::Disconnected),
            _ => {}
        }
        Ok(())
    }

    fn receive(&self, message: &Frame) {
        let Some(number) = message.attribute("id").and_then(|id| number_of(&id)) else { return };
        if message.attribute("type").as_deref() == Some("error") {
            self.violation(&format!("message {number} came back with an error: {}", message.as_text()));
        } else {
            self.shared.book.borrow_mut().receive(number, message.has("delay"));
        }
    }

    /// The oldest so many stanzas are acknowledged.
    fn acknowledged(&mut self, stanzas: usize) {
        let now = Instant::now();
        let covered = stanzas.min(self.outstanding.len());
        let mut book = self.shared.book.borrow_mut();
        self.outstanding.drain(..covered).flatten().for_each(|number| book.acknowledge(number, now));
    }

    /// The book and the client must count alike, or the book is worth nothing.
    fn check_count(&self, unacknowledged: usize) {
        if self.outstanding.len() != unacknowledged {
            let outstanding = self.outstanding.len();
            self.violation(&format!(
                "the client has {unacknowledged} stanzas unacknowledged, the book {outstanding}"
            ));
        }
    }

    /// Notes what must not happen.
    pub(super) fn violation(&self, text: &str) {
        let mut violations = self.shared.violations.borrow_mut();
        match violations.len() {
            ..MAX_VIOLATIONS => violations.push(format!("user {}: {text}", self.place)),
            MAX_VIOLATIONS => violations.push("and more".to_owned()),
            _ => {}
        }
    }

    /// The connection is gone. What had come before it went is still read.
    fn lose(&mut self, mut client: Client, error: &ClientError) {
        self.present_since.set(None);
        match error {
            ClientError::Io(_) | ClientError::Disconnected | ClientError::Timeout(_) => {}
            other => self.violation(&format!("the connection ended with: {other}")),
        }
        while let Ok(Some(event)) = client.buffered() {
            if self.hear(event).is_err() {
                break;
            }
        }
        self.saved = client.cut();
    }

    /// Tries until the server is back.
    async fn come_back(&mut self) -> Client {
        loop {
            let back = match self.saved.clone() {
                Some(saved) => self.resume(saved).await,
                None => self.sign_in().await,
            };
            match back {
                Some(client) => return client,
                None => sleep(RETRY).await,
            }
        }
    }

    async fn resume(&mut self, saved: SavedSession) -> Option<Client> {
        match Client::resume(&self.options, saved).await {
            Ok(client) => {
                self.acknowledged(self.outstanding.len().saturating_sub(client.unacknowledged()));
                self.saved = None;
                Some(client)
            }
            Err(ClientError::NotResumed { handled, saved: rest, .. }) => {
                if handled.is_some() {
                    self.acknowledged(self.outstanding.len().saturating_sub(rest.unacknowledged().len()));
                } else {
                    self.shared.without_count.set(self.shared.without_count.get() + 1);
                }
                self.saved = None;
                self.sign_in().await
            }
            Err(ClientError::AcknowledgedTooMuch { handled, sent }) => {
                let text =
                    format!("a failed resume came with h={handled}, which is impossible with {sent} sent");
                self.violation(&text);
                self.saved = None;
                None
            }
            Err(_) => None,
        }
    }

    /// A new session; what the server has not handled goes out again.
    async fn sign_in(&mut self) -> Option<Client> {
        let mut client = Client::connect(&self.options).await.ok()?;
        let again: Vec<u64> = self.outstanding.iter().flatten().copied().collect();
        self.outstanding = std::iter::once(None).chain(again.iter().copied().map(Some)).collect();
        let mut queued = client.queue(b"<presence/>");
        for number in again {
            self.shared.book.borrow_mut().send_again(number);
            queued = queued.and_then(|()| self.queue(&mut client, number));
        }
        if let Err(error) = queued {
            self.violation(&format!("what was not handled cannot be sent again: {error}"));
        }
        match client.flush().await {
            Ok(()) => Some(client),
            Err(error) => {
                self.lose(client, &error);
                None
            }
        }
    }
}
