//! Lengths and flags as text.

use std::time::Duration;

/// Longest length that can be set.
const LONGEST_SECONDS: u64 = 86_400;
/// Units, with their milliseconds.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

const LENGTH: &str = "write a number and a unit, up to a day, such as 200ms, 15s, 2m or 1h";
const POSITIVE: &str = "it must be above zero";
const LIMIT: &str = "write `auto`, or a number and a unit, up to a day, such as 120s or 2m";
const FLAG: &str = "write true or false";

/// Whether a length may be zero.
#[derive(Clone, Copy)]
pub(super) enum Range {
    Positive,
    FromZero,
}

/// Writes a length in whole seconds if it has them, else in milliseconds.
pub(super) fn length(length: Duration) -> String {
    if length.subsec_millis() == 0 {
        format!("{}s", length.as_secs())
    } else {
        format!("{}ms", length.as_millis())
    }
}

/// Writes a bound of the wait before a sign-in.
pub(super) fn limit(limit: Option<Duration>) -> String {
    limit.map_or_else(|| "auto".to_owned(), length)
}

fn parse(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let (_, milliseconds) = UNITS.into_iter().find(|(name, _)| *name == unit.trim_start())?;
    let length = Duration::from_millis(number.parse::<u64>().ok()?.checked_mul(milliseconds)?);
    (length <= Duration::from_secs(LONGEST_SECONDS)).then_some(length)
}

/// Reads a length into `into`; else says what can be read.
pub(super) fn read(value: &str, range: Range, into: &mut Duration) -> Result<(), &'static str> {
    let length = parse(value.trim()).ok_or(LENGTH)?;
    if length.is_zero() && matches!(range, Range::Positive) {
        return Err(POSITIVE);
    }
    *into = length;
    Ok(())
}

/// The same for a bound of the wait before a sign-in.
pub(super) fn read_limit(value: &str, into: &mut Option<Duration>) -> Result<(), &'static str> {
    *into = match value.trim() {
        "auto" => None,
        text => Some(parse(text).ok_or(LIMIT)?),
    };
    Ok(())
}

/// The same for a flag.
pub(super) fn read_flag(value: &str, into: &mut bool) -> Result<(), &'static str> {
    *into = value.trim().parse().map_err(|_| FLAG)?;
    Ok(())
}
