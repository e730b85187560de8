//! Doing something without an operator once all has been well for a while, and ever later if it does not help.

use std::time::Duration;

use everpresent_session::time::Moment;

/// What fails again within this time has not helped.
const FAILED_WITHIN_SECONDS: u64 = 3_600;
/// The delay is doubled this often at most.
const MOST_DOUBLINGS: u32 = 6;

/// What is remembered of something that is done without an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct BackOff {
    /// Since when all has been well.
    pub(super) healthy_since: Option<Moment>,
    /// When it was done last.
    pub(super) last: Option<Moment>,
    doublings: u32,
}

impl BackOff {
    /// When it is done next, if all stays well: this delay after that began, if it never failed before.
    pub(super) fn due(&self, delay: Duration) -> Option<Moment> {
        self.healthy_since.map(|since| since.after(delay * 2_u32.pow(self.doublings)))
    }

    /// What it was to end has come back.
    pub(super) fn failed(&mut self, now: Moment) {
        let within = Duration::from_secs(FAILED_WITHIN_SECONDS);
        let again = self.last.take().is_some_and(|last| now.since(last) < within);
        self.doublings = if again { (self.doublings + 1).min(MOST_DOUBLINGS) } else { 0 };
    }
}
