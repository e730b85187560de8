//! The two clocks of the process, read in one place.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use everpresent_session::time::{Moment, Now, Timestamp};

/// Reads the monotonic and the civil clock.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock whose moments count from now.
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Both clocks.
    pub fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Now { moment: self.moment(), wall: Timestamp(i64::try_from(wall).unwrap_or(i64::MAX)) }
    }

    /// The monotonic clock alone.
    pub fn moment(&self) -> Moment {
        Moment(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// The instant of a moment, for timers.
    pub fn instant(&self, moment: Moment) -> Instant {
        self.start + std::time::Duration::from_millis(moment.0)
    }
}
