//! What a line says: sessions of a Web Bridge, calls of a Call Bridge, a command that somebody gave.
//!
//! A line counts only if it has the whole shape, in its place. What looks like one and is none is [`Line::Almost`], with
//! the reason; a figure is never made of a part of a line.

mod almost;
mod call_bridge;
mod command;
mod web_bridge;

pub use almost::Almost;
pub use call_bridge::{CallBridgeStats, NowAndPeak};
pub use command::CliCommand;
pub use web_bridge::WebBridgeStats;

use crate::header::Header;

/// Longest line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 64 * 1024;
/// More sessions or calls than any server has: a number above it is damage, not a count.
pub const MAX_COUNT: u32 = 100_000;

/// What happened, as one line tells it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A Web Bridge counts its sessions.
    WebBridge(WebBridgeStats),
    /// A Call Bridge counts its calls.
    CallBridge(CallBridgeStats),
    /// Somebody gave a command in the management shell.
    Command(CliCommand),
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// It says this.
    Event(Event),
    /// It looks like one that counts, and is none.
    Almost(Almost),
    /// It is about something else.
    Other,
}

/// Reads the message behind a header.
#[must_use]
pub fn read(header: &Header<'_>, message: &str) -> Line {
    let tagged = |name: &str| header.tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name));
    if tagged("webbridge") {
        web_bridge::read(message)
    } else if tagged("cli") {
        command::read(message)
    } else if header.tag.is_none() || tagged("host:server") {
        match call_bridge::read(message) {
            Line::Other => web_bridge::misplaced(message),
            read => read,
        }
    } else {
        misplaced(message)
    }
}

/// A count under the tag of a program that counts nothing.
fn misplaced(message: &str) -> Line {
    match call_bridge::misplaced(message) {
        Line::Other => web_bridge::misplaced(message),
        almost => almost,
    }
}

/// Takes the level before a message, such as `INFO :`, in whatever language: one word and a colon.
fn after_level(message: &str) -> Option<&str> {
    let length = message.find(|c: char| !c.is_alphabetic())?;
    let rest = message[length..].trim_start().strip_prefix([':', '：'])?;
    (length > 0 && length <= MAX_LEVEL_BYTES).then(|| rest.trim_start())
}

/// Longest word for a level, in bytes.
const MAX_LEVEL_BYTES: usize = 48;

#[cfg(test)]
mod tests;
