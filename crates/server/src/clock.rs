//! The two clocks of the process, read in one place.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use everpresent_session::time::{Moment, Now, Timestamp};
use rustix::time::{ClockId, clock_gettime};

/// Longer than any process lives: 30 years.
const FAR_AWAY: Duration = Duration::from_secs(30 * 365 * 86_400);

/// Reads the clock that counts since the machine was booted, and the civil clock.
///
/// The first is CLOCK_BOOTTIME: it goes on while the machine sleeps, as its partner's clock does. A node that was asleep
/// for longer than its lease must know that when it wakes up; CLOCK_MONOTONIC would tell it that no time has passed.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Since boot.
    start: Duration,
}

impl Clock {
    /// A clock whose moments count from now.
    pub fn start() -> Self {
        Self { start: since_boot() }
    }

    /// Both clocks.
    pub fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Now { moment: self.moment(), wall: Timestamp(i64::try_from(wall).unwrap_or(i64::MAX)) }
    }

    /// The clock since boot alone.
    pub fn moment(&self) -> Moment {
        let elapsed = since_boot().saturating_sub(self.start).as_millis();
        Moment(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }

    /// The instant of a moment, for timers: now if it has passed. A timer that is set to it fires when the moment has
    /// come or up to a millisecond later, and later by the time that the machine sleeps meanwhile. So whoever is woken
    /// reads the clock and does not count on the timer.
    pub fn instant(&self, moment: Moment) -> Instant {
        let now = Instant::now();
        // A moment beyond what an instant can say will not come.
        now.checked_add(moment.since(self.moment())).unwrap_or(now + FAR_AWAY)
    }
}

fn since_boot() -> Duration {
    // Neither part is ever negative for this clock.
    clock_gettime(ClockId::Boottime).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_from_its_start_on_the_clock_since_boot() {
        let clock = Clock::start();
        assert!(clock.moment() < Moment(60_000), "since the start, not since boot");
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
        let uptime: f64 = uptime.split_whitespace().next().unwrap().parse().unwrap();
        // The kernel's own count includes the time asleep. It has hundredths of a second.
        assert!((clock.start.as_secs_f64() - uptime).abs() < 5.0, "{:?} {uptime}", clock.start);
    }

    #[test]
    fn a_timer_set_to_a_moment_does_not_fire_before_it() {
        let clock = Clock::start();
        let moment = clock.moment().after(Duration::from_millis(20));
        let instant = clock.instant(moment);
        while Instant::now() < instant {
            std::thread::yield_now();
        }
        assert!(clock.moment() >= moment);
    }

    #[test]
    fn what_has_passed_is_now_and_what_never_comes_is_far_away() {
        let clock = Clock { start: Duration::ZERO };
        let before = Instant::now();
        let passed = clock.instant(Moment(0));
        assert!(before <= passed && passed <= Instant::now());
        assert!(clock.instant(Moment(u64::MAX)) > before + Duration::from_secs(86_400));
    }
}
