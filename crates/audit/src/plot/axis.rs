//! Where a moment and a number lie in the picture, and the words at the axes.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Distances between labels of the time axis, in seconds: minutes, hours, days, weeks.
const TIME_STEPS: [i64; 15] = [
    60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_419_200,
    4_838_400, 9_676_800,
];
/// Most labels of the time axis.
const MOST_TIME_LABELS: i64 = 9;
/// Most labels of a scale.
const MOST_NUMBERS: u32 = 6;

/// Time from left to right.
pub(super) struct TimeAxis {
    from: Timestamp,
    until: Timestamp,
    pub(super) left: f64,
    pub(super) right: f64,
}

impl TimeAxis {
    /// One that shows all these moments; nothing if there are none.
    pub(super) fn over(times: impl Iterator<Item = Timestamp>, left: f64, right: f64) -> Option<Self> {
        let (mut from, mut until) = (Timestamp::MAX, Timestamp::MIN);
        for time in times {
            (from, until) = (from.min(time), until.max(time));
        }
        if from > until {
            return None;
        }
        if from == until {
            // A single sample stands in the middle of ten minutes.
            let around = SignedDuration::from_mins(5);
            from = from.saturating_sub(around).unwrap_or(from);
            until = until.saturating_add(around).unwrap_or(until);
        }
        Some(Self { from, until, left, right })
    }

    /// Where a moment lies.
    pub(super) fn x(&self, at: Timestamp) -> f64 {
        let whole = self.until.duration_since(self.from).as_secs_f64();
        let part = at.duration_since(self.from).as_secs_f64();
        self.left + (self.right - self.left) * (part / whole).clamp(0.0, 1.0)
    }

    /// The moments that are labelled: on whole steps of local time.
    fn ticks(&self, zone: &TimeZone) -> Vec<Timestamp> {
        let span = self.until.duration_since(self.from).as_secs();
        let fits = |step: &&i64| span / **step <= MOST_TIME_LABELS;
        // Longer than the table goes: as many labels as fit.
        let step = TIME_STEPS.iter().find(fits).copied().unwrap_or(span / MOST_TIME_LABELS + 1);
        let offset = i64::from(zone.to_offset(self.from).seconds());
        let first = (self.from.as_second() + offset).div_euclid(step) * step + step - offset;
        (0..=MOST_TIME_LABELS + 1)
            .filter_map(|index| Timestamp::from_second(first + index * step).ok())
            .take_while(|at| *at <= self.until)
            .collect()
    }

    /// Lines of the grid.
    pub(super) fn grid(&self, zone: &TimeZone, top: f64, bottom: f64, out: &mut String) {
        for at in self.ticks(zone) {
            let x = self.x(at);
            let _ = writeln!(out, "<path d=\"M{x:.1} {top}V{bottom}\" stroke=\"#eee\"/>");
        }
    }

    /// Dates and times below the picture.
    pub(super) fn labels(&self, zone: &TimeZone, bottom: f64, out: &mut String) {
        let mut before = None;
        for at in self.ticks(zone) {
            let x = self.x(at);
            let local = at.to_zoned(zone.clone());
            let _ = writeln!(out, "<path d=\"M{x:.1} {bottom}v5\" stroke=\"#000\"/>");
            let time = local.strftime("%H:%M");
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{time}</text>",
                bottom + 18.0
            );
            if before != Some(local.date()) {
                let date = local.strftime("%Y-%m-%d");
                let y = bottom + 32.0;
                let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{date}</text>");
            }
            before = Some(local.date());
        }
    }
}

/// Numbers from bottom to top.
pub(super) struct Scale {
    highest: u32,
    step: u32,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Scale {
    /// One that reaches so far, and a little further to a round number.
    pub(super) fn up_to(most: u32, top: f64, bottom: f64) -> Self {
        let decades = (0..10).map(|power| 10_u32.pow(power));
        let mut steps = decades.flat_map(|ten| [1, 2, 5].map(|digit| ten.saturating_mul(digit)));
        let step = steps.find(|step| most / step < MOST_NUMBERS).unwrap_or(u32::MAX);
        let highest = most.div_ceil(step).max(1).saturating_mul(step);
        Self { highest, step, top, bottom }
    }

    /// Where a number lies.
    pub(super) fn y(&self, number: u32) -> f64 {
        self.bottom - (self.bottom - self.top) * f64::from(number) / f64::from(self.highest)
    }

    /// The numbers that are labelled, from zero.
    pub(super) fn ticks(&self) -> impl Iterator<Item = u32> {
        (0..=self.highest / self.step).map(|index| index * self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn two_weeks_are_labelled_at_midnights_of_the_zone() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let times = [at("2020-06-01T10:00:00Z"), at("2020-06-15T10:00:00Z")];
        let axis = TimeAxis::over(times.into_iter(), 0.0, 100.0).unwrap();
        let ticks = axis.ticks(&zone);
        assert!((5..=10).contains(&ticks.len()), "{ticks:?}");
        for tick in ticks {
            let local = tick.to_zoned(zone.clone());
            assert_eq!((local.hour(), local.minute()), (0, 0));
        }
    }

    #[test]
    fn every_span_has_a_bounded_number_of_labels() {
        for seconds in [1, 59, 60, 3_599, 86_400 * 400, 86_400 * 365 * 90] {
            let times =
                [at("2000-01-01T00:00:00Z"), at("2000-01-01T00:00:00Z") + SignedDuration::from_secs(seconds)];
            let axis = TimeAxis::over(times.into_iter(), 0.0, 1.0).unwrap();
            assert!(axis.ticks(&TimeZone::UTC).len() <= 11, "{seconds}");
        }
    }

    #[test]
    fn a_scale_ends_at_a_round_number_that_is_high_enough() {
        for (most, highest) in [(0, 1), (1, 1), (7, 8), (149, 150), (150, 150), (1_001, 1_200)] {
            let scale = Scale::up_to(most, 0.0, 10.0);
            assert_eq!(scale.ticks().last(), Some(highest), "{most}");
            assert!((scale.y(0) - 10.0).abs() < 1e-9 && scale.y(most) >= 0.0);
            assert!(scale.ticks().count() <= 7);
        }
        assert!(Scale::up_to(u32::MAX, 0.0, 10.0).ticks().count() <= 7);
    }
}
