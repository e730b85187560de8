//! Reads the lines of one log: header, moment, event.

use jiff::Timestamp;

use crate::dating::Dating;
use crate::header::Header;
use crate::line::{self, Almost, Event, Line, MAX_LINE_BYTES};

/// What one line of a log told.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When, by the clock of who wrote the line.
    pub at: Timestamp,
    /// Whether the line told that itself. Else it is when the line before was, or when it was received.
    pub dated: bool,
    /// How far the server's clock is ahead of the collector's, when both stand in the line and the same zone holds for both.
    pub ahead: Option<jiff::SignedDuration>,
    /// Who, if the line told.
    pub host: Option<String>,
    /// What.
    pub event: Event,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// It told this.
    Record(Record),
    /// It looks like a line that counts, and is none.
    Almost(Almost),
    /// It is about something else.
    Other,
}

/// Reads the lines of one log in their order.
#[derive(Debug)]
pub struct Reader {
    dating: Dating,
    /// Whether a line had a header: then one that has none is part of another's text.
    has_headers: bool,
}

impl Reader {
    /// For a log with stamps as `dating` knows them.
    #[must_use]
    pub fn new(dating: Dating) -> Self {
        Self { dating, has_headers: false }
    }

    /// Reads a line. Bytes that are no UTF-8 count as a character that no name has.
    ///
    /// `received`: when the line came in, or when the file that holds it was written to last.
    pub fn read(&mut self, line: &[u8], received: Timestamp) -> Reading {
        if line.len() > MAX_LINE_BYTES {
            return Reading::Almost(Almost::TooLong);
        }
        let line = String::from_utf8_lossy(line);
        let (header, message) = Header::split(&line);
        self.has_headers |= header.stamp.is_some();
        let event = match line::read(&header, message) {
            Line::Event(event) => event,
            Line::Almost(reason) => return Reading::Almost(reason),
            Line::Other => return Reading::Other,
        };
        if header.stamp.is_none() && self.has_headers {
            return Reading::Almost(Almost::NoHeader);
        }
        let dated = header.stamp.map(|stamp| self.dating.date(&stamp, received));
        let at = match dated {
            Some(Some(at)) => at,
            Some(None) => return Reading::Almost(Almost::NoSuchDay),
            None => self.dating.last().unwrap_or(received),
        };
        let original = header.original_stamp.and_then(|stamp| self.dating.clone().date(&stamp, received));
        Reading::Record(Record {
            at,
            dated: dated.is_some(),
            ahead: original.map(|original| original.duration_since(at)),
            host: header.host.map(str::to_owned),
            event,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    const HEADED: &[u8] =
        b"Jun  8 14:53:18 user.info webbridge1 \"webbridge\": INFO : [DEBUG] Stats 149, c:3477, d:3170";
    const BARE: &[u8] = b"\"webbridge\": INFO : [DEBUG] Stats 7, c:1, d:0";

    fn received() -> Timestamp {
        "2026-11-26T00:00:00Z".parse().unwrap()
    }

    fn reader() -> Reader {
        Reader::new(Dating::new(TimeZone::UTC, None))
    }

    fn record(reading: Reading) -> Record {
        match reading {
            Reading::Record(record) => record,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_line_tells_when_who_and_what() {
        let record = record(reader().read(HEADED, received()));
        assert_eq!(record.at.to_string(), "2026-06-08T14:53:18Z");
        assert_eq!((record.host.as_deref(), record.dated), (Some("webbridge1"), true));
        assert!(matches!(record.event, Event::WebBridge(stats) if stats.sessions == 149));
    }

    #[test]
    fn a_bare_line_is_dated_by_when_it_was_received_and_has_no_host() {
        let record = record(reader().read(BARE, received()));
        assert_eq!((record.at, record.dated, record.host), (received(), false, None));
    }

    #[test]
    fn a_bare_line_in_a_log_with_headers_may_be_a_guests_text_and_does_not_count() {
        let mut reader = reader();
        reader.read(HEADED, received());
        assert_eq!(reader.read(BARE, received()), Reading::Almost(Almost::NoHeader));
    }

    #[test]
    fn a_collectors_line_shows_how_far_the_servers_clock_is_ahead() {
        let line = "2020-06-08 14:53:20  User.Info  core1  Jun  8 14:53:27 core1 host:server: INFO : STATS: {\"CMA\": \"1/2\"}";
        let record = record(reader().read(line.as_bytes(), received()));
        assert_eq!(record.at.to_string(), "2020-06-08T14:53:20Z");
        assert_eq!(record.ahead, Some(jiff::SignedDuration::from_secs(7)));
    }

    #[test]
    fn bytes_that_are_no_text_and_endless_lines_are_survived() {
        let mut reader = reader();
        let mut binary = HEADED.to_vec();
        binary[22] = 0xff;
        assert!(matches!(reader.read(&binary, received()), Reading::Almost(_) | Reading::Other));
        let long = vec![b'S'; MAX_LINE_BYTES + 1];
        assert_eq!(reader.read(&long, received()), Reading::Almost(Almost::TooLong));
        let day = b"Feb 29 14:53:18 user.info webbridge1 webbridge: INFO : [DEBUG] Stats 149, c:3477, d:3170";
        let mut reader = Reader::new(Dating::new(TimeZone::UTC, Some(2023)));
        assert_eq!(reader.read(day, received()), Reading::Almost(Almost::NoSuchDay));
    }
}
