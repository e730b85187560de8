//! Counts of one server in the order of their time, whatever the order in which they came.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::line::{NowAndPeak, WebBridgeStats};

/// Counts that are kept of one server; the oldest go first. At one a minute that is three weeks, at one in five minutes
/// sixteen.
pub(crate) const MAX_SAMPLES: usize = 32_768;

/// A count that can be put in order.
pub(crate) trait Count: Copy + Ord {
    /// Not above any other.
    const LEAST: Self;
    /// Not below any other.
    const MOST: Self;
}

/// Sessions of a Web Bridge. In order of `c` first: of two counts of the same second the later one is the one that counted
/// on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sessions {
    pub(crate) c: u64,
    pub(crate) d: u64,
    pub(crate) sessions: u32,
}

/// CMA calls of a Call Bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Calls {
    pub(crate) now: u32,
    pub(crate) peak: u32,
}

impl From<WebBridgeStats> for Sessions {
    fn from(stats: WebBridgeStats) -> Self {
        Self { c: stats.c, d: stats.d, sessions: stats.sessions }
    }
}

impl From<NowAndPeak> for Calls {
    fn from(figure: NowAndPeak) -> Self {
        Self { now: figure.now, peak: figure.peak }
    }
}

impl Count for Sessions {
    const LEAST: Self = Self { c: 0, d: 0, sessions: 0 };
    const MOST: Self = Self { c: u64::MAX, d: u64::MAX, sessions: u32::MAX };
}

impl Count for Calls {
    const LEAST: Self = Self { now: 0, peak: 0 };
    const MOST: Self = Self { now: u32::MAX, peak: u32::MAX };
}

/// One count with its moment.
pub(crate) type Sample<C> = (Timestamp, C);

/// Counts of one server.
#[derive(Debug, Clone)]
pub(crate) struct Series<C> {
    samples: BTreeSet<Sample<C>>,
}

impl<C: Count> Series<C> {
    pub(crate) fn new() -> Self {
        Self { samples: BTreeSet::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Keeps a count; one that came before is the same one.
    pub(crate) fn insert(&mut self, at: Timestamp, count: C) {
        self.samples.insert((at, count));
        if self.samples.len() > MAX_SAMPLES {
            self.samples.pop_first();
        }
    }

    /// The newest count not later than `to`.
    pub(crate) fn newest(&self, to: Timestamp) -> Option<Sample<C>> {
        self.samples.range(..=(to, C::MOST)).next_back().copied()
    }

    /// The newest count later than `from` and not later than `to`.
    pub(crate) fn newest_within(&self, from: Timestamp, to: Timestamp) -> Option<Sample<C>> {
        self.newest(to).filter(|(at, _)| *at > from)
    }

    /// The first count not earlier than `from`.
    pub(crate) fn first_from(&self, from: Timestamp) -> Option<Sample<C>> {
        self.samples.range((from, C::LEAST)..).next().copied()
    }

    /// Counts from `from` to `to`, both included, the earliest first. None if `to` is earlier.
    pub(crate) fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl DoubleEndedIterator<Item = Sample<C>> + '_ {
        // A range that ends before it begins would panic.
        let last = (to.max(from), C::MOST);
        self.samples.range((from, C::LEAST)..=last).copied().filter(move |_| from <= to)
    }

    /// All counts, the earliest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = Sample<C>> + '_ {
        self.samples.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn calls(now: u32) -> Calls {
        Calls { now, peak: now }
    }

    #[test]
    fn counts_that_come_late_take_their_place_and_repeated_ones_are_the_same() {
        let mut series = Series::new();
        for at in [30, 10, 20, 10] {
            series.insert(second(at), calls(1));
        }
        let moments: Vec<i64> = series.all().map(|(at, _)| at.as_second()).collect();
        assert_eq!(moments, [10, 20, 30]);
        assert_eq!(series.newest(second(29)).unwrap().0, second(20));
        assert_eq!(
            series.newest_within(second(20), second(29)),
            None,
            "the beginning of a window is outside"
        );
        assert_eq!(series.first_from(second(20)).unwrap().0, second(20));
        assert_eq!(series.between(second(10), second(20)).count(), 2);
        assert_eq!(series.between(second(20), second(10)).count(), 0);
    }

    #[test]
    fn the_newest_are_kept_whatever_the_order() {
        let total = i64::try_from(MAX_SAMPLES).unwrap() + 5;
        let (mut up, mut down) = (Series::new(), Series::new());
        for at in 0..total {
            up.insert(second(at), calls(0));
            down.insert(second(total - 1 - at), calls(0));
        }
        assert_eq!(up.all().count(), MAX_SAMPLES);
        assert!(up.all().eq(down.all()));
        assert_eq!(up.all().next().unwrap().0, second(5));
    }
}
