//! How long to wait before a source is opened again. Pure.

use std::time::Duration;

/// The first wait.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(60);
/// A source that held for so long had come back for good: the next wait is the first again.
const GOOD_AFTER: Duration = Duration::from_secs(120);

/// Waits that double, from one second to a minute.
#[derive(Debug, Clone, Default)]
pub struct BackOff {
    failures: u32,
}

impl BackOff {
    /// The wait after a failure of something that had held for so long.
    pub fn after(&mut self, held: Duration) -> Duration {
        if held >= GOOD_AFTER {
            self.failures = 0;
        }
        let wait = FIRST.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_begin_anew_after_a_good_time() {
        let mut back_off = BackOff::default();
        let waits: Vec<u64> = (0..9).map(|_| back_off.after(Duration::ZERO).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(back_off.after(GOOD_AFTER), FIRST);
        for _ in 0..100 {
            assert!(back_off.after(Duration::ZERO) <= LONGEST);
        }
    }
}
