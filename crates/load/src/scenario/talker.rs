//! One user who chats with a partner.

use std::io::Write as _;
use std::rc::Rc;
use std::time::Instant;

use everpresent_client::{Client, Error as ClientError, Event, escape};
use tokio::sync::{mpsc, watch};

use crate::marker::Marker;
use crate::tally::{Arrivals, Tally};

/// How a talker talks.
pub(super) struct Manner {
    /// The talker's place among the users.
    pub(super) place: usize,
    /// Bare address to talk to.
    pub(super) partner: String,
    /// Length of each message's body.
    pub(super) body_bytes: usize,
    /// Stanzas between two requests for acknowledgement; 0 for none.
    pub(super) acknowledge_every: usize,
    /// Messages to begin with; each one received is answered with another. 0 answers nothing.
    pub(super) tokens: usize,
    /// Whether what is received is answered (closed loop).
    pub(super) answers: bool,
}

/// A client and what it counts.
pub(super) struct Talker {
    client: Client,
    tally: Rc<Tally>,
    manner: Manner,
    /// The stanza's unchanging beginning and end.
    head: String,
    tail: String,
    stanza: Vec<u8>,
    number: u64,
    since_request: usize,
    arrivals: Arrivals,
}

impl Talker {
    pub(super) fn new(client: Client, tally: Rc<Tally>, manner: Manner) -> Self {
        let head = format!("<message to='{}' type='chat' id='", escape(&manner.partner));
        let tail = format!("'><body>{}</body></message>", "x".repeat(manner.body_bytes));
        let stanza = Vec::with_capacity(head.len() + tail.len() + 64);
        let arrivals = Arrivals::default();
        Self { client, tally, manner, head, tail, stanza, number: 0, since_request: 0, arrivals }
    }

    /// Talks until told to finish; then waits for what is not acknowledged, and leaves.
    pub(super) async fn talk(
        mut self,
        mut orders: mpsc::Receiver<Instant>,
        mut finish: watch::Receiver<bool>,
    ) {
        let talked = tokio::select! {
            talked = self.converse(&mut orders) => talked,
            _ = finish.wait_for(|finished| *finished) => Ok(()),
        };
        let ended = match talked {
            Ok(()) => self.client.all_acknowledged().await,
            error => error,
        };
        let left = self.tally.unacknowledged.get() + self.client.unacknowledged() as u64;
        self.tally.unacknowledged.set(left);
        match ended {
            Ok(()) => super::leave(self.client).await,
            Err(error) => self.tally.error(&error),
        }
    }

    async fn converse(&mut self, orders: &mut mpsc::Receiver<Instant>) -> Result<(), ClientError> {
        for _ in 0..self.manner.tokens {
            self.say(Instant::now())?;
        }
        self.client.flush().await?;
        loop {
            tokio::select! {
                event = self.client.next() => {
                    let mut next = Some(event?);
                    while let Some(event) = next {
                        self.hear(event)?;
                        next = self.client.buffered()?;
                    }
                }
                Some(intended) = orders.recv() => {
                    self.say(intended)?;
                    while let Ok(intended) = orders.try_recv() {
                        self.say(intended)?;
                    }
                }
            }
            self.client.flush().await?;
        }
    }

    fn hear(&mut self, event: Event) -> Result<(), ClientError> {
        match event {
            Event::Message(message) => {
                let marker = message.attribute("id").and_then(|id| Marker::parse(&id));
                let Some(marker) = marker.filter(|marker| marker.run == self.tally.run) else {
                    return Ok(());
                };
                if message.attribute("type").as_deref() == Some("error") {
                    self.tally.error(&format!("message returned: {}", error_condition(&message)));
                } else if self.tally.arrived(marker, &mut self.arrivals)
                    && self.manner.answers
                    && self.tally.sending.get()
                {
                    self.say(Instant::now())?;
                }
            }
            Event::Closed => return Err(ClientError::Disconnected),
            _ => {}
        }
        Ok(())
    }

    fn say(&mut self, intended: Instant) -> Result<(), ClientError> {
        let marker = self.tally.marker(self.manner.place, self.number, intended);
        self.stanza.clear();
        self.stanza.extend_from_slice(self.head.as_bytes());
        write!(self.stanza, "{marker}")?;
        self.stanza.extend_from_slice(self.tail.as_bytes());
        self.client.queue(&self.stanza)?;
        self.number += 1;
        self.tally.sent(1);
        self.since_request += 1;
        if self.manner.acknowledge_every > 0 && self.since_request >= self.manner.acknowledge_every {
            self.since_request = 0;
            self.client.queue_acknowledgement_request();
        }
        Ok(())
    }
}

fn error_condition(message: &everpresent_client::Frame) -> String {
    let condition = message.element().find("error").and_then(|error| error.children().next());
    condition.map_or_else(|| "without a condition".to_owned(), |condition| condition.local_name().to_owned())
}
