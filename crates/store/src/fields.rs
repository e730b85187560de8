//! Reading columns, and the text forms of small values.

use bytes::Bytes;
use everpresent_session::ids::{HomeName, Incarnation, RowId, SessionId};
use everpresent_session::row::{ArchiveDefault, Subscription, TokenSlot};
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Jid};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::error::StoreError;

/// The columns of one row, by place. Each reader fails with the column's place if it holds something else.
pub(crate) struct Fields<'r> {
    what: &'static str,
    row: &'r AnyRow,
}

impl<'r> Fields<'r> {
    pub(crate) fn new(what: &'static str, row: &'r AnyRow) -> Self {
        Self { what, row }
    }

    fn unreadable(&self, place: usize) -> StoreError {
        StoreError::broken(self.what, format!("column {place} of a row cannot be read"))
    }

    fn parsed<T>(&self, place: usize, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.unreadable(place))
    }

    pub(crate) fn text(&self, place: usize) -> Result<&'r str, StoreError> {
        self.row.try_get(place).map_err(|_| self.unreadable(place))
    }

    pub(crate) fn optional_text(&self, place: usize) -> Result<Option<&'r str>, StoreError> {
        self.row.try_get(place).map_err(|_| self.unreadable(place))
    }

    pub(crate) fn number(&self, place: usize) -> Result<i64, StoreError> {
        self.row.try_get(place).map_err(|_| self.unreadable(place))
    }

    pub(crate) fn count(&self, place: usize) -> Result<u64, StoreError> {
        self.parsed(place, u64::try_from(self.number(place)?).ok())
    }

    pub(crate) fn small_count(&self, place: usize) -> Result<u32, StoreError> {
        self.parsed(place, u32::try_from(self.number(place)?).ok())
    }

    pub(crate) fn flag(&self, place: usize) -> Result<bool, StoreError> {
        Ok(self.number(place)? != 0)
    }

    pub(crate) fn time(&self, place: usize) -> Result<Timestamp, StoreError> {
        self.number(place).map(Timestamp)
    }

    pub(crate) fn bytes(&self, place: usize) -> Result<Bytes, StoreError> {
        let bytes: &[u8] = self.row.try_get(place).map_err(|_| self.unreadable(place))?;
        Ok(Bytes::copy_from_slice(bytes))
    }

    pub(crate) fn optional_bytes(&self, place: usize) -> Result<Option<Bytes>, StoreError> {
        let bytes: Option<&[u8]> = self.row.try_get(place).map_err(|_| self.unreadable(place))?;
        Ok(bytes.map(Bytes::copy_from_slice))
    }

    pub(crate) fn jid(&self, place: usize) -> Result<Jid, StoreError> {
        self.parsed(place, Jid::new(self.text(place)?).ok())
    }

    pub(crate) fn bare_jid(&self, place: usize) -> Result<BareJid, StoreError> {
        self.parsed(place, BareJid::new(self.text(place)?).ok())
    }

    pub(crate) fn jids(&self, place: usize) -> Result<Vec<Jid>, StoreError> {
        let jids = split(self.text(place)?).into_iter().map(|text| Jid::new(&text).ok()).collect();
        self.parsed(place, jids)
    }

    pub(crate) fn row_id(&self, place: usize) -> Result<RowId, StoreError> {
        self.parsed(place, RowId::parse(self.text(place)?))
    }

    pub(crate) fn session_id(&self, place: usize) -> Result<SessionId, StoreError> {
        self.parsed(place, SessionId::parse(self.text(place)?))
    }

    /// Empty text stands for none.
    pub(crate) fn incarnation(&self, place: usize) -> Result<Option<Incarnation>, StoreError> {
        match self.text(place)? {
            "" => Ok(None),
            text => self.parsed(place, u128::from_str_radix(text, 16).ok().map(|id| Some(Incarnation(id)))),
        }
    }

    /// Empty text stands for none.
    pub(crate) fn home(&self, place: usize) -> Result<Option<HomeName>, StoreError> {
        let text = self.text(place)?;
        Ok((!text.is_empty()).then(|| HomeName::new(text)))
    }

    pub(crate) fn subscription(&self, place: usize) -> Result<Subscription, StoreError> {
        let known = [Subscription::None, Subscription::To, Subscription::From, Subscription::Both];
        let text = self.text(place)?;
        self.parsed(place, known.into_iter().find(|known| subscription(*known) == text))
    }

    pub(crate) fn archive_default(&self, place: usize) -> Result<ArchiveDefault, StoreError> {
        let known = [ArchiveDefault::Always, ArchiveDefault::Never, ArchiveDefault::Roster];
        let text = self.text(place)?;
        self.parsed(place, known.into_iter().find(|known| archive_default(*known) == text))
    }

    pub(crate) fn token_slot(&self, place: usize) -> Result<TokenSlot, StoreError> {
        let text = self.text(place)?;
        let known = [TokenSlot::Current, TokenSlot::New];
        self.parsed(place, known.into_iter().find(|known| token_slot(*known) == text))
    }
}

pub(crate) fn subscription(subscription: Subscription) -> &'static str {
    match subscription {
        Subscription::None => "none",
        Subscription::To => "to",
        Subscription::From => "from",
        Subscription::Both => "both",
    }
}

pub(crate) fn archive_default(rule: ArchiveDefault) -> &'static str {
    match rule {
        ArchiveDefault::Always => "always",
        ArchiveDefault::Never => "never",
        ArchiveDefault::Roster => "roster",
    }
}

pub(crate) fn token_slot(slot: TokenSlot) -> &'static str {
    match slot {
        TokenSlot::Current => "current",
        TokenSlot::New => "new",
    }
}

/// Empty text stands for none.
pub(crate) fn incarnation(incarnation: Option<Incarnation>) -> String {
    incarnation.map(|id| id.to_string()).unwrap_or_default()
}

/// Several texts in one column: a line each, with line ends and backslashes inside them escaped.
pub(crate) fn join<'t>(items: impl IntoIterator<Item = &'t str>) -> String {
    items.into_iter().fold(String::new(), |mut text, item| {
        for letter in item.chars() {
            match letter {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                other => text.push(other),
            }
        }
        text.push('\n');
        text
    })
}

/// What [`join`] wrote.
pub(crate) fn split(text: &str) -> Vec<String> {
    text.split_terminator('\n').map(unescape).collect()
}

fn unescape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(if letters.next() == Some('n') { '\n' } else { '\\' }),
            other => text.push(other),
        }
    }
    text
}

/// The bare part of an address and its resource, empty if it has none. Neither localpart nor domain can hold a slash
/// (RFC 7622 §3).
pub(crate) fn bare_and_resource(jid: &Jid) -> (&str, &str) {
    jid.as_str().split_once('/').unwrap_or((jid.as_str(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_back_whatever_is_in_them() {
        let lists: [&[&str]; 5] = [&[], &[""], &["Friends", "Büro"], &["a\nb", "\\n", "\\"], &["", "", "x"]];
        for list in lists {
            assert_eq!(split(&join(list.iter().copied())), list, "{list:?}");
        }
    }

    #[test]
    fn a_resource_may_hold_slashes_and_at_signs() {
        let jid = Jid::new("alice@example.org/home/a@b").unwrap();
        assert_eq!(bare_and_resource(&jid), ("alice@example.org", "home/a@b"));
    }
}
