//! Maintenance windows: when work that cuts calls may begin, on a clock on the wall, daylight-saving nights included.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// Longest window: a week, so that one that never closes is written as what it is.
pub const MAX_LENGTH: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Days that are looked at around a moment: those on which a window of [`MAX_LENGTH`] can have begun, and a week ahead.
const DAYS_BACK: i64 = 8;
const DAYS_AHEAD: i64 = 8;

/// A window that opens on some days of the week at a time of the wall clock and lasts for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceWindow {
    days: Vec<Weekday>,
    from: Time,
    length: SignedDuration,
    zone: TimeZone,
}

/// Why there is no such window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MaintenanceError {
    /// It would never open.
    #[error("a maintenance window needs at least one day of the week")]
    NoDay,
    /// It would close before it opens, or never.
    #[error("a maintenance window lasts longer than nothing and a week at most")]
    Length,
}

impl MaintenanceWindow {
    /// A window on each of `days`, from `from` in `zone`, for `length`.
    ///
    /// A time that the clock skips in the spring is the moment after the gap; one that comes twice in autumn is its
    /// first. The length is real time: two hours are two hours on those nights too.
    ///
    /// # Errors
    /// [`MaintenanceError`] for no day, or a length that is not above zero and at most [`MAX_LENGTH`].
    pub fn new(
        days: impl IntoIterator<Item = Weekday>,
        from: Time,
        length: SignedDuration,
        zone: TimeZone,
    ) -> Result<Self, MaintenanceError> {
        let days: Vec<Weekday> = days.into_iter().collect();
        if days.is_empty() {
            return Err(MaintenanceError::NoDay);
        }
        if length <= SignedDuration::ZERO || length > MAX_LENGTH {
            return Err(MaintenanceError::Length);
        }
        Ok(Self { days, from, length, zone })
    }

    /// Whether the window is open at this moment. The moment of its end is outside.
    #[must_use]
    pub fn contains(&self, now: Timestamp) -> bool {
        self.openings(now).any(|opening| opening <= now && now < self.closing(opening))
    }

    /// When the window opens next, after this moment.
    #[must_use]
    pub fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        self.openings(now).find(|opening| *opening > now)
    }

    /// When the window that is open now closes.
    #[must_use]
    pub fn closes(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.openings(now).filter(|opening| *opening <= now && now < self.closing(*opening));
        open.map(|opening| self.closing(opening)).max()
    }

    /// Openings around a moment, the earliest first.
    fn openings(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let today = self.zone.to_datetime(now).date();
        (-DAYS_BACK..=DAYS_AHEAD).filter_map(move |days| {
            let date = today.checked_add(days.days()).ok()?;
            self.days.contains(&date.weekday()).then(|| self.opening(date)).flatten()
        })
    }

    fn closing(&self, opening: Timestamp) -> Timestamp {
        opening.checked_add(self.length).unwrap_or(Timestamp::MAX)
    }

    fn opening(&self, date: Date) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(date.to_datetime(self.from)).compatible().ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    fn saturday_at_two(zone: &str) -> MaintenanceWindow {
        let zone = TimeZone::get(zone).unwrap();
        MaintenanceWindow::new([Weekday::Saturday], time(2, 0, 0, 0), SignedDuration::from_hours(2), zone)
            .unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn it_is_open_from_its_first_moment_to_just_before_its_end() {
        let window = saturday_at_two("Europe/Brussels");
        assert!(!window.contains(at("2026-11-28T00:59:59Z")));
        assert!(window.contains(at("2026-11-28T01:00:00Z")), "two in Brussels in winter");
        assert!(window.contains(at("2026-11-28T02:59:59Z")));
        assert!(!window.contains(at("2026-11-28T03:00:00Z")));
        assert!(!window.contains(at("2026-11-27T01:30:00Z")), "a Friday");
        assert_eq!(window.closes(at("2026-11-28T01:30:00Z")), Some(at("2026-11-28T03:00:00Z")));
        assert_eq!(window.closes(at("2026-11-28T03:00:00Z")), None);
    }

    #[test]
    fn it_opens_once_a_week_also_over_a_change_of_the_clock() {
        let window = saturday_at_two("Europe/Brussels");
        let first = window.next_opening(at("2026-10-20T12:00:00Z")).unwrap();
        assert_eq!(first, at("2026-10-24T00:00:00Z"), "summer time");
        assert_eq!(window.next_opening(first), Some(at("2026-10-31T01:00:00Z")), "winter time");
    }

    #[test]
    fn a_time_that_the_clock_skips_is_the_moment_after_the_gap_and_one_that_comes_twice_is_its_first() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let hour = SignedDuration::from_hours(1);
        let sunday = MaintenanceWindow::new([Weekday::Sunday], time(2, 30, 0, 0), hour, zone).unwrap();
        assert_eq!(sunday.next_opening(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T01:30:00Z")));
        assert_eq!(sunday.next_opening(at("2026-10-24T12:00:00Z")), Some(at("2026-10-25T00:30:00Z")));
        assert!(sunday.contains(at("2026-10-25T01:29:59Z")));
        assert!(
            !sunday.contains(at("2026-10-25T01:30:00Z")),
            "half past two comes again; the window does not"
        );
    }

    #[test]
    fn a_window_over_midnight_and_one_of_a_whole_week_hold() {
        let day = [Weekday::Friday];
        let evening =
            MaintenanceWindow::new(day, time(22, 0, 0, 0), SignedDuration::from_hours(6), TimeZone::UTC)
                .unwrap();
        assert!(evening.contains(at("2026-11-28T03:59:59Z")));
        let week = MaintenanceWindow::new(day, time(22, 0, 0, 0), MAX_LENGTH, TimeZone::UTC).unwrap();
        assert!(week.contains(at("2026-11-27T21:59:59Z")) && week.contains(at("2026-11-27T22:00:00Z")));
    }

    #[test]
    fn windows_that_never_open_or_never_close_are_refused() {
        let with = |days: &[Weekday], hours| {
            let length = SignedDuration::from_hours(hours);
            MaintenanceWindow::new(days.iter().copied(), time(2, 0, 0, 0), length, TimeZone::UTC).unwrap_err()
        };
        assert_eq!(with(&[], 2), MaintenanceError::NoDay);
        assert_eq!(with(&[Weekday::Friday], 0), MaintenanceError::Length);
        assert_eq!(with(&[Weekday::Friday], 7 * 24 + 1), MaintenanceError::Length);
        let moment = Timestamp::MAX;
        assert_eq!(saturday_at_two("UTC").next_opening(moment), None, "the end of time is no crash");
    }
}
