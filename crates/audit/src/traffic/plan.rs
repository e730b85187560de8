//! What happens in a model.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::deployment::DEFAULT_LIMIT;

/// Guests of each hour of a working day, in thousandths of the day's. Nobody comes at night.
const WORKING_DAY: [u32; 24] =
    [0, 0, 0, 0, 0, 0, 5, 40, 110, 140, 130, 80, 50, 90, 130, 110, 60, 25, 15, 10, 5, 0, 0, 0];
/// On a Saturday or Sunday so many hundredths of a working day's guests come.
const WEEKEND_PERCENT: f64 = 10.0;

/// What happens in a model. Public fields: a plan is written down by who makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The same seed gives the same guests.
    pub seed: u64,
    /// When it begins, with nobody there.
    pub from: Timestamp,
    /// Names of the Web Bridges.
    pub web_bridges: Vec<String>,
    /// Names of the Call Bridges. A server may be both.
    pub call_bridges: Vec<String>,
    /// Which part of the sessions of each Web Bridge leaks: 0.02 is every fiftieth.
    pub leak_share: Vec<f64>,
    /// Guests of a working day, over all bridges.
    pub guests_per_day: f64,
    /// How long a guest looks at the landing page: at least and at most.
    pub landing_seconds: (i64, i64),
    /// How long a call lasts: at least and at most.
    pub call_seconds: (i64, i64),
    /// Sessions at which a Web Bridge takes no new guest.
    pub limit: u32,
}

impl Plan {
    /// Four Web Bridges that leak at different rates and four Call Bridges, 1,000 guests on a working day.
    #[must_use]
    pub fn four_and_four(seed: u64, from: Timestamp) -> Self {
        let named = |kind: &str| (1..=4).map(|number| format!("{kind}{number}")).collect();
        Self {
            seed,
            from,
            web_bridges: named("webbridge"),
            call_bridges: named("core"),
            leak_share: vec![0.010, 0.015, 0.020, 0.005],
            guests_per_day: 1_000.0,
            landing_seconds: (1, 40),
            call_seconds: (60, 3_600),
            limit: DEFAULT_LIMIT,
        }
    }

    /// How probable it is that a guest comes in this second (UTC).
    pub(super) fn guests_per_second(&self, at: Timestamp) -> f64 {
        let local = TimeZone::UTC.to_datetime(at);
        let hour = usize::try_from(local.hour()).ok().and_then(|hour| WORKING_DAY.get(hour));
        let weekend = matches!(local.date().weekday(), Weekday::Saturday | Weekday::Sunday);
        let share = if weekend { WEEKEND_PERCENT / 100.0 } else { 1.0 };
        self.guests_per_day * share * f64::from(hour.copied().unwrap_or(0)) / 1_000.0 / 3_600.0
    }
}
