//! Kinds and types of stanzas.

use super::RawStanza;
use crate::error::{ErrorCondition, StanzaError};

/// What an element at the place of a stanza is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StanzaKind {
    /// `<message/>` (RFC 6120 §8.2.1).
    Message,
    /// `<presence/>` (RFC 6120 §8.2.2).
    Presence,
    /// `<iq/>` (RFC 6120 §8.2.3).
    Iq,
    /// Anything else; its name and namespace tell.
    Nonza,
}

/// The type of a message (RFC 6121 §5.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// Part of a conversation between two.
    Chat,
    /// An error about a message sent before.
    Error,
    /// Part of a conversation in a room.
    Groupchat,
    /// To be shown, never to be answered.
    Headline,
    /// Stands alone; also any type that is missing or not known.
    Normal,
}

/// The type of a presence (RFC 6121 §4.7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PresenceType {
    /// No type: available.
    Available,
    /// An error about a presence sent before.
    Error,
    /// A server asks for the present state.
    Probe,
    /// Asks to be told of the other's presence.
    Subscribe,
    /// Allows the other to be told.
    Subscribed,
    /// Gone.
    Unavailable,
    /// Wants to be told no longer.
    Unsubscribe,
    /// Refuses or takes back what was allowed.
    Unsubscribed,
}

/// The type of an iq (RFC 6120 §8.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IqType {
    /// Asks.
    Get,
    /// Asks to change.
    Set,
    /// Answers.
    Result,
    /// Answers that it failed.
    Error,
}

impl RawStanza {
    /// The type of a message; what is not known counts as normal (RFC 6121 §5.2.2).
    pub fn message_type(&self) -> MessageType {
        match self.type_() {
            Some("chat") => MessageType::Chat,
            Some("error") => MessageType::Error,
            Some("groupchat") => MessageType::Groupchat,
            Some("headline") => MessageType::Headline,
            _ => MessageType::Normal,
        }
    }

    /// The type of a presence.
    ///
    /// # Errors
    /// `bad-request` for a type that is not known.
    pub fn presence_type(&self) -> Result<PresenceType, StanzaError> {
        Ok(match self.type_() {
            None => PresenceType::Available,
            Some("error") => PresenceType::Error,
            Some("probe") => PresenceType::Probe,
            Some("subscribe") => PresenceType::Subscribe,
            Some("subscribed") => PresenceType::Subscribed,
            Some("unavailable") => PresenceType::Unavailable,
            Some("unsubscribe") => PresenceType::Unsubscribe,
            Some("unsubscribed") => PresenceType::Unsubscribed,
            Some(_) => {
                return Err(
                    StanzaError::new(ErrorCondition::BadRequest).with_text("unknown type of presence")
                );
            }
        })
    }

    /// The type of an iq.
    ///
    /// # Errors
    /// `bad-request` if it is missing or not known, or if there is no id (RFC 6120 §8.2.3).
    pub fn iq_type(&self) -> Result<IqType, StanzaError> {
        if self.id().is_none() {
            return Err(StanzaError::new(ErrorCondition::BadRequest).with_text("an iq needs an id"));
        }
        match self.type_() {
            Some("get") => Ok(IqType::Get),
            Some("set") => Ok(IqType::Set),
            Some("result") => Ok(IqType::Result),
            Some("error") => Ok(IqType::Error),
            _ => Err(StanzaError::new(ErrorCondition::BadRequest).with_text("unknown type of iq")),
        }
    }
}
