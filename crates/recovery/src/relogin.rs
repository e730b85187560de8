//! How long a client that cannot resume waits at random before a fresh sign-in, so that those of a dead node do not all come
//! at once.

use std::time::Duration;

use crate::parameters::Parameters;

/// Fresh sign-ins that a node takes per second without making others wait; a quarter of what one core was measured to do
/// (docs/performance.md).
pub const SIGN_INS_PER_SECOND: u32 = 500;
/// The longest wait that is found by itself: that of the defaults.
const LONGEST: Duration = Duration::from_secs(537);
/// How long it may take, besides the wait that was asked for, until a client notices that its node is gone and has
/// signed in. Limits that are set by hand hold it already.
const NOTICING: Duration = Duration::from_secs(60);

/// The bounds of the random wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relogin {
    /// The shortest.
    pub lower: Duration,
    /// The longest.
    pub upper: Duration,
    /// Whether either follows from the number of sessions.
    pub computed: bool,
}

impl Relogin {
    /// The bounds when so many sessions have to come back. A limit that is not set follows from them: the lower one is zero, the
    /// upper one as long as the node needs to sign all of them in, in whole seconds.
    pub fn of(parameters: &Parameters, sessions: usize) -> Self {
        let (lower, upper) = (parameters.client_relogin_lower_limit, parameters.client_relogin_upper_limit);
        let seconds = sessions.div_ceil(SIGN_INS_PER_SECOND as usize).max(1);
        let found = Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX)).min(LONGEST);
        let computed = lower.is_none() || upper.is_none();
        let lower = lower.unwrap_or_default();
        Self { lower, upper: upper.unwrap_or(found).max(lower), computed }
    }

    /// How long a session that cannot be resumed waits for its user's fresh sign-in. Until then contacts see no change
    /// (promise P5).
    pub fn hold(&self) -> Duration {
        if self.computed { self.upper + NOTICING } else { self.upper }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(relogin: Relogin) -> (u64, u64, u64) {
        (relogin.lower.as_secs(), relogin.upper.as_secs(), relogin.hold().as_secs())
    }

    #[test]
    fn limits_that_are_set_hold_whatever_the_number_of_sessions() {
        for sessions in [0, 1_000_000] {
            assert_eq!(seconds(Relogin::of(&Parameters::default(), sessions)), (120, 537, 537));
        }
    }

    #[test]
    fn limits_that_are_not_set_follow_the_number_of_sessions() {
        let lan = |sessions| seconds(Relogin::of(&Parameters::lan(), sessions));
        assert_eq!(lan(0), (0, 1, 61));
        assert_eq!(lan(501), (0, 2, 62));
        assert_eq!(lan(10_000), (0, 20, 80));
        assert_eq!(lan(10_000_000), (0, 537, 597));
        let only_lower = Parameters { client_relogin_upper_limit: None, ..Parameters::default() };
        assert_eq!(seconds(Relogin::of(&only_lower, 10)), (120, 120, 180));
        let only_upper = Parameters { client_relogin_lower_limit: None, ..Parameters::default() };
        assert_eq!(seconds(Relogin::of(&only_upper, 10)), (0, 537, 597));
    }
}
