//! How fast a Web Bridge fills with leaked sessions, and when it will be full.
//!
//! Most of what is counted by day are people. What stays is seen at the lowest count of each day, so the rate is the robust
//! slope of the lowest counts of whole days; only without three of them it is that of hours, and then says so.

use jiff::{SignedDuration, Timestamp};

use super::restarts::fell;
use super::{Auditor, Restart, later};
use crate::deployment::ServerId;
use crate::series::{Sample, Sessions};
use crate::trend::{self, MAX_POINTS, Point};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Lowest counts from which a rate is made, in one stretch without restart.
const LEAST_POINTS: usize = 3;
/// Days whose highest counts show what guests add to leaked sessions.
const BUSY_DAYS: usize = 7;
/// Nothing is forecast further ahead.
const HORIZON: SignedDuration = SignedDuration::from_hours(366 * 24);

/// From what a rate was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The lowest counts of whole days.
    Days,
    /// The lowest counts of hours, because there are too few days: guests of that time of the day are in it.
    Hours,
}

/// How fast sessions stay on a bridge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Sessions a day; negative if they become fewer.
    pub per_day: f64,
    /// From what it was made.
    pub basis: Basis,
    /// From how many lowest counts.
    pub points: usize,
}

/// When a bridge will be full if it goes on like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// When the guests of a busy hour come on top of the leaked sessions: first guests are refused.
    pub full: Timestamp,
    /// When leaked sessions alone fill the bridge: nobody comes in any more.
    pub full_of_leaked: Timestamp,
}

/// One bucket of time: its lowest and its highest count with their moments.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    lowest: Sample<Sessions>,
    highest: Sample<Sessions>,
}

impl Auditor {
    /// The rate at which sessions stay on a Web Bridge. `None` without enough counts.
    #[must_use]
    pub fn trend(&self, server: ServerId, at: Timestamp) -> Option<Trend> {
        let stretches = self.stretches(server, at);
        for (basis, length) in [(Basis::Days, DAY), (Basis::Hours, HOUR)] {
            let lowest = lowest_of(&stretches, at, length);
            if lowest.iter().any(|points| points.len() >= LEAST_POINTS) {
                let per_second = trend::slope(&lowest)?;
                let per_day = per_second * DAY.as_secs_f64();
                return Some(Trend { per_day, basis, points: lowest.iter().map(Vec::len).sum() });
            }
        }
        None
    }

    /// When a Web Bridge will be full. `None` if it does not fill, or not within [`HORIZON`].
    #[must_use]
    pub fn forecast(&self, server: ServerId, at: Timestamp) -> Option<Forecast> {
        let trend = self.trend(server, at).filter(|trend| trend.per_day > 0.0)?;
        let slope = trend.per_day / DAY.as_secs_f64();
        let stretches = self.stretches(server, at);
        let current = stretches.last()?;
        let (days, hours) = (buckets(current, at, DAY), buckets(current, at, HOUR));
        let buckets = if days.is_empty() { hours } else { days };
        let points: Vec<Point> = buckets.iter().map(|bucket| point(bucket.lowest, at)).collect();
        // Time is counted from `at`, so this is what has stayed by now.
        let stayed = trend::height(&points, slope)?;
        let mut guests: Vec<f64> = buckets
            .iter()
            .rev()
            .take(BUSY_DAYS)
            .map(|bucket| {
                let (time, highest) = point(bucket.highest, at);
                highest - (stayed + slope * time)
            })
            .collect();
        let guests = trend::median(&mut guests)?.max(0.0);
        let limit = f64::from(self.deployment.server(server).limit);
        let when = |sessions: f64| {
            let seconds = ((sessions - stayed) / slope).max(0.0);
            (seconds <= HORIZON.as_secs_f64()).then(|| later(at, SignedDuration::from_secs_f64(seconds)))
        };
        let full_of_leaked = when(limit)?;
        Some(Forecast { full: when(limit - guests)?, full_of_leaked })
    }

    /// The counts of a bridge, cut at its restarts.
    fn stretches(&self, server: ServerId, at: Timestamp) -> Vec<Vec<Sample<Sessions>>> {
        let commands: Vec<Restart> =
            self.restarts(server, at).into_iter().filter(|restart| restart.by.is_some()).collect();
        let mut stretches: Vec<Vec<Sample<Sessions>>> = vec![Vec::new()];
        let mut before: Option<Sample<Sessions>> = None;
        for (moment, count) in self.history(server).sessions.between(Timestamp::MIN, at) {
            let cut = before.is_some_and(|(last, counted)| {
                fell(counted, count)
                    || commands.iter().any(|restart| last < restart.at && restart.at <= moment)
            });
            if cut {
                stretches.push(Vec::new());
            }
            if let Some(stretch) = stretches.last_mut() {
                stretch.push((moment, count));
            }
            before = Some((moment, count));
        }
        stretches
    }
}

/// The lowest counts of each stretch as points, the newest ones if there are more than can be compared.
fn lowest_of(stretches: &[Vec<Sample<Sessions>>], at: Timestamp, length: SignedDuration) -> Vec<Vec<Point>> {
    let mut room = MAX_POINTS;
    let mut lowest: Vec<Vec<Point>> = Vec::new();
    for stretch in stretches.iter().rev() {
        let buckets = buckets(stretch, at, length);
        let skipped = buckets.len().saturating_sub(room);
        let points: Vec<Point> = buckets[skipped..].iter().map(|bucket| point(bucket.lowest, at)).collect();
        room -= points.len();
        lowest.push(points);
    }
    lowest
}

/// Whole buckets of a stretch, counted back from its last count; the incomplete one at its beginning is left out.
fn buckets(stretch: &[Sample<Sessions>], at: Timestamp, length: SignedDuration) -> Vec<Bucket> {
    let (Some((first, _)), Some((last, _))) = (stretch.first(), stretch.last()) else {
        return Vec::new();
    };
    let mut buckets: Vec<(i64, Bucket)> = Vec::new();
    let number_of = |moment: Timestamp| last.duration_since(moment).as_secs() / length.as_secs();
    let whole = last.duration_since(*first).as_secs() / length.as_secs();
    for &(moment, count) in stretch {
        let number = number_of(moment);
        if number >= whole || moment > at {
            continue;
        }
        match buckets.last_mut().filter(|(current, _)| *current == number) {
            Some((_, bucket)) => bucket.add((moment, count)),
            None => buckets.push((number, Bucket { lowest: (moment, count), highest: (moment, count) })),
        }
    }
    buckets.into_iter().map(|(_, bucket)| bucket).collect()
}

impl Bucket {
    fn add(&mut self, sample: Sample<Sessions>) {
        if sample.1.sessions < self.lowest.1.sessions {
            self.lowest = sample;
        }
        if sample.1.sessions > self.highest.1.sessions {
            self.highest = sample;
        }
    }
}

/// Seconds from `at` (before it: negative) and sessions.
fn point((moment, count): Sample<Sessions>, at: Timestamp) -> Point {
    (moment.duration_since(at).as_secs_f64(), f64::from(count.sessions))
}
