//! The header of a log line: when, who, under which tag; and the message behind it.
//!
//! Servers, collectors and relays each write their own. All that were seen in the field are read here, and RFC 3164 and
//! RFC 5424 with or without `<PRI>`. Nothing is looked for: each part stands where it stands, so that a text from a user
//! further on in the line can never be taken for one.

mod cursor;
mod rfc5424;
mod stamp;
mod tag;
mod words;

pub use stamp::{Clock, Stamp};

use cursor::Cursor;

/// Longest host name or tag that is taken for one, in bytes.
const MAX_WORD_BYTES: usize = 255;

/// What stands before a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header<'a> {
    /// When, by the clock of who wrote the first stamp of the line.
    pub stamp: Option<Stamp>,
    /// When by the server's own clock, if a collector put its own stamp before it.
    pub original_stamp: Option<Stamp>,
    /// Who.
    pub host: Option<&'a str>,
    /// Under which tag, without quotes, process id and colon: `webbridge`, `host:server`, `cli`.
    pub tag: Option<&'a str>,
}

impl<'a> Header<'a> {
    /// Reads the header of a line and gives the message behind it, without spaces at its ends.
    ///
    /// Whatever is no header is message: there is no error.
    #[must_use]
    pub fn split(line: &'a str) -> (Self, &'a str) {
        let mut cursor = Cursor::new(line.trim_end_matches(['\r', '\n', '\0']));
        let mut header = Self { stamp: None, original_stamp: None, host: None, tag: None };
        let priority = cursor.priority();
        if priority && let Some(header_5424) = rfc5424::header(&mut cursor) {
            header = header_5424;
        } else if let Some(stamp) = stamp::read(&mut cursor) {
            header.stamp = Some(stamp);
            header.read_origin(&mut cursor);
        }
        if let Some(tag) = tag::read(&mut cursor) {
            header.tag = Some(tag);
        }
        (header, cursor.rest().trim())
    }

    /// What follows the stamp: `facility.severity` and a host, a host alone, or a severity alone.
    fn read_origin(&mut self, cursor: &mut Cursor<'a>) {
        let word = cursor.peek_word();
        if words::is_facility_and_severity(word) {
            cursor.take_word();
            self.read_host(cursor);
            self.read_relayed(cursor);
        } else if words::is_severity(word) && self.stamp.is_some_and(|stamp| stamp.has_year()) {
            // The event log of the web interface: one server, no host.
            cursor.take_word();
        } else {
            self.read_host(cursor);
        }
    }

    /// A collector keeps the header that it received behind its own.
    fn read_relayed(&mut self, cursor: &mut Cursor<'a>) {
        let before = *cursor;
        if let Some(stamp) = stamp::read(cursor) {
            self.original_stamp = Some(stamp);
            self.read_host(cursor);
        } else {
            *cursor = before;
        }
    }

    fn read_host(&mut self, cursor: &mut Cursor<'a>) {
        let word = cursor.peek_word();
        if is_host(word) {
            cursor.take_word();
            self.host = Some(word);
        }
    }
}

/// A tag has a colon behind it or quotes around it; a host has neither.
fn is_host(word: &str) -> bool {
    let fits = !word.is_empty() && word.len() <= MAX_WORD_BYTES;
    fits && !word.ends_with(':') && word.chars().all(|c| c.is_alphanumeric() || "-._:%".contains(c))
}

#[cfg(test)]
mod tests;
