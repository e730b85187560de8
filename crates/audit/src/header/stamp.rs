//! Stamps: `Jun  8 14:53:18`, with or without fractions; `2024-03-05T16:50:25.736` and the same with spaces or an offset.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::cursor::Cursor;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Digits of a fraction of a second that are kept; more are read and dropped.
const FRACTION_DIGITS: usize = 9;

/// Month, day and time, and as much of year and zone as the line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31. Whether the month has that day depends on the year.
    pub day: i8,
    /// Time of the day. A leap second is the second before it.
    pub time: Time,
    /// What else the line tells.
    pub clock: Clock,
}

/// What a stamp tells beyond month, day and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Nothing: year and zone have to be supplied.
    NoYear,
    /// The year; the zone has to be supplied.
    Local {
        /// The year.
        year: i16,
    },
    /// Year and distance from UTC.
    Absolute {
        /// The year.
        year: i16,
        /// East of Greenwich is positive.
        offset: Offset,
    },
}

impl Stamp {
    /// Whether the line tells the year.
    #[must_use]
    pub fn has_year(&self) -> bool {
        self.clock != Clock::NoYear
    }

    /// Date and time on the wall in a year; `None` for the 29th of February in a year that has none.
    #[must_use]
    pub fn in_year(&self, year: i16) -> Option<DateTime> {
        Date::new(year, self.month, self.day).ok().map(|date| date.to_datetime(self.time))
    }
}

/// Takes the stamp if one stands here; else the cursor stays.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let mut ahead = *cursor;
    let stamp = bsd(&mut ahead).or_else(|| {
        ahead = *cursor;
        iso(&mut ahead)
    })?;
    *cursor = ahead;
    Some(stamp)
}

fn bsd(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let name = cursor.take_word();
    let month = (1..).zip(MONTHS).find(|(_, month)| month.eq_ignore_ascii_case(name))?.0;
    let day = number(cursor.take_word(), 1..=2)?;
    // RFC 3164 has no colon behind the time; some relays write one.
    let (time, rest) = time(cursor.take_word())?;
    if !rest.is_empty() && rest != ":" {
        return None;
    }
    plausible(month, day, time, Clock::NoYear)
}

fn iso(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let word = cursor.take_word();
    let (date, time_word) = match word.split_once('T') {
        Some((date, time)) => (date, time),
        None => (word, cursor.take_word()),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = (number(year, 4..=4)?, number(month, 2..=2)?, number(day, 2..=2)?);
    let (time, zone) = time(time_word)?;
    let clock = match zone {
        "" => Clock::Local { year },
        zone => Clock::Absolute { year, offset: offset(zone)? },
    };
    let stamp = plausible(i8::try_from(month).ok()?, day, time, clock)?;
    stamp.in_year(year).map(|_| stamp)
}

fn plausible(month: i8, day: i16, time: Time, clock: Clock) -> Option<Stamp> {
    // A leap year has every day that any year has.
    let day = i8::try_from(day).ok()?;
    Date::new(2024, month, day).ok().map(|_| Stamp { month, day, time, clock })
}

/// `hh:mm:ss`, a fraction after a point or a comma; and what stands behind it in the same word.
fn time(word: &str) -> Option<(Time, &str)> {
    let (clock, rest) = (word.get(..8)?, word.get(8..)?);
    let mut parts = clock.split(':').map(|part| number(part, 2..=2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let (nanosecond, rest) = match rest.strip_prefix(['.', ',']) {
        None => (0, rest),
        Some(rest) => fraction(rest)?,
    };
    let small = |number: i16| i8::try_from(number).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second.min(59))?, nanosecond).ok()?;
    (second <= 60).then_some((time, rest))
}

/// Nanoseconds.
fn fraction(text: &str) -> Option<(i32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let kept = &text[..length.min(FRACTION_DIGITS)];
    let number: i32 = kept.parse().ok()?;
    let missing = u32::try_from(FRACTION_DIGITS - kept.len()).ok()?;
    Some((number * 10_i32.pow(missing), &text[length..]))
}

/// `Z`, `+02:00`, `-0700`.
fn offset(text: &str) -> Option<Offset> {
    if text == "Z" || text == "z" {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = (digits.get(..2)?, digits.get(2..)?);
    let (hours, minutes) =
        (number(hours, 2..=2)?, number(minutes.strip_prefix(':').unwrap_or(minutes), 2..=2)?);
    let seconds = sign * (i64::from(hours) * 3_600 + i64::from(minutes) * 60);
    (hours < 24 && minutes < 60).then(|| Offset::try_from(SignedDuration::from_secs(seconds)).ok()).flatten()
}

/// A number of so many digits and nothing else.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let fits = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}
