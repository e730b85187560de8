//! A length of time as it is written in the inventory: `90s`, `10m`, `6h`, `7d`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use thiserror::Error;

/// Longest length, in days. Whoever needs a longer one wants no limit at all.
const MAX_DAYS: u64 = 366;

/// Seconds of a day.
const DAY_SECONDS: u64 = 24 * 60 * 60;

/// A length above zero and at most a year, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Length {
    seconds: u64,
}

/// Why a text is no length.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{text:?} is no length of time: write a number and s, m, h or d, as in 90s, 10m, 6h or 7d; at most {MAX_DAYS}d"
)]
pub struct LengthError {
    text: String,
}

impl Length {
    /// So many minutes, at least one.
    pub const fn minutes(minutes: u32) -> Self {
        Self { seconds: if minutes == 0 { 60 } else { minutes as u64 * 60 } }
    }

    /// As a duration for timers.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// As a duration for calendars.
    pub fn signed(self) -> SignedDuration {
        // A year in seconds fits.
        SignedDuration::from_secs(i64::try_from(self.seconds).unwrap_or(i64::MAX))
    }
}

impl FromStr for Length {
    type Err = LengthError;

    fn from_str(text: &str) -> Result<Self, LengthError> {
        let wrong = || LengthError { text: text.chars().take(40).collect() };
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => DAY_SECONDS,
            _ => return Err(wrong()),
        };
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        let seconds =
            number.checked_mul(factor).filter(|seconds| (1..=MAX_DAYS * DAY_SECONDS).contains(seconds));
        seconds.map(|seconds| Self { seconds }).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Length {
    type Error = LengthError;

    fn try_from(text: String) -> Result<Self, LengthError> {
        text.parse()
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(DAY_SECONDS, 'd'), (60 * 60, 'h'), (60, 'm')];
        let whole = units.into_iter().find(|(factor, _)| self.seconds.is_multiple_of(*factor));
        let (factor, unit) = whole.unwrap_or((1, 's'));
        write!(f, "{}{unit}", self.seconds / factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_shown_as_it_is_written() {
        for text in ["90s", "10m", "6h", "7d", "366d", "1s"] {
            assert_eq!(text.parse::<Length>().unwrap().to_string(), text);
        }
        assert_eq!("120m".parse::<Length>().unwrap().to_string(), "2h");
        assert_eq!("10m".parse::<Length>().unwrap().duration(), Duration::from_secs(600));
    }

    #[test]
    fn what_is_no_length_is_refused() {
        for bad in
            ["", "m", "10", "0s", "-5m", "+5m", "1.5h", "10 m", "367d", "99999999999999999999d", "5é", "5M"]
        {
            assert!(bad.parse::<Length>().unwrap_err().to_string().contains("10m"), "{bad}");
        }
    }
}
