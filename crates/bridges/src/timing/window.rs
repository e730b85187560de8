//! Windows in which restarts may begin: `Sat 02:00 Europe/Brussels for 2h`.

use std::fmt;
use std::str::FromStr;

use everpresent_audit::MaintenanceWindow;
use everpresent_audit::maintenance::MAX_LENGTH;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use thiserror::Error;

use super::length::{Length, LengthError};
use super::opening::{Opening, OpeningError, Rule};

/// How long a window is open if it does not say.
pub const DEFAULT_WINDOW: Length = Length::minutes(120);

/// A window: when it opens, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Window {
    opening: Opening,
    length: Length,
    /// For weekly windows: the audit's own, so that both agree on every night.
    weekly: Option<MaintenanceWindow>,
}

/// Why a text is no window.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WindowError {
    /// Its beginning.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// Its length.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// It never closes.
    #[error("a maintenance window lasts a week at most, not {length}")]
    TooLong {
        /// What was asked.
        length: Length,
    },
}

impl Window {
    /// A window that opens so and stays open for `length`.
    ///
    /// # Errors
    /// [`WindowError::TooLong`] for more than a week.
    pub fn new(opening: Opening, length: Length) -> Result<Self, WindowError> {
        if length.signed() > MAX_LENGTH {
            return Err(WindowError::TooLong { length });
        }
        let weekly = match opening.rule() {
            Rule::Weekly(days, time, _) => {
                let zone = TimeZone::get(opening.zone()).unwrap_or(TimeZone::UTC);
                MaintenanceWindow::new(days.iter().copied(), *time, length.signed(), zone).ok()
            }
            Rule::Cron(..) => None,
        };
        Ok(Self { opening, length, weekly })
    }

    /// Whether it is open. The moment of its end is outside.
    pub fn contains(&self, now: Timestamp) -> bool {
        self.closes(now).is_some()
    }

    /// When it opens next, after this moment.
    pub fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        self.opening.next_after(now)
    }

    /// When the window that is open now closes.
    pub fn closes(&self, now: Timestamp) -> Option<Timestamp> {
        if let Some(weekly) = &self.weekly {
            return weekly.closes(now);
        }
        // The first opening whose window can still be open; later ones, until now, keep it open longer.
        let mut from = now.checked_sub(self.length.signed()).ok()?;
        let mut last = None;
        while let Some(opening) = self.opening.next_after(from).filter(|opening| *opening <= now) {
            last = Some(opening);
            from = opening;
        }
        last.and_then(|opening| opening.checked_add(self.length.signed()).ok())
    }

    /// When it opens.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// How long it is open.
    pub fn length(&self) -> Length {
        self.length
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        let (opening, length) = match text.rsplit_once(" for ") {
            Some((opening, length)) => (opening, length.trim().parse()?),
            None => (text, DEFAULT_WINDOW),
        };
        Self::new(opening.parse()?, length)
    }
}

impl TryFrom<String> for Window {
    type Error = WindowError;

    fn try_from(text: String) -> Result<Self, WindowError> {
        text.parse()
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.opening, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str, now: &str) -> bool {
        text.parse::<Window>().unwrap().contains(now.parse().unwrap())
    }

    #[test]
    fn both_forms_are_open_from_their_first_moment_to_just_before_their_end() {
        for text in ["Sat 02:00 Europe/Brussels for 2h", "0 2 * * 6 Europe/Brussels for 2h"] {
            assert!(!open(text, "2026-11-28T00:59:59Z"), "{text}");
            assert!(open(text, "2026-11-28T01:00:00Z"), "{text}");
            assert!(open(text, "2026-11-28T02:59:59Z"), "{text}");
            assert!(!open(text, "2026-11-28T03:00:00Z"), "{text}");
            assert!(!open(text, "2026-11-27T01:30:00Z"), "{text}: a Friday");
        }
        assert_eq!("Sat 02:00 UTC".parse::<Window>().unwrap().length(), DEFAULT_WINDOW);
    }

    #[test]
    fn two_hours_are_two_hours_in_the_nights_when_the_clock_changes() {
        for text in ["Sun 01:30 Europe/Brussels for 2h", "30 1 * * 7 Europe/Brussels for 2h"] {
            // Spring: 01:30 is 00:30Z, and 02:30Z is 04:30 on the wall.
            assert!(open(text, "2026-03-29T02:29:59Z") && !open(text, "2026-03-29T02:30:00Z"), "{text}");
            // Autumn: 01:30 is 23:30Z of the day before, and 01:30Z is 02:30, the second time.
            assert!(open(text, "2026-10-25T01:29:59Z") && !open(text, "2026-10-25T01:30:00Z"), "{text}");
        }
    }

    #[test]
    fn a_window_in_the_gap_opens_after_it_and_one_in_the_overlap_opens_once() {
        let cron = "30 2 * * 7 Europe/Brussels for 15m";
        assert!(!open(cron, "2026-03-29T00:59:59Z") && open(cron, "2026-03-29T01:00:00Z"));
        let weekly = "Sun 02:30 Europe/Brussels for 15m";
        assert!(!open(weekly, "2026-03-29T01:29:59Z") && open(weekly, "2026-03-29T01:30:00Z"));
        for text in [cron, weekly] {
            assert!(open(text, "2026-10-25T00:30:00Z"), "{text}");
            assert!(
                !open(text, "2026-10-25T01:30:00Z"),
                "{text}: half past two comes again, the window does not"
            );
        }
    }

    #[test]
    fn openings_within_an_open_window_keep_it_open() {
        let text = "*/30 2 * * * UTC for 40m";
        assert!(open(text, "2026-11-28T02:35:00Z") && open(text, "2026-11-28T03:09:59Z"));
        assert!(!open(text, "2026-11-28T03:10:00Z"));
    }

    #[test]
    fn windows_that_never_close_and_lengths_that_are_none_are_refused() {
        let refused = |text: &str| text.parse::<Window>().unwrap_err().to_string();
        assert!(refused("Sat 02:00 UTC for 8d").contains("a week at most, not 8d"));
        assert!(refused("Sat 02:00 UTC for ever").contains("no length of time"));
        assert!(refused("Sat 02:00 for 2h").contains("no schedule"));
    }
}
