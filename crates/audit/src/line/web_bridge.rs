//! `INFO : [DEBUGGING] Stats 149, c:3477, d:3170`: what a Web Bridge counts.

use super::{Almost, Event, Line, MAX_COUNT, after_level};

/// Longest word in brackets, in bytes.
const MAX_BRACKET_BYTES: usize = 48;

/// One count of a Web Bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebBridgeStats {
    /// Sessions at that moment, those that live and those that leaked.
    pub sessions: u32,
    /// The figure called `c`. It is not documented; it falls only when the Web Bridge starts anew.
    pub c: u64,
    /// The figure called `d`; the same.
    pub d: u64,
}

/// Reads a message under the Web Bridge's tag.
pub(super) fn read(message: &str) -> Line {
    if !looks_alike(message) {
        return Line::Other;
    }
    let numbers = after_level(message).and_then(after_brackets).and_then(|rest| rest.strip_prefix("Stats"));
    let Some(numbers) = numbers.filter(|rest| rest.starts_with([' ', '\t'])) else {
        return Line::Almost(Almost::Beginning);
    };
    match stats(numbers.trim_start()) {
        Ok(stats) => Line::Event(Event::WebBridge(stats)),
        Err(reason) => Line::Almost(reason),
    }
}

/// Looks at the message of another program.
pub(super) fn misplaced(message: &str) -> Line {
    if looks_alike(message) { Line::Almost(Almost::StatsElsewhere) } else { Line::Other }
}

/// Whether `Stats` and a number stand anywhere in it.
fn looks_alike(message: &str) -> bool {
    message.match_indices("Stats").any(|(place, word)| {
        let rest = &message[place + word.len()..];
        rest.trim_start().trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Takes `[DEBUG]`, whatever the language.
fn after_brackets(text: &str) -> Option<&str> {
    let (word, rest) = text.strip_prefix('[')?.split_once(']')?;
    let is_word = word.chars().all(|c| c.is_alphabetic() || c == ' ' || c == '-');
    (is_word && !word.is_empty() && word.len() <= MAX_BRACKET_BYTES).then(|| rest.trim_start())
}

/// `149, c:3477, d:3170` and nothing behind it.
fn stats(text: &str) -> Result<WebBridgeStats, Almost> {
    let (sessions, rest) = digits(text)?;
    let (c, rest) = digits(after(rest, &[",", "c", ":"])?)?;
    let (d, rest) = digits(after(rest, &[",", "d", ":"])?)?;
    if !rest.trim().is_empty() {
        return Err(Almost::More);
    }
    let sessions = u32::try_from(sessions).ok().filter(|sessions| *sessions <= MAX_COUNT);
    Ok(WebBridgeStats { sessions: sessions.ok_or(Almost::TooHigh)?, c, d })
}

/// Takes these pieces, with or without spaces between them.
fn after<'a>(text: &'a str, pieces: &[&str]) -> Result<&'a str, Almost> {
    let mut rest = text;
    for piece in pieces {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Err(Almost::CutOff);
        }
        rest = rest.strip_prefix(piece).ok_or(Almost::Numbers)?;
    }
    Ok(rest.trim_start())
}

fn digits(text: &str) -> Result<(u64, &str), Almost> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Err(if text.is_empty() { Almost::CutOff } else { Almost::Numbers });
    }
    let number = text[..length].parse().map_err(|_| Almost::TooHigh)?;
    Ok((number, &text[length..]))
}
