//! What a client receives, and waiting for one particular answer.

use crate::client::{Client, within};
use crate::error::Error;
use crate::event::Event;
use crate::frame::Frame;
use crate::management::NAMESPACE;
use crate::negotiation::{stream_error, unexpected};
use crate::scanner::Item;
use crate::text::escape;

/// The most events kept while the client waits for one particular answer.
const MAX_PENDING_EVENTS: usize = 10_000;

impl Client {
    /// Sends an iq request and waits for its answer, result or error. What comes in meanwhile is kept for
    /// [`next`](Self::next). `to` may be empty: the user's own account. `payload` is XML.
    ///
    /// # Errors
    /// [`Error::Timeout`] if no answer comes, [`Error::TooManyPending`] if too much else does.
    pub async fn request(&mut self, kind: &str, to: &str, payload: &str) -> Result<Frame, Error> {
        self.next_id += 1;
        let id = format!("request-{}", self.next_id);
        let to = if to.is_empty() { String::new() } else { format!(" to='{}'", escape(to)) };
        self.send(&format!("<iq type='{}' id='{id}'{to}>{payload}</iq>", escape(kind))).await?;
        let found = self.wait_for("waiting for an answer to an iq", |event| match event {
            Event::Iq(frame) => frame.attribute("id").is_some_and(|found| found == *id) && is_answer(frame),
            _ => false,
        });
        match found.await? {
            Event::Iq(frame) => Ok(frame),
            _ => Err(Error::Disconnected),
        }
    }

    /// Asks for an acknowledgement and waits until everything sent so far is covered. What comes in meanwhile is kept.
    ///
    /// # Errors
    /// As for [`request`](Self::request).
    pub async fn all_acknowledged(&mut self) -> Result<(), Error> {
        while self.unacknowledged() > 0 {
            self.queue_acknowledgement_request();
            self.wait_for("waiting for an acknowledgement", |event| {
                matches!(event, Event::Acknowledged { .. })
            })
            .await?;
        }
        Ok(())
    }

    async fn wait_for(
        &mut self,
        waiting: &'static str,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Event, Error> {
        within(self.timeout, waiting, async {
            loop {
                let item = self.wire.next().await?;
                match self.interpret(item)? {
                    None => {}
                    Some(event) if wanted(&event) => return Ok(event),
                    Some(Event::Closed) => return Err(Error::Disconnected),
                    Some(_) if self.pending.len() >= MAX_PENDING_EVENTS => {
                        return Err(Error::TooManyPending(MAX_PENDING_EVENTS));
                    }
                    Some(event) => self.pending.push_back(event),
                }
            }
        })
        .await
    }

    /// The next event, waiting for as long as it takes.
    ///
    /// # Errors
    /// [`Error::Stream`] if the server ended the stream with an error, [`Error::Disconnected`] or [`Error::Io`] if
    /// the connection is gone.
    pub async fn next(&mut self) -> Result<Event, Error> {
        loop {
            if let Some(event) = self.buffered()? {
                return Ok(event);
            }
            self.wire.fill().await?;
        }
    }

    /// The next event if it has been read already; touches no socket.
    ///
    /// # Errors
    /// As for [`next`](Self::next).
    pub fn buffered(&mut self) -> Result<Option<Event>, Error> {
        if let Some(event) = self.pending.pop_front() {
            return Ok(Some(event));
        }
        while let Some(item) = self.wire.buffered()? {
            if let Some(event) = self.interpret(item)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    fn interpret(&mut self, item: Item) -> Result<Option<Event>, Error> {
        let frame = match item {
            Item::Closed => return Ok(Some(Event::Closed)),
            Item::Opened(frame) => return Err(unexpected("chatting", &frame)),
            Item::Child(frame) => frame,
        };
        let event = match frame.name() {
            "message" => Event::Message(frame),
            "presence" => Event::Presence(frame),
            "iq" => Event::Iq(frame),
            "error" => return Err(stream_error(&frame)),
            "a" | "r" => return self.acknowledgement(frame),
            _ => return Ok(Some(Event::Other(frame))),
        };
        self.counters.stanzas_received += 1;
        if let Some(managed) = &mut self.managed {
            managed.management.received();
        }
        match &event {
            Event::Iq(frame) if is_ping(frame) => {
                self.answer(&frame.clone())?;
                Ok(None)
            }
            _ => Ok(Some(event)),
        }
    }

    fn acknowledgement(&mut self, frame: Frame) -> Result<Option<Event>, Error> {
        let Some(managed) = &mut self.managed else { return Ok(Some(Event::Other(frame))) };
        if frame.name() == "r" {
            let handled = managed.management.handled;
            self.queue_raw(format!("<a xmlns='{NAMESPACE}' h='{handled}'/>").as_bytes());
            return Ok(Some(Event::AcknowledgementRequested));
        }
        let handled = frame.attribute("h").and_then(|h| h.parse().ok());
        let handled = handled.ok_or_else(|| unexpected("reading an acknowledgement", &frame))?;
        let stanzas = managed.management.acknowledge(handled)?;
        self.counters.stanzas_acknowledged += stanzas as u64;
        Ok(Some(Event::Acknowledged { handled, stanzas }))
    }
}

fn is_answer(frame: &Frame) -> bool {
    frame.attribute("type").is_some_and(|kind| matches!(&*kind, "result" | "error"))
}

fn is_ping(frame: &Frame) -> bool {
    frame.attribute("type").is_some_and(|kind| kind == "get")
        && frame.element().find("ping").and_then(|ping| ping.attribute("xmlns")).as_deref()
            == Some("urn:xmpp:ping")
}
