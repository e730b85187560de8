//! Dates for stamps that tell neither year nor zone.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::header::{Clock, Stamp};

/// A line is not dated later than this after it was received: a clock may be ahead, and a zone be given wrongly.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Years that a log can be of. A damaged digit must not carry the audit a thousand years away.
pub const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;

/// Gives moments to the stamps of one log, over the turn of a year too.
#[derive(Debug, Clone)]
pub struct Dating {
    zone: TimeZone,
    /// The year of the first line, if it was supplied.
    first_year: Option<i16>,
    /// When the last line was.
    last: Option<Timestamp>,
}

impl Dating {
    /// For stamps of this zone. `first_year` is the year of the first line that does not tell its own; without it that is
    /// the latest year in which the line is not later than when it was received.
    #[must_use]
    pub fn new(zone: TimeZone, first_year: Option<i16>) -> Self {
        Self { zone, first_year, last: None }
    }

    /// When the last line was that told.
    #[must_use]
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// The moment of a stamp. `received`: when the log was written to last, or the line came in.
    ///
    /// `None` for a day that the year does not have, and outside of [`YEARS`].
    pub fn date(&mut self, stamp: &Stamp, received: Timestamp) -> Option<Timestamp> {
        let at = match stamp.clock {
            Clock::Absolute { year, offset } => offset.to_timestamp(stamp.in_year(year)?).ok()?,
            Clock::Local { year } => self.in_year(stamp, year)?,
            Clock::NoYear => match (self.last, self.first_year) {
                (Some(last), _) => self.nearest(stamp, last)?,
                (None, Some(year)) => self.in_year(stamp, year)?,
                (None, None) => self.latest(stamp, received)?,
            },
        };
        if !YEARS.contains(&TimeZone::UTC.to_datetime(at).year()) {
            return None;
        }
        self.last = Some(at);
        Some(at)
    }

    fn in_year(&self, stamp: &Stamp, year: i16) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(stamp.in_year(year)?).compatible().ok()
    }

    /// In the year in which it is nearest to the line before: December is followed by the next year's January, and a line
    /// of the old year that comes late stays there.
    fn nearest(&self, stamp: &Stamp, last: Timestamp) -> Option<Timestamp> {
        let year = self.zone.to_datetime(last).year();
        let candidates = (-1..=1).filter_map(|step| self.in_year(stamp, year.checked_add(step)?));
        candidates.min_by_key(|at| at.duration_since(last).abs())
    }

    /// In the latest year in which it is not in the future.
    fn latest(&self, stamp: &Stamp, received: Timestamp) -> Option<Timestamp> {
        let latest = received.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let year = self.zone.to_datetime(latest).year();
        // The 29th of February may lie eight years back (1896 to 1904).
        let candidates = (0..=8).filter_map(|back| self.in_year(stamp, year.checked_sub(back)?));
        candidates.into_iter().find(|at| *at <= latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Header;

    fn dates(dating: &mut Dating, received: &str, lines: &[&str]) -> Vec<String> {
        let received = received.parse().unwrap();
        let date = |line: &&str| {
            let stamp = Header::split(line).0.stamp.unwrap();
            dating.date(&stamp, received).map_or_else(|| "none".to_owned(), |at| at.to_string())
        };
        lines.iter().map(date).collect()
    }

    fn utc(first_year: Option<i16>) -> Dating {
        Dating::new(TimeZone::UTC, first_year)
    }

    #[test]
    fn without_a_year_a_log_ends_before_it_was_received() {
        let lines = ["Jun  8 14:53:18 x", "Jun  8 14:53:20 x"];
        let dated = dates(&mut utc(None), "2026-11-26T00:00:00Z", &lines);
        assert_eq!(dated, ["2026-06-08T14:53:18Z", "2026-06-08T14:53:20Z"]);
        let dated = dates(&mut utc(None), "2026-06-07T00:00:00Z", &lines);
        assert_eq!(dated[0], "2025-06-08T14:53:18Z", "the eighth of June has not come yet this year");
        let dated = dates(&mut utc(None), "2026-06-08T10:00:00Z", &lines);
        assert_eq!(dated[0], "2026-06-08T14:53:18Z", "a clock that is ahead, or a zone that was not given");
    }

    #[test]
    fn a_log_runs_over_the_turn_of_the_year_and_a_late_line_stays_in_the_old_one() {
        let lines = [
            "Dec 31 23:59:58 x",
            "Jan  1 00:00:01 x",
            "Dec 31 23:59:59 x",
            "Jan  1 00:00:02 x",
            "Feb 28 00:00:00 x",
        ];
        let expected = [
            "2019-12-31T23:59:58Z",
            "2020-01-01T00:00:01Z",
            "2019-12-31T23:59:59Z",
            "2020-01-01T00:00:02Z",
            "2020-02-28T00:00:00Z",
        ];
        assert_eq!(dates(&mut utc(Some(2019)), "2026-11-26T00:00:00Z", &lines), expected);
        assert_eq!(dates(&mut utc(None), "2020-03-01T00:00:00Z", &lines), expected);
    }

    #[test]
    fn a_zone_is_applied_to_stamps_without_one_and_to_no_other() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let lines = [
            "Jun  8 14:53:18 x",
            "2020-12-08T14:53:18 x",
            "2020-12-08T14:53:18Z x",
            "2020-12-08T14:53:18-07:00 x",
        ];
        let dated = dates(&mut Dating::new(zone, Some(2020)), "2026-11-26T00:00:00Z", &lines);
        assert_eq!(
            dated,
            ["2020-06-08T12:53:18Z", "2020-12-08T13:53:18Z", "2020-12-08T14:53:18Z", "2020-12-08T21:53:18Z"]
        );
    }

    #[test]
    fn a_damaged_year_is_no_moment_and_does_not_lead_others_astray() {
        let lines =
            ["2020-06-08T14:53:18 x", "1020-06-08T14:53:19 x", "9020-06-08T14:53:19 x", "Jun  8 14:53:20 x"];
        let dated = dates(&mut utc(None), "2026-11-26T00:00:00Z", &lines);
        assert_eq!(dated, ["2020-06-08T14:53:18Z", "none", "none", "2020-06-08T14:53:20Z"]);
    }

    #[test]
    fn a_day_that_the_year_does_not_have_is_no_moment_and_changes_nothing() {
        let lines = ["Feb 29 12:00:00 x", "Mar  1 12:00:00 x"];
        let dated = dates(&mut utc(Some(2023)), "2026-11-26T00:00:00Z", &lines);
        assert_eq!(dated, ["none", "2023-03-01T12:00:00Z"]);
        let dated = dates(&mut utc(None), "2026-11-26T00:00:00Z", &lines);
        assert_eq!(dated, ["2024-02-29T12:00:00Z", "2024-03-01T12:00:00Z"]);
    }
}
