//! Names and numbers: what identifies homes, nodes, sessions, records and durable rows.

use std::fmt;

/// The name of a home: the node that its users are assigned to, such as `imp1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HomeName(pub std::sync::Arc<str>);

impl HomeName {
    /// A home of this name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HomeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The random id of one serving process: a restart of the same node has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Incarnation(pub u128);

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The random id of one ledger: kept when a partner adopts a complete replica, new when a home starts without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LedgerId(pub u128);

/// Which owner of a home: raised by every claim, so that work under an old one can be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Epoch(pub u64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place of a record in the ordered stream of its home under one epoch; the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RecordNumber(pub u64);

/// A session's id: 128 random bits that never change. Whoever is signed in as its user may resume it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u128);

impl SessionId {
    /// Reads the 32 lower-case hexadecimal digits that [`fmt::Display`] writes; nothing else is an id.
    pub fn parse(text: &str) -> Option<Self> {
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 32 || !text.bytes().all(lower_hex) {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(Self)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A session id lets its user's clients resume, so logs show only its first digits.
impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({:08x}…)", self.0 >> 96)
    }
}

/// The id of a durable row, chosen when the record that asks for it is made: epoch, record number, and place
/// within the record. Its text form is of fixed width and sorts like the row itself, never by a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId {
    /// Epoch of the home under which the record was made.
    pub epoch: Epoch,
    /// The record.
    pub record: RecordNumber,
    /// Place among the record's rows, from 0.
    pub index: u16,
}

impl RowId {
    /// Reads what [`fmt::Display`] writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let (epoch, rest) = text.split_once('-')?;
        let (record, index) = rest.split_once('-')?;
        let widths = (epoch.len(), record.len(), index.len()) == (8, 12, 4);
        if !widths || !text.bytes().all(|b| b == b'-' || lower_hex(b)) {
            return None;
        }
        Some(Self {
            epoch: Epoch(u64::from_str_radix(epoch, 16).ok()?),
            record: RecordNumber(u64::from_str_radix(record, 16).ok()?),
            index: u16::from_str_radix(index, 16).ok()?,
        })
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:012x}-{:04x}", self.epoch.0, self.record.0, self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_ids_sort_as_text_and_read_back() {
        let id = |epoch, record, index| RowId { epoch: Epoch(epoch), record: RecordNumber(record), index };
        let rising = [id(1, 2, 3), id(1, 2, 10), id(1, 16, 0), id(2, 1, 0)];
        let texts: Vec<String> = rising.iter().map(RowId::to_string).collect();
        assert!(texts.is_sorted());
        assert_eq!(rising.map(|row| RowId::parse(&row.to_string())), rising.map(Some));
        assert_eq!(RowId::parse("1-2-3"), None);
        assert_eq!(RowId::parse("0000000A-000000000001-0000"), None);
    }

    #[test]
    fn session_ids_read_back_and_stay_out_of_debug_output() {
        let id = SessionId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(SessionId::parse(&id.to_string()), Some(id));
        assert_eq!(SessionId::parse("+123456789abcdef0123456789abcdef0"), None);
        assert_eq!(format!("{id:?}"), "SessionId(01234567…)");
    }
}
