//! Signs of life: a silent client is asked for one, and given up if it gives none (promise P6); so is one that does not
//! read.

use std::time::Duration;

use bytes::Bytes;
use everpresent_session::reason::Reason;
use everpresent_stanza::build;
use everpresent_stream::management::{answer, request};
use tokio::time::Instant;

use super::{Connection, Departure};
use crate::random;

/// How long a client that does not read may block what is to be written.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);

impl Connection<'_> {
    pub(super) fn next_timer(&self) -> Instant {
        let settings = &self.home.node.config.session;
        let life = self.asked.map_or(self.heard + settings.idle, |asked| asked + settings.answer);
        let timer = self.blocked.map_or(life, |blocked| life.min(blocked + WRITE_TIMEOUT));
        self.answer_by.map_or(timer, |answer_by| timer.min(answer_by))
    }

    /// Asks a silent client for a sign of life, or gives it up (promise P6).
    pub(super) fn timer(&mut self) -> Result<(), Departure> {
        let now = Instant::now();
        if self.held.is_some() {
            // It is not the client that keeps silent, nor that does not read.
            self.heard = now;
            self.blocked = None;
        }
        if self.blocked.is_some_and(|blocked| now >= blocked + WRITE_TIMEOUT) {
            return Err(Departure::Lost(Reason::TransportLost));
        }
        if self.answer_by.is_some_and(|answer_by| now >= answer_by) {
            self.answer_by = None;
            let h = self.home.enter(|state| state.owner.confirmed_handled(self.session));
            h.into_iter().for_each(|h| self.send(&answer(h)));
        }
        let settings = &self.home.node.config.session;
        match self.asked {
            Some(asked) if now >= asked + settings.answer => {
                return Err(Departure::Lost(Reason::TransportLost));
            }
            Some(_) => {}
            None if now >= self.heard + settings.idle => {
                self.asked = Some(now);
                self.ask();
            }
            None => {}
        }
        Ok(())
    }

    fn ask(&mut self) {
        let managed = self
            .home
            .enter(|state| state.owner.ledger().session(self.session).is_some_and(|session| session.managed));
        if managed {
            self.awaiting_ack = true;
            self.send(&request());
            return;
        }
        let id = random::stream_id();
        let ping = b"<ping xmlns='urn:xmpp:ping'/>";
        let (from, to) = (self.user.domain().as_str(), self.jid.as_str());
        let attributes =
            [("from", Some(from)), ("to", Some(to)), ("id", Some(id.as_str())), ("type", Some("get"))];
        let ping: Bytes = build::stanza("iq", &attributes, ping);
        self.wire.queue(&ping);
    }
}
