//! What a client sends.

use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::frame::Frame;
use crate::management::NAMESPACE;
use crate::text::escape;

impl Client {
    /// Puts one complete stanza in the queue to be written by the next call that waits. It must be well-formed.
    ///
    /// # Errors
    /// [`Error::TooManyUnacknowledged`] if the server has not acknowledged for too long.
    pub fn queue(&mut self, stanza: &[u8]) -> Result<(), Error> {
        if let Some(managed) = &mut self.managed {
            managed.management.sent(Bytes::copy_from_slice(stanza))?;
        }
        self.counters.stanzas_sent += 1;
        self.wire.outbound.extend_from_slice(stanza);
        Ok(())
    }

    /// Puts bytes in the queue as they are, neither counted nor kept: nonzas, white space, and whatever a test for
    /// hostile input needs.
    pub fn queue_raw(&mut self, bytes: &[u8]) {
        self.wire.outbound.extend_from_slice(bytes);
    }

    /// Puts a request for an acknowledgement in the queue, if stream management is on.
    pub fn queue_acknowledgement_request(&mut self) {
        if self.managed.is_some() {
            self.queue_raw(format!("<r xmlns='{NAMESPACE}'/>").as_bytes());
        }
    }

    /// Writes all that is queued.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Disconnected`] if the connection is gone; a managed session still has the stanzas.
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.wire.flush().await
    }

    /// Sends one complete stanza.
    ///
    /// # Errors
    /// As for [`queue`](Self::queue) and [`flush`](Self::flush).
    pub async fn send(&mut self, stanza: &str) -> Result<(), Error> {
        self.queue(stanza.as_bytes())?;
        self.flush().await
    }

    /// Sends bytes as they are; see [`queue_raw`](Self::queue_raw).
    ///
    /// # Errors
    /// As for [`flush`](Self::flush).
    pub async fn send_raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.queue_raw(bytes);
        self.flush().await
    }

    /// Sends a chat message (RFC 6121 §5).
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn send_message(&mut self, to: &str, id: &str, body: &str) -> Result<(), Error> {
        let (to, id, body) = (escape(to), escape(id), escape(body));
        self.send(&format!("<message to='{to}' id='{id}' type='chat'><body>{body}</body></message>")).await
    }

    /// Sends initial presence: the session becomes available (RFC 6121 §4.2).
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn send_presence(&mut self) -> Result<(), Error> {
        self.send("<presence/>").await
    }

    /// Sends a directed presence of a type, such as `subscribe` (RFC 6121 §3, §4.6).
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn send_presence_to(&mut self, to: &str, kind: &str) -> Result<(), Error> {
        self.send(&format!("<presence to='{}' type='{}'/>", escape(to), escape(kind))).await
    }

    /// Queues an empty result for an iq request, such as a roster push (RFC 6121 §2.1.6).
    ///
    /// # Errors
    /// As for [`queue`](Self::queue).
    pub fn answer(&mut self, request: &Frame) -> Result<(), Error> {
        let id = request.attribute("id").unwrap_or_default();
        let to = request.attribute("from").map(|from| format!(" to='{}'", escape(&from))).unwrap_or_default();
        self.queue(format!("<iq type='result' id='{}'{to}/>", escape(&id)).as_bytes())
    }
}
