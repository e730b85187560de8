//! One-time sign-in tokens: FAST (XEP-0484) with the hashed-token mechanisms (draft-schmaus-kitten-sasl-ht).
//!
//! A client installation has two slots. A new token goes into `New`; its first use moves it to `Current`, and so ends
//! the one before. A token that a lost connection kept from its client therefore never locks anybody out.

use std::time::Duration;

use bytes::Bytes;
use everpresent_session::row::{Row, TokenRow, TokenSlot};
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Element, build, ns};

use crate::binding::BindingKind;
use crate::compose::Compose;
use crate::error::FailureReason;
use crate::mechanism::Mechanism;
use crate::scram::ScramHash;

/// Longest user name in a hashed-token message, in bytes.
pub const MAX_USER_BYTES: usize = 1023;

/// A hashed-token message: user name, NUL, `HMAC(token, "Initiator" ‖ channel-binding data)`.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedToken {
    /// The user name: the local part of the address.
    pub user: String,
    /// The hash.
    pub hash: Vec<u8>,
}

impl HashedToken {
    /// Reads a message.
    pub fn parse(message: &[u8]) -> Result<Self, FailureReason> {
        let nul = message.iter().position(|byte| *byte == 0).ok_or(FailureReason::Malformed)?;
        let (user, hash) = (&message[..nul], &message[nul + 1..]);
        let well_formed =
            (1..=MAX_USER_BYTES).contains(&user.len()) && hash.len() == ScramHash::Sha256.output_bytes();
        let user = std::str::from_utf8(user).ok().filter(|_| well_formed).ok_or(FailureReason::Malformed)?;
        Ok(Self { user: user.to_owned(), hash: hash.to_vec() })
    }
}

/// The client's message and the answer that it must then get, for built-in clients and tests. `token` is the text of
/// the `token` attribute.
pub fn client_message(token: &str, user: &str, binding: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut message = user.as_bytes().to_vec();
    message.push(0);
    message.extend(hash(token.as_bytes(), "Initiator", binding));
    (message, hash(token.as_bytes(), "Responder", binding))
}

/// A use of a token, as far as it has to be checked.
#[derive(Clone)]
pub struct TokenUse<'a> {
    /// Who signs in.
    pub user: &'a BareJid,
    /// With which client installation.
    pub user_agent: &'a str,
    /// The type of channel binding, which is the mechanism.
    pub kind: BindingKind,
    /// The channel-binding data.
    pub binding: &'a [u8],
    /// The hash that was sent.
    pub hash: &'a [u8],
    /// The count that was sent.
    pub count: Option<u32>,
}

/// A token that was accepted.
#[derive(Clone, PartialEq)]
pub struct AcceptedToken {
    /// The token as it was before this use.
    pub row: TokenRow,
    /// The server's proof that it has the token too.
    pub proof: Vec<u8>,
    /// What the use changes in the tokens that are stored.
    pub changes: Vec<Row>,
}

/// Checks a use against the tokens that are stored for this user and installation, the new one first (XEP-0484 §5.1).
/// The work is the same whether there are any.
pub fn check(
    rows: &[TokenRow],
    attempt: &TokenUse<'_>,
    invalidate: bool,
    now: Timestamp,
) -> Result<AcceptedToken, FailureReason> {
    let slot = |slot| {
        rows.iter().find(move |row| {
            row.slot == slot && row.user == *attempt.user && row.user_agent == attempt.user_agent
        })
    };
    let candidates = [slot(TokenSlot::New), slot(TokenSlot::Current)];
    let fitting = candidates.map(|row| {
        let secret = row.map_or(&[0; 32][..], |row| &row.secret);
        let fits = crate::scram::same(&hash(secret, "Initiator", attempt.binding), attempt.hash);
        row.filter(|_| fits)
    });
    let row = fitting.into_iter().flatten().next().ok_or(FailureReason::Credentials)?;
    if row.mechanism != Mechanism::HashedToken(attempt.kind).name() {
        return Err(FailureReason::Credentials);
    }
    if row.expires <= now {
        return Err(FailureReason::TokenExpired);
    }
    if attempt.count.is_some_and(|count| count <= row.count) {
        return Err(FailureReason::TokenReplayed);
    }
    Ok(AcceptedToken {
        proof: hash(&row.secret, "Responder", attempt.binding),
        changes: changes(row, attempt, invalidate, candidates[0].is_some(), candidates[1].is_some()),
        row: row.clone(),
    })
}

/// What a successful use changes: the count, the slot, or the end of all tokens of the installation.
fn changes(row: &TokenRow, attempt: &TokenUse<'_>, invalidate: bool, new: bool, current: bool) -> Vec<Row> {
    let gone =
        |slot| Row::TokenGone { user: attempt.user.clone(), user_agent: attempt.user_agent.to_owned(), slot };
    if invalidate {
        let slots = [(TokenSlot::New, new), (TokenSlot::Current, current)];
        return slots.into_iter().filter(|(_, held)| *held).map(|(slot, _)| gone(slot)).collect();
    }
    let used =
        TokenRow { slot: TokenSlot::Current, count: attempt.count.unwrap_or(row.count), ..row.clone() };
    match row.slot {
        TokenSlot::New => vec![Row::Token(used), gone(TokenSlot::New)],
        TokenSlot::Current if used != *row => vec![Row::Token(used)],
        TokenSlot::Current => Vec::new(),
    }
}

/// Whether a token is old enough to be replaced: less than half of its lifetime is left.
pub fn is_due(row: &TokenRow, lifetime: Duration, now: Timestamp) -> bool {
    row.expires.0.saturating_sub(now.0) < milliseconds(lifetime / 2)
}

/// A new token in the `New` slot. `text` is random; it is what the client gets.
pub fn mint(
    user: &BareJid,
    user_agent: &str,
    mechanism: Mechanism,
    text: String,
    lifetime: Duration,
    now: Timestamp,
) -> TokenRow {
    TokenRow {
        user: user.clone(),
        user_agent: user_agent.to_owned(),
        slot: TokenSlot::New,
        mechanism: mechanism.name().to_owned(),
        secret: Bytes::from(text),
        expires: Timestamp(now.0.saturating_add(milliseconds(lifetime))),
        count: 0,
    }
}

/// `<token/>` with the token and its end (XEP-0484 §3.3).
pub(crate) fn token_element(row: &TokenRow) -> Element {
    Element::bare("token", ns::FAST)
        .attribute("token", String::from_utf8_lossy(&row.secret))
        .attribute("expiry", build::timestamp(row.expires.0))
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn hash(secret: &[u8], side: &str, binding: &[u8]) -> Vec<u8> {
    ScramHash::Sha256.hmac(secret, &[side.as_bytes(), binding])
}
