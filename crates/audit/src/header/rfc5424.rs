//! The header of RFC 5424 behind its `<PRI>`: version, time, host, application, process, message id, structured data.

use super::cursor::Cursor;
use super::{Header, is_host, stamp};

/// Elements of structured data that are skipped; a line with more is no header.
const MAX_ELEMENTS: usize = 16;

/// Reads it, or leaves the cursor where it was.
pub(super) fn header<'a>(cursor: &mut Cursor<'a>) -> Option<Header<'a>> {
    let mut ahead = *cursor;
    if ahead.take_word() != "1" {
        return None;
    }
    let stamp = match ahead.peek_word() {
        "-" => {
            ahead.take_word();
            None
        }
        _ => Some(stamp::read(&mut ahead)?),
    };
    let host = given(ahead.take_word()).filter(|host| is_host(host));
    let tag = given(ahead.take_word()).map(|name| name.trim_matches('"'));
    let (_process, _message_id) = (ahead.take_word(), ahead.take_word());
    skip_structured_data(&mut ahead)?;
    ahead.skip_spaces();
    ahead.set_rest(ahead.rest().trim_start_matches('\u{feff}'));
    *cursor = ahead;
    Some(Header { stamp, original_stamp: None, host, tag })
}

/// `-` stands for what is not known (§6).
fn given(word: &str) -> Option<&str> {
    (word != "-" && !word.is_empty()).then_some(word)
}

/// `-`, or elements in brackets; within quotes a backslash protects the next character (§6.3.3).
fn skip_structured_data(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.skip_spaces();
    if let Some(rest) = cursor.rest().strip_prefix('-') {
        cursor.set_rest(rest);
        return Some(());
    }
    for number in 0..=MAX_ELEMENTS {
        let Some(inside) = cursor.rest().strip_prefix('[') else {
            return (number > 0).then_some(());
        };
        cursor.set_rest(&inside[end_of_element(inside)? + 1..]);
    }
    None
}

/// Where the bracket that ends an element stands.
fn end_of_element(inside: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (place, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(place),
            _ => {}
        }
    }
    None
}
