//! One line: which shape it has and what it says.

mod alarm;
mod history;
pub(crate) mod srm;
mod system;

use crate::event::What;
use crate::stamp::Stamp;

/// What became of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// Something happened.
    Event(Stamp, What),
    /// Understood; nothing that counts here.
    Known,
    /// Nothing is known of it; its kind, for the count.
    Unknown(String),
}

/// Kind of lines of no known shape.
const SHAPELESS: &str = "of no known shape";
/// Kind of lines that are no text.
const BINARY: &str = "no text";
/// Kind of lines that are too long to be looked at.
pub(crate) const TOO_LONG: &str = "too long";

/// Reads a line. Every shape is anchored at the start of the line: what a user, a message or a room is called cannot
/// look like an event.
pub(crate) fn read(bytes: &[u8]) -> Read {
    let Ok(text) = std::str::from_utf8(bytes) else { return Read::Unknown(BINARY.to_owned()) };
    if text.bytes().any(|byte| byte == 0) {
        return Read::Unknown(BINARY.to_owned());
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() || text.starts_with("admin:") {
        return Read::Known;
    }
    let shapes = [srm::read, alarm::read, history::read, system::read];
    shapes.iter().find_map(|shape| shape(text)).unwrap_or_else(|| Read::Unknown(SHAPELESS.to_owned()))
}

/// The value of `key= ` in `text`, up to the next comma that begins another key. The last one takes the rest.
fn value<'a>(text: &'a str, key: &str, last: bool) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!(", {key}= "))?;
    if last { Some(rest) } else { rest.split(", ").next() }
}
