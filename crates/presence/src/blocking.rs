//! Whom a user does not want to hear, and who does not hear the user (XEP-0191).

mod change;

use bytes::Bytes;
use everpresent_stanza::{BareJid, ErrorCondition, ErrorType, Jid, StanzaError, ns};

use crate::xml;

pub use change::{BlockChange, BlockError, BlockRequest};

/// Addresses that one user may block.
pub const BLOCKED_MAX: usize = 1_000;

/// A user's block list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockList {
    user: BareJid,
    /// Sorted by their text, so that parts of an address are found without making addresses of them.
    jids: Vec<Jid>,
}

/// What kind of stanza meets a block list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StanzaClass {
    /// A message that is not an error.
    Message,
    /// An iq of type `get` or `set`.
    Request,
    /// Any presence but an error.
    Presence,
    /// An iq of type `result` or `error`, or another stanza of type `error`: never answered.
    Answer,
}

/// What a block list says to a stanza.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not blocked.
    Pass,
    /// Blocked, and the sender is not told.
    Drop,
    /// Blocked: an inbound stanza is answered with `service-unavailable`, as if the user were offline; an outbound one
    /// with [`blocked_error`].
    Refuse,
}

/// The error for the user's own stanzas to a blocked address (XEP-0191 §3.3).
pub fn blocked_error() -> StanzaError {
    StanzaError::new(ErrorCondition::NotAcceptable)
        .with_type(ErrorType::Cancel)
        .with_application(Bytes::from_static(b"<blocked xmlns='urn:xmpp:blocking:errors'/>"))
}

impl BlockList {
    /// The list that the database holds.
    pub fn load(user: BareJid, jids: impl IntoIterator<Item = Jid>) -> Self {
        let mut jids: Vec<Jid> = jids.into_iter().collect();
        jids.sort_unstable();
        jids.dedup();
        Self { user, jids }
    }

    /// The blocked addresses in the order of their text.
    pub fn jids(&self) -> &[Jid] {
        &self.jids
    }

    /// Whether an entry covers this address: itself, its bare address, its domain with its resource, or its domain
    /// (XEP-0191 §5). Neither the user's own sessions nor the user's own server can be blocked; whoever blocks the
    /// server's domain blocks everybody else there.
    pub fn blocks(&self, who: &Jid) -> bool {
        if self.jids.is_empty() {
            return false;
        }
        let full = who.as_str();
        let slash = who.resource().map(|resource| full.len() - resource.as_str().len() - 1);
        let bare = &full[..slash.unwrap_or(full.len())];
        if bare == self.user.as_str() || full == self.user.domain().as_str() {
            return false;
        }
        let after_node = who.node().map_or(0, |node| node.as_str().len() + 1);
        [full, bare, &full[after_node..], &bare[after_node..]].into_iter().any(|part| self.holds(part))
    }

    fn holds(&self, text: &str) -> bool {
        self.jids.binary_search_by(|jid| jid.as_str().cmp(text)).is_ok()
    }

    /// What becomes of a stanza from this address to the user.
    pub fn inbound(&self, from: &Jid, class: StanzaClass) -> Verdict {
        match class {
            _ if !self.blocks(from) => Verdict::Pass,
            StanzaClass::Message | StanzaClass::Request => Verdict::Refuse,
            StanzaClass::Presence | StanzaClass::Answer => Verdict::Drop,
        }
    }

    /// What becomes of a stanza from the user to this address.
    pub fn outbound(&self, to: &Jid, class: StanzaClass) -> Verdict {
        match class {
            _ if !self.blocks(to) => Verdict::Pass,
            StanzaClass::Message | StanzaClass::Request | StanzaClass::Presence => Verdict::Refuse,
            StanzaClass::Answer => Verdict::Drop,
        }
    }

    /// The `<blocklist/>` that answers a request for it (XEP-0191 §3.2).
    pub fn payload(&self) -> Bytes {
        payload("blocklist", &self.jids)
    }
}

fn payload(name: &str, jids: &[Jid]) -> Bytes {
    let mut out = format!("<{name} xmlns='{}'>", ns::BLOCKING).into_bytes();
    for jid in jids {
        out.extend_from_slice(b"<item");
        xml::attribute(&mut out, "jid", jid.as_str());
        out.extend_from_slice(b"/>");
    }
    xml::end(&mut out, name);
    Bytes::from(out)
}
