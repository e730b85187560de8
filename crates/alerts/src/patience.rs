//! How long is waited for a channel, and when it is tried again. Pure.

use std::time::Duration;

/// How long one attempt may take, from looking up the name to the last answer.
const ATTEMPT_DEADLINE: Duration = Duration::from_secs(10);
/// How long is waited after each attempt that failed before the next. An outage that makes alerts is often one that keeps
/// them from arriving: the last attempt comes some six minutes after the first.
const WAITS: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(60), Duration::from_secs(300)];

/// How long is waited for a channel, and when it is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// How long one attempt may take.
    pub deadline: Duration,
    /// The wait after each attempt that failed; there is one attempt more than waits.
    pub waits: Vec<Duration>,
}

impl Default for Patience {
    fn default() -> Self {
        Self { deadline: ATTEMPT_DEADLINE, waits: WAITS.to_vec() }
    }
}

impl Patience {
    /// How long to wait after so many attempts that failed; nothing: it is given up.
    pub(crate) fn wait_after(&self, failed: usize) -> Option<Duration> {
        self.waits.get(failed.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let patience = Patience::default();
        let waits: Vec<Duration> = (1..).map_while(|failed| patience.wait_after(failed)).collect();
        assert_eq!(waits, WAITS);
        assert!(waits.is_sorted());
        assert_eq!(patience.wait_after(0), None);
    }
}
