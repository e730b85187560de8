//! A person of the story: a client whose every wait has a bound, and who can say what came instead.

use std::collections::VecDeque;
use std::time::Duration;

use everpresent_client::{Client, Error, Event, Frame, Options, SavedSession};
use tokio::time::{Instant, sleep, timeout_at};

use super::WAIT;
use super::folder::NODES;
use super::teller::Trouble;

/// How much of what nobody asked for is kept.
const MAX_PASSED_EVENTS: usize = 1000;
/// How much of the last such thing is quoted.
const QUOTED_CHARACTERS: usize = 160;
/// How long somebody whose node is gone waits between two attempts to come back.
const RETURN_PAUSE: Duration = Duration::from_millis(10);

/// A person who is signed in.
pub(super) struct Actor {
    /// How to sign in on each node.
    nodes: [Options; 2],
    /// Where the connection is.
    node: usize,
    client: Client,
    /// What came while something else was waited for.
    passed: VecDeque<Event>,
}

/// A person who lost the connection and may resume.
pub(super) struct Absent {
    nodes: [Options; 2],
    node: usize,
    saved: SavedSession,
    passed: VecDeque<Event>,
}

impl Actor {
    /// Signs in on a node and becomes available.
    pub(super) async fn sign_in(nodes: &[Options; 2], node: usize) -> Result<Self, Trouble> {
        let options = &nodes[node];
        let failed = |error: Error| trouble(&format!("{} is signed in", options.user), &error);
        let mut client = Client::connect(options).await.map_err(failed)?;
        client.send_presence().await.map_err(failed)?;
        let mut actor = Self { nodes: nodes.clone(), node, client, passed: VecDeque::new() };
        let address = actor.client.address().to_owned();
        actor.presence_of(&address).await?;
        Ok(actor)
    }

    /// The local part of the address.
    pub(super) fn name(&self) -> &str {
        &self.nodes[self.node].user
    }

    /// Where the connection is.
    pub(super) fn node(&self) -> usize {
        self.node
    }

    /// The full address.
    pub(super) fn address(&self) -> &str {
        self.client.address()
    }

    /// The bare address.
    pub(super) fn account(&self) -> &str {
        self.client.account()
    }

    pub(super) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// The first event that fits, of those already here and those to come.
    pub(super) async fn wait<T>(
        &mut self,
        expected: &str,
        wanted: impl Fn(&Event) -> Option<T>,
    ) -> Result<T, Trouble> {
        let here = self.passed.iter().enumerate().find_map(|(place, event)| Some((place, wanted(event)?)));
        if let Some((place, found)) = here {
            self.passed.remove(place);
            return Ok(found);
        }
        let deadline = Instant::now() + WAIT;
        loop {
            match timeout_at(deadline, self.next()).await {
                Ok(Ok(event)) => match wanted(&event) {
                    Some(found) => return Ok(found),
                    None => self.pass(event),
                },
                Ok(Err(error)) => return Err(trouble(expected, &error)),
                Err(_) => {
                    let limit = WAIT.as_secs();
                    return Err(Trouble::new(
                        expected,
                        format!("not within {limit} s; {}", self.last_passed()),
                    ));
                }
            }
        }
    }

    /// Waits for an available presence from a bare or full address.
    pub(super) async fn presence_of(&mut self, address: &str) -> Result<(), Trouble> {
        let expected = format!("{} sees {address} come online", self.name());
        self.wait(&expected, |event| match event {
            Event::Presence(frame) => {
                (frame.attribute("type").is_none() && is_from(frame, address)).then_some(())
            }
            _ => None,
        })
        .await
    }

    /// Waits for a presence of a type, such as `subscribe`, from a bare or full address.
    pub(super) async fn presence_type(&mut self, address: &str, kind: &str) -> Result<(), Trouble> {
        let expected = format!("{} gets a presence of type {kind} from {address}", self.name());
        self.wait(&expected, |event| match event {
            Event::Presence(frame) => {
                (frame.attribute("type").as_deref() == Some(kind) && is_from(frame, address)).then_some(())
            }
            _ => None,
        })
        .await
    }

    /// Waits for the message with this id.
    pub(super) async fn message(&mut self, id: &str) -> Result<Frame, Trouble> {
        let expected = format!("{} receives message {id}", self.name());
        self.wait(&expected, |event| match event {
            Event::Message(frame) => (frame.attribute("id").as_deref() == Some(id)).then(|| frame.clone()),
            _ => None,
        })
        .await
    }

    /// Asks the server something that it answers only behind everything that it had to say before: then all of that
    /// is here.
    pub(super) async fn settle(&mut self) -> Result<(), Trouble> {
        let expected = format!("the server answers {}'s ping", self.name());
        let domain = self.nodes[self.node].domain.clone();
        let answer = self.client.request("get", &domain, "<ping xmlns='urn:xmpp:ping'/>").await;
        let answer = answer.map_err(|error| trouble(&expected, &error))?;
        if answer.attribute("type").as_deref() != Some("result") {
            return Err(Trouble::new(expected, answer.as_text()));
        }
        while let Some(event) = self.client.buffered().map_err(|error| trouble(&expected, &error))? {
            self.pass(event);
        }
        Ok(())
    }

    /// Sends a message and waits until the server has acknowledged it.
    pub(super) async fn say(&mut self, to: &str, id: &str, body: &str) -> Result<(), Trouble> {
        let expected = format!("the server acknowledges {}'s message {id}", self.name());
        let sent = self.client.send_message(to, id, body).await;
        sent.map_err(|error| trouble(&expected, &error))?;
        self.client.all_acknowledged().await.map_err(|error| trouble(&expected, &error))
    }

    /// What came and was not waited for, oldest first; it is forgotten here.
    pub(super) fn take_passed(&mut self) -> Vec<Event> {
        self.passed.drain(..).collect()
    }

    /// The messages among what came and was not waited for; all of that is forgotten here.
    pub(super) fn take_messages(&mut self) -> Vec<Frame> {
        let messages = self.take_passed().into_iter().filter_map(|event| match event {
            Event::Message(frame) => Some(frame),
            _ => None,
        });
        messages.collect()
    }

    /// Reads until the connection ends: for one whose node was killed, or lets it go. Returns how many stanzas were
    /// acknowledged.
    pub(super) async fn read_to_the_end(&mut self) -> Result<usize, Trouble> {
        let deadline = Instant::now() + WAIT;
        let mut acknowledged = 0;
        loop {
            match timeout_at(deadline, self.next()).await {
                Ok(Ok(Event::Acknowledged { stanzas, .. })) => acknowledged += stanzas,
                Ok(Ok(Event::Closed) | Err(Error::Io(_) | Error::Disconnected | Error::Stream(_))) => {
                    return Ok(acknowledged);
                }
                Ok(Ok(event)) => self.pass(event),
                Ok(Err(error)) => return Err(trouble("the connection ends", &error)),
                Err(_) => return Err(Trouble::new("the connection ends", "it still stands")),
            }
        }
    }

    /// Ends the stream in good order.
    pub(super) async fn sign_out(self) -> Result<(), Trouble> {
        let expected = format!("{} signs out", self.name());
        self.client.close().await.map_err(|error| trouble(&expected, &error))
    }

    /// Drops the connection without a word, as a dying network does.
    pub(super) fn cut(self) -> Result<Absent, Trouble> {
        let seen = "the server has not promised to keep the session";
        let expected = format!("{}'s session can be resumed", self.name());
        let Self { nodes, node, client, passed } = self;
        let saved = client.cut().ok_or_else(|| Trouble::new(expected, seen))?;
        Ok(Absent { nodes, node, saved, passed })
    }

    /// The next event. Roster pushes are answered on the way (RFC 6121 §2.1.6).
    async fn next(&mut self) -> Result<Event, Error> {
        let event = self.client.next().await?;
        if let Event::Iq(push) = &event
            && push.attribute("type").as_deref() == Some("set")
        {
            self.client.answer(push)?;
        }
        Ok(event)
    }

    fn pass(&mut self, event: Event) {
        if self.passed.len() == MAX_PASSED_EVENTS {
            self.passed.pop_front();
        }
        self.passed.push_back(event);
    }

    fn last_passed(&self) -> String {
        let frames = self.passed.iter().rev().find_map(|event| match event {
            Event::Message(frame) | Event::Presence(frame) | Event::Iq(frame) | Event::Other(frame) => {
                Some(frame)
            }
            _ => None,
        });
        frames.map_or_else(
            || "nothing else came".to_owned(),
            |frame| {
                format!(
                    "the last that came: {}",
                    frame.as_text().chars().take(QUOTED_CHARACTERS).collect::<String>()
                )
            },
        )
    }
}

impl Absent {
    /// Comes back into the same session on the same node.
    ///
    /// # Errors
    /// When the node no longer has it.
    pub(super) async fn resume(self) -> Result<Actor, Trouble> {
        let node = self.node;
        self.resume_at(node).await
    }

    /// Comes back into the same session on the other node, with the same full address: tries until that node has it.
    ///
    /// # Errors
    /// When the session is over, or the other node does not take it in time.
    pub(super) async fn resume_elsewhere(self) -> Result<Actor, Trouble> {
        let (node, address) = (1 - self.node, self.saved.address().to_owned());
        let actor = self.resume_at(node).await?;
        if actor.address() != address {
            return Err(Trouble::new(format!("the address {address}"), actor.address()));
        }
        Ok(actor)
    }

    async fn resume_at(self, node: usize) -> Result<Actor, Trouble> {
        let Self { nodes, saved, passed, .. } = self;
        let expected = format!("{} resumes the session on {}", nodes[node].user, NODES[node]);
        let deadline = Instant::now() + WAIT;
        loop {
            match Client::resume(&nodes[node], saved.clone()).await {
                Ok(client) => return Ok(Actor { nodes, node, client, passed }),
                Err(Error::Io(_) | Error::Disconnected) if Instant::now() < deadline => {
                    sleep(RETURN_PAUSE).await;
                }
                Err(error) => return Err(trouble(&expected, &error)),
            }
        }
    }
}

/// An error of the client as trouble.
pub(super) fn trouble(expected: &str, error: &Error) -> Trouble {
    Trouble::new(expected, error.to_string())
}

fn is_from(frame: &Frame, address: &str) -> bool {
    let from = frame.attribute("from").unwrap_or_default();
    from == address || (!address.contains('/') && from.split('/').next() == Some(address))
}
