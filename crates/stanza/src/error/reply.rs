//! Answers to a stanza.

use bytes::Bytes;
use jid::Jid;

use super::StanzaError;
use crate::build::stanza;
use crate::stanza::{IqType, RawStanza, StanzaKind};

impl RawStanza {
    /// The stanza that tells the sender of this one that it failed, in TCP form: addresses swapped, id kept, nothing
    /// of the content repeated (RFC 6120 §8.3.1). None for what must not be answered: errors, results and nonzas.
    ///
    /// Sender and addressee are taken from this stanza, so stamp it first. An address that is not one is left out.
    pub fn error_reply(&self, error: &StanzaError) -> Option<Bytes> {
        match self.kind() {
            StanzaKind::Nonza => return None,
            StanzaKind::Iq if self.type_() == Some("result") => return None,
            _ if self.type_() == Some("error") => return None,
            _ => {}
        }
        Some(self.reply("error", &error.to_bytes()))
    }

    /// The result of an iq, in TCP form, with this payload, also in TCP form and possibly empty (RFC 6120 §8.2.3).
    /// None if this is not a request.
    pub fn result_reply(&self, payload: &[u8]) -> Option<Bytes> {
        let is_request =
            self.kind() == StanzaKind::Iq && matches!(self.iq_type(), Ok(IqType::Get | IqType::Set));
        is_request.then(|| self.reply("result", payload))
    }

    fn reply(&self, type_: &str, content: &[u8]) -> Bytes {
        let address = |name| self.attribute(name).filter(|address| Jid::new(address).is_ok());
        let attributes =
            [("from", address("to")), ("to", address("from")), ("id", self.id()), ("type", Some(type_))];
        stanza(self.name(), &attributes, content)
    }
}
