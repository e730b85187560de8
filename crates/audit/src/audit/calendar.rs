//! The best hour for a restart: the one of the week in which the fewest calls were cut if it had been done then.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp, ToSpan as _, Unit, Zoned};

use super::{Auditor, PEAK_OVER, earlier};

/// An hour is looked for so far ahead, and not behind the moment at which a bridge will be full.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Hours of the past that are looked at: half a year.
const MAX_HOURS: usize = 26 * 7 * 24;

/// Hours of the week that must have been seen: of fewer, the quietest says nothing.
const LEAST_HOURS: usize = 24;

/// An hour with few calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHour {
    /// When it begins next.
    pub from: Zoned,
    /// The highest CMA calls in that hour of the week, over the history.
    pub calls_peak: u32,
    /// In how many weeks of the history it was seen.
    pub weeks: u32,
}

/// Hour of the week: a day and the hour of the wall clock.
type HourOfWeek = (i8, i8);

impl Auditor {
    /// The hour of the week with the lowest CMA peak in the history that begins after `at` and before `until` (or within
    /// [`LOOK_AHEAD`]). Of equals, the one with quiet hours on both sides; then the next one. `None` if less than a day
    /// was seen.
    #[must_use]
    pub fn quiet_hour(&self, at: Timestamp, until: Option<Timestamp>) -> Option<QuietHour> {
        let week = self.peaks_of_week(at);
        if week.len() < LEAST_HOURS {
            return None;
        }
        let now = at.to_zoned(self.settings.zone.clone());
        let first =
            now.round(jiff::ZonedRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Ceil)).ok()?;
        let ahead = at.checked_add(LOOK_AHEAD).unwrap_or(Timestamp::MAX);
        let until = until.map_or(ahead, |until| until.min(ahead));
        let hours = (0_i64..7 * 24).filter_map(|hours| first.checked_add(hours.hours()).ok());
        let within = hours.filter(|hour| hour.timestamp() > at && hour.timestamp() < until);
        let rated = within.filter_map(|hour| {
            let (calls_peak, weeks) = *week.get(&hour_of_week(&hour))?;
            Some(((calls_peak, beside(&week, &hour)), QuietHour { from: hour, calls_peak, weeks }))
        });
        rated.min_by_key(|(rate, _)| *rate).map(|(_, hour)| hour)
    }

    /// The highest CMA calls of all Call Bridges together in each hour of the week, and in how many weeks it was seen.
    fn peaks_of_week(&self, at: Timestamp) -> BTreeMap<HourOfWeek, (u32, u32)> {
        let bridges = self.calls().count();
        let mut hours: BTreeMap<i64, Vec<Option<u32>>> = BTreeMap::new();
        for (place, (_, series)) in self.calls().enumerate() {
            for (moment, count) in series.between(Timestamp::MIN, at) {
                let first = earlier(moment, PEAK_OVER).as_second().div_euclid(3_600);
                let last = moment.as_second().div_euclid(3_600);
                for hour in first..=last {
                    let peaks = hours.entry(hour).or_insert_with(|| vec![None; bridges]);
                    peaks[place] = peaks[place].max(Some(count.peak));
                }
            }
        }
        let mut week: BTreeMap<HourOfWeek, (u32, u32)> = BTreeMap::new();
        for (hour, peaks) in hours.iter().rev().take(MAX_HOURS) {
            // An hour in which a Call Bridge was silent may have been a busy one.
            let Some(sum) = peaks.iter().copied().sum::<Option<u32>>() else { continue };
            let Ok(begin) = Timestamp::from_second(hour * 3_600) else { continue };
            let entry = week.entry(hour_of_week(&begin.to_zoned(self.settings.zone.clone()))).or_default();
            *entry = (entry.0.max(sum), entry.1 + 1);
        }
        week
    }
}

fn hour_of_week(hour: &Zoned) -> HourOfWeek {
    (hour.weekday().to_monday_zero_offset(), hour.hour())
}

/// Calls in the hour before and in the hour after; an hour that was never seen counts as the busiest.
fn beside(week: &BTreeMap<HourOfWeek, (u32, u32)>, hour: &Zoned) -> u64 {
    let peak = |hours: i64| {
        let other = hour.checked_add(hours.hours()).ok()?;
        week.get(&hour_of_week(&other)).map(|(peak, _)| u64::from(*peak))
    };
    [-1, 1].iter().map(|hours| peak(*hours).unwrap_or(u64::from(u32::MAX))).sum()
}

impl QuietHour {
    /// The day of the week.
    #[must_use]
    pub fn weekday(&self) -> Weekday {
        self.from.weekday()
    }
}
