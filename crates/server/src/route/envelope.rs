//! The form of a stanza in a channel between homes, which is also its form in the database.
//!
//! It is the stanza with the addresses of sender and recipient, which the sending home vouches for. A presence for many
//! has no recipient of its own: the bare addresses of all stand before it, each with a line feed. No address can hold
//! what a stanza begins with, so there is no doubt where they end.

use bytes::Bytes;
use everpresent_stanza::{BareJid, Jid, RawStanza, parse_stanza};

/// A stanza out of a channel.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Who sent it.
    pub from: Jid,
    /// For whom it is.
    pub to: Addressees,
    /// The stanza.
    pub stanza: RawStanza,
}

/// For whom a stanza in a channel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressees {
    /// For the address on it.
    One(Jid),
    /// For each of these.
    Many(Vec<BareJid>),
}

/// A presence for many users of one home, in the form of a channel.
pub fn for_many<'a>(to: impl IntoIterator<Item = &'a BareJid>, presence: &Bytes) -> Bytes {
    let mut out = Vec::with_capacity(presence.len() + 512);
    for user in to {
        out.extend_from_slice(user.as_str().as_bytes());
        out.push(b'\n');
    }
    out.extend_from_slice(presence);
    Bytes::from(out)
}

/// Reads what came out of a channel; nothing if it makes no sense.
pub fn open(bytes: &Bytes) -> Option<Envelope> {
    let start = bytes.iter().position(|byte| *byte == b'<')?;
    let stanza = parse_stanza(&bytes.slice(start..)).ok()?;
    let from = stanza.from().ok().flatten()?;
    let list = std::str::from_utf8(bytes.get(..start)?).ok()?;
    let to = if list.is_empty() {
        Addressees::One(stanza.to().ok().flatten()?)
    } else {
        Addressees::Many(list.lines().map(BareJid::new).collect::<Result<_, _>>().ok()?)
    };
    Some(Envelope { from, to, stanza })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(address: &str) -> BareJid {
        BareJid::new(address).unwrap()
    }

    #[test]
    fn a_stanza_for_one_is_its_own_envelope() {
        let stanza =
            Bytes::from_static(b"<message from='a@example.org/x' to='b@example.org'><body/></message>");
        let read = open(&stanza).unwrap();
        assert_eq!(read.from.as_str(), "a@example.org/x");
        assert_eq!(read.to, Addressees::One(Jid::new("b@example.org").unwrap()));
        assert_eq!(read.stanza.to_tcp_form(), stanza);
    }

    #[test]
    fn a_presence_for_many_names_all_of_them() {
        let presence = Bytes::from_static(b"<presence from='a@example.org/x'><show>away</show></presence>");
        let contacts = [bare("b@example.org"), bare("c@example.org")];
        let read = open(&for_many(&contacts, &presence)).unwrap();
        assert_eq!(read.to, Addressees::Many(contacts.to_vec()));
        assert_eq!(read.stanza.to_tcp_form(), presence);
    }

    #[test]
    fn what_makes_no_sense_is_no_envelope() {
        for nonsense in [
            "",
            "b@example.org\n",
            "<message to='b@example.org'/>",
            "<message from='a@example.org/x'/>",
            "@\n<presence from='a@example.org/x'/>",
            "<message from='a@example.org/x' to='b@example.org'>",
        ] {
            assert!(open(&Bytes::from_static(nonsense.as_bytes())).is_none(), "{nonsense}");
        }
    }
}
