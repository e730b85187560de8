//! Between messages of the domain and of the wire.
//!
//! Reading is total: whatever another node sends, older, newer or broken, makes a value or a [`Malformed`]. Stanzas that
//! are kept are copied out: a slice would hold the buffer of a whole frame for as long as one of its stanzas waits.

mod carry;
mod control;
mod delivery;
mod effect;
mod ids;
pub(crate) mod open;
mod record;
mod replication;
mod row;
mod session;
mod snapshot;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use bytes::Bytes;
use everpresent_stanza::{BareJid, FullJid, Jid};
use thiserror::Error;

use crate::codec::Buffered;

/// What of a message cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

/// A message of the domain that has a form on the wire.
pub(crate) trait Message: Sized + Send + 'static {
    /// That form.
    type Wire: Buffered + Send;

    /// Writes it, in as many wire messages as it takes.
    fn write(self, out: &mut VecDeque<Self::Wire>);

    /// Reads one wire message.
    fn read(wire: Self::Wire) -> Result<Self, Malformed>;
}

/// What must be there.
fn needed<T>(field: Option<T>, what: &'static str) -> Result<T, Malformed> {
    field.ok_or(Malformed(what))
}

/// Reads each of a list.
fn each<T, U>(items: Vec<T>, read: impl FnMut(T) -> Result<U, Malformed>) -> Result<Vec<U>, Malformed> {
    items.into_iter().map(read).collect()
}

/// A number that the domain keeps in fewer bits.
fn narrow<T: TryFrom<N>, N>(number: N, what: &'static str) -> Result<T, Malformed> {
    T::try_from(number).map_err(|_| Malformed(what))
}

fn read_bare(text: &str) -> Result<BareJid, Malformed> {
    BareJid::new(text).map_err(|_| Malformed("a bare address is none"))
}

fn read_full(text: &str) -> Result<FullJid, Malformed> {
    FullJid::new(text).map_err(|_| Malformed("a full address is none"))
}

fn read_jid(text: &str) -> Result<Jid, Malformed> {
    Jid::new(text).map_err(|_| Malformed("an address is none"))
}

/// A stanza that is kept.
#[expect(clippy::needless_pass_by_value, reason = "takes the place of the value that it is copied from")]
fn kept(stanza: Bytes) -> Bytes {
    Bytes::copy_from_slice(&stanza)
}
