//! Addresses, restricted streaming XML, stanzas and error conditions.
//!
//! [`Framer`] turns the bytes of a stream into [`Frame`]s, [`parse_document`] those of a WebSocket message. A
//! [`RawStanza`] keeps the bytes of a stanza and knows where its parts lie, so that it can be routed and stamped
//! without a tree; [`RawStanza::to_element`] builds one where the server itself is addressed. [`build`] writes.
//!
//! Two forms of bytes occur. *TCP form* stands in a stream whose default namespace is `jabber:client` and which binds
//! `stream`: a stanza has no `xmlns`. *Client form* stands alone (WebSocket messages, forwarded and archived stanzas)
//! and declares what it needs: see [`with_client_namespace`].

pub mod build;
mod error;
mod framer;
mod namespace;
pub mod ns;
mod stanza;

pub use build::with_client_namespace;
pub use error::{ErrorCondition, ErrorType, StanzaError, StreamCondition, StreamError};
pub use framer::*;
pub use jid::{BareJid, FullJid, Jid};
pub use minidom::Element;
pub use namespace::Namespace;
pub use stanza::{
    Attribute, Child, ElementError, IqType, Mark, MessageType, PresenceType, RawStanza, Stamp, StanzaKind,
};
