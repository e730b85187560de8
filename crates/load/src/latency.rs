//! Latencies, recorded with three significant digits.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::error::Error;

/// The longest latency told apart from longer ones.
const LONGEST_SECONDS: u64 = 120;
/// Shorter ones are not told apart.
const SHORTEST_NANOSECONDS: u64 = 1_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// Latencies of one kind of operation.
pub(crate) struct Latencies {
    nanoseconds: Histogram<u64>,
}

/// Percentiles, in microseconds.
#[derive(Serialize, Clone, Debug)]
pub struct Percentiles {
    /// Half of the operations were faster.
    pub p50_microseconds: f64,
    /// 90 % were faster.
    pub p90_microseconds: f64,
    /// 99 % were faster.
    pub p99_microseconds: f64,
    /// 99.9 % were faster.
    pub p999_microseconds: f64,
    /// The slowest.
    pub maximum_microseconds: f64,
}

impl Latencies {
    pub(crate) fn new() -> Result<Self, Error> {
        let highest = Duration::from_secs(LONGEST_SECONDS).as_nanos() as u64;
        Histogram::new_with_bounds(SHORTEST_NANOSECONDS, highest, SIGNIFICANT_DIGITS)
            .map(|nanoseconds| Self { nanoseconds })
            .map_err(|error| Error::Arguments(error.to_string()))
    }

    pub(crate) fn record(&mut self, latency: Duration) {
        self.nanoseconds.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    /// `None` if nothing was recorded.
    pub(crate) fn percentiles(&self) -> Option<Percentiles> {
        let at = |quantile| self.nanoseconds.value_at_quantile(quantile) as f64 / 1_000.0;
        (!self.nanoseconds.is_empty()).then(|| Percentiles {
            p50_microseconds: at(0.5),
            p90_microseconds: at(0.9),
            p99_microseconds: at(0.99),
            p999_microseconds: at(0.999),
            maximum_microseconds: self.nanoseconds.max() as f64 / 1_000.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_come_out_in_microseconds() {
        let mut latencies = Latencies::new().unwrap();
        assert!(latencies.percentiles().is_none());
        for milliseconds in 1..=1_000 {
            latencies.record(Duration::from_millis(milliseconds));
        }
        let found = latencies.percentiles().unwrap();
        let near = |value: f64, expected: f64| (value - expected).abs() <= expected * 0.002;
        assert!(near(found.p50_microseconds, 500_000.0), "{found:?}");
        assert!(near(found.p99_microseconds, 990_000.0), "{found:?}");
        assert!(near(found.maximum_microseconds, 1_000_000.0), "{found:?}");
    }

    #[test]
    fn an_absurdly_long_latency_counts_as_the_longest() {
        let mut latencies = Latencies::new().unwrap();
        latencies.record(Duration::from_secs(1_000_000));
        let found = latencies.percentiles().unwrap();
        assert!(found.p50_microseconds >= LONGEST_SECONDS as f64 * 1e6 * 0.99);
    }
}
