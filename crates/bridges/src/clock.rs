//! The time that schedules, journals and waits go by: the real one, or in a rehearsal one that runs faster.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep};

/// A clock that can be waited on.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Real,
    Fast { began: Instant, at: Timestamp, factor: u32 },
}

impl Clock {
    /// The clock of this machine.
    pub const fn real() -> Self {
        Self(Kind::Real)
    }

    /// A clock that shows `at` now and runs `factor` times as fast as the real one.
    pub fn fast(at: Timestamp, factor: u32) -> Self {
        Self(Kind::Fast { began: Instant::now(), at, factor: factor.max(1) })
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        match self.0 {
            Kind::Real => Timestamp::now(),
            Kind::Fast { began, at, factor } => {
                let passed =
                    SignedDuration::try_from(began.elapsed() * factor).unwrap_or(SignedDuration::MAX);
                at.checked_add(passed).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Waits until so much time has passed on it.
    pub async fn sleep(&self, time: Duration) {
        sleep(self.real_time(time)).await;
    }

    /// Waits until it shows this moment. A clock that is set in the meantime is looked at again and again.
    pub async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = at.duration_since(self.now());
            let Ok(left) = Duration::try_from(left) else { return };
            if left.is_zero() {
                return;
            }
            self.sleep(left.min(LOOK_AGAIN)).await;
        }
    }

    /// How long that is on the wall.
    pub fn real_time(&self, time: Duration) -> Duration {
        match self.0 {
            Kind::Real => time,
            Kind::Fast { factor, .. } => time / factor,
        }
    }
}

/// How long a wait for a moment trusts the clock not to be set.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fast_clock_is_waited_on_for_a_fraction() {
        let clock = Clock::fast("2026-11-28T00:59:00Z".parse().unwrap(), 6000);
        let began = Instant::now();
        clock.sleep_until("2026-11-28T01:00:00Z".parse().unwrap()).await;
        assert!(clock.now() >= "2026-11-28T01:00:00Z".parse().unwrap());
        assert!(began.elapsed() < Duration::from_secs(5), "a minute is 10 ms");
    }

    #[tokio::test]
    async fn a_moment_that_has_passed_is_not_waited_for() {
        Clock::real().sleep_until(Timestamp::UNIX_EPOCH).await;
    }
}
