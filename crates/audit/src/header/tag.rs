//! The tag before a message: `host:server:`, `"webbridge":`, `« webbridge » :`, `postgres[54639]:`.

use super::MAX_WORD_BYTES;
use super::cursor::Cursor;

/// Quotes that documents, translators and relays put around a tag.
const QUOTES: &[(char, char)] = &[
    ('"', '"'),
    ('\'', '\''),
    ('«', '»'),
    ('»', '«'),
    ('“', '”'),
    ('„', '“'),
    ('”', '”'),
    ('‘', '’'),
    ('‹', '›'),
];

/// Takes the tag if one stands here: the name alone is returned.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let text = cursor.rest().trim_start_matches([' ', '\t']);
    let (name, rest) = quoted(text).or_else(|| bare(text))?;
    if name.is_empty() || name.len() > MAX_WORD_BYTES || is_level(name) {
        return None;
    }
    cursor.set_rest(rest);
    Some(name)
}

/// Quotes are sign enough, so there may be spaces inside them and before the colon.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let (open, close) = QUOTES.iter().find(|(open, _)| *open == first)?;
    let (name, rest) = text[open.len_utf8()..].split_once(*close)?;
    let rest = without_process(rest).trim_start_matches([' ', '\t', '\u{a0}', '\u{202f}']);
    let rest = rest.strip_prefix([':', '：'])?;
    Some((name.trim().trim_end_matches(':'), rest))
}

fn bare(text: &str) -> Option<(&str, &str)> {
    let word = text.split([' ', '\t']).next()?;
    let name = word.strip_suffix(':')?;
    let rest = &text[word.len()..];
    let name = match name.split_once('[') {
        Some((name, process)) if process.strip_suffix(']').is_some_and(is_number) => name,
        _ => name,
    };
    let fits = name.chars().all(|c| c.is_alphanumeric() || "-_.:/".contains(c));
    fits.then_some((name, rest))
}

/// Drops `[123]`.
fn without_process(text: &str) -> &str {
    let inside = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    inside.filter(|(process, _)| is_number(process)).map_or(text, |(_, rest)| rest)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `INFO:` and `STATS:` begin a message that has no tag.
fn is_level(name: &str) -> bool {
    ["INFO", "STATS"].contains(&name)
}
