//! What the delivery and storage rules must know of a message, gathered once.

use everpresent_stanza::{MessageType, RawStanza, ns};

/// What the delivery and storage rules must know of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageFacts {
    /// Its type.
    pub kind: MessageType,
    /// It has a `<body/>`.
    pub body: bool,
    /// It carries an encrypted payload (XEP-0384, XEP-0373, XEP-0027).
    pub encrypted: bool,
    /// It asks for a receipt, or is one (XEP-0184).
    pub receipt: bool,
    /// It asks for a chat marker, or is one (XEP-0333).
    pub marker: bool,
    /// It carries a chat state (XEP-0085).
    pub chat_state: bool,
    /// It carries nothing that would still mean something later: at most chat states and what describes the message.
    pub fleeting: bool,
    /// It came through a room, or is sent as if (`<x/>` of `muc#user`), and is no invitation.
    pub room_private: bool,
    /// It invites to a room, directly (XEP-0249) or through it (XEP-0045 §7.8.2).
    pub invitation: bool,
    /// It must not be stored at all (XEP-0334 §4.2).
    pub no_store: bool,
    /// It must not be archived (XEP-0334 §4.1).
    pub no_permanent_store: bool,
    /// It must not be copied to further resources (XEP-0334 §4.3).
    pub no_copy: bool,
    /// It must not be copied by carbons (XEP-0280 §9).
    pub private: bool,
    /// It is worth storing, whatever the rules for its content say (XEP-0334 §4.4).
    pub store: bool,
}

impl MessageFacts {
    /// The facts of a message, from its direct children alone. Only the `<x/>` of a room is looked into, for an
    /// invitation.
    pub fn of(message: &RawStanza) -> Self {
        let mut facts = Self::without_content(message.message_type());
        for child in message.children() {
            facts.note(child.name(), child.namespace());
            if child.is("x", ns::MUC_USER) && facts.kind != MessageType::Groupchat {
                let room = message.child_element(child).ok();
                let invites = room.is_some_and(|room| room.has_child("invite", ns::MUC_USER));
                facts.invitation |= invites;
                facts.room_private |= !invites;
            }
        }
        facts
    }

    fn without_content(kind: MessageType) -> Self {
        Self {
            kind,
            body: false,
            encrypted: false,
            receipt: false,
            marker: false,
            chat_state: false,
            fleeting: true,
            room_private: false,
            invitation: false,
            no_store: false,
            no_permanent_store: false,
            no_copy: false,
            private: false,
            store: false,
        }
    }

    fn note(&mut self, name: &str, namespace: &str) {
        match (name, namespace) {
            ("no-store", ns::HINTS) => self.no_store = true,
            ("no-permanent-store", ns::HINTS) => self.no_permanent_store = true,
            ("no-copy", ns::HINTS) => self.no_copy = true,
            ("store", ns::HINTS) => self.store = true,
            ("private", ns::CARBONS) => self.private = true,
            (_, ns::CHAT_STATES) => self.chat_state = true,
            _ if describes_message(name, namespace) => {}
            _ => {
                self.fleeting = false;
                self.note_content(name, namespace);
            }
        }
    }

    fn note_content(&mut self, name: &str, namespace: &str) {
        match (name, namespace) {
            ("body", ns::CLIENT | ns::SERVER) => self.body = true,
            ("encrypted", ns::OMEMO_AXOLOTL | "urn:xmpp:omemo:1" | "urn:xmpp:omemo:2")
            | ("openpgp", "urn:xmpp:openpgp:0")
            | ("x", "jabber:x:encrypted") => self.encrypted = true,
            (_, ns::RECEIPTS) => self.receipt = true,
            (_, ns::CHAT_MARKERS) => self.marker = true,
            ("x", "jabber:x:conference") => self.invitation = true,
            _ => {}
        }
    }
}

/// Children that say something about the message and are none of its content.
fn describes_message(name: &str, namespace: &str) -> bool {
    let known = [
        ("thread", ns::CLIENT),
        ("thread", ns::SERVER),
        ("stanza-id", ns::STANZA_ID),
        ("origin-id", ns::STANZA_ID),
        ("delay", ns::DELAY),
        ("nick", "http://jabber.org/protocol/nick"),
        ("encryption", ns::EXPLICIT_ENCRYPTION),
    ];
    known.contains(&(name, namespace))
}
