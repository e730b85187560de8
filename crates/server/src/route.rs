//! The way of a stanza from its sender to the queues of its recipients.

pub mod away;
pub mod envelope;
pub mod inbound;
pub mod iq;
pub mod message;
pub mod presence;
pub mod subscription;

use everpresent_presence::blocking::{StanzaClass, Verdict, blocked_error};
use everpresent_stanza::{BareJid, ErrorCondition, Jid, RawStanza, StanzaError, StanzaKind};

use everpresent_store::commit::KEY_MAX_BYTES;

use crate::home::HomeState;
use crate::turn::{Lost, Turn};

/// Where a stanza is addressed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A user of this server, at the bare or a full address.
    User(Jid),
    /// This server itself.
    Server,
    /// Another server.
    Remote,
}

/// Deals with one stanza of a client.
///
/// # Errors
/// [`Lost`] when the connection no longer holds its session.
pub async fn stanza(turn: &Turn<'_>, stanza: &RawStanza) -> Result<(), Lost> {
    match stanza.kind() {
        StanzaKind::Message => message::handle(turn, stanza).await,
        StanzaKind::Presence => presence::handle(turn, stanza).await,
        StanzaKind::Iq => iq::handle(turn, stanza).await,
        StanzaKind::Nonza => Ok(()),
    }
}

/// Reads where a stanza goes; without an address it goes to its sender's own account (RFC 6120 §10.3).
///
/// # Errors
/// `jid-malformed`.
fn destination(turn: &Turn<'_>, stanza: &RawStanza) -> Result<Destination, StanzaError> {
    let to = stanza.to()?.unwrap_or_else(|| Jid::from(turn.user.clone()));
    if to.as_str().len() > KEY_MAX_BYTES {
        let text = "this server does not keep addresses of that length";
        return Err(StanzaError::new(ErrorCondition::PolicyViolation).with_text(text));
    }
    Ok(if !turn.node().is_local(&to) {
        Destination::Remote
    } else if to.node().is_none() {
        Destination::Server
    } else {
        Destination::User(to)
    })
}

/// What a sender's own block list says to a stanza (XEP-0191 §3.3).
///
/// # Errors
/// The error to answer with; `None` inside to drop the stanza.
fn may_send(
    state: &HomeState,
    user: &BareJid,
    to: &Jid,
    class: StanzaClass,
) -> Result<(), Option<StanzaError>> {
    let Some(account) = state.accounts.get(user) else { return Ok(()) };
    match account.block_list.outbound(to, class) {
        Verdict::Pass => Ok(()),
        Verdict::Drop => Err(None),
        Verdict::Refuse => Err(Some(blocked_error())),
    }
}

/// How a stanza meets block lists.
fn class_of(stanza: &RawStanza) -> StanzaClass {
    match (stanza.kind(), stanza.type_()) {
        (_, Some("error")) | (StanzaKind::Iq, Some("result")) => StanzaClass::Answer,
        (StanzaKind::Iq, _) => StanzaClass::Request,
        (StanzaKind::Presence, _) => StanzaClass::Presence,
        _ => StanzaClass::Message,
    }
}

/// The error for a stanza to another server: this one does not talk to others.
fn no_federation() -> StanzaError {
    StanzaError::new(ErrorCondition::RemoteServerNotFound)
        .with_text("this server does not talk to other servers")
}
