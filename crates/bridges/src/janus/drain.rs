//! Draining a Janus server: no new sessions, and waiting until nothing lives in it.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::look::SessionFacts;
use super::{Admin, JanusError, look};

/// How often it is looked whether something still lives; also how soon an order to give up is heard.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How far a drain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Sessions with something live.
    pub live: usize,
    /// All sessions.
    pub sessions: usize,
    /// Since when it is drained.
    pub waited: Duration,
}

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Nothing lives in it any more, and it takes no new sessions: it can be restarted.
    Empty,
    /// Something still lived at the deadline. It takes new sessions again.
    StillLive(usize),
    /// It was given up. It takes new sessions again.
    GivenUp,
}

/// Lets Janus take no new sessions and waits until nothing lives in the old ones, for `longest` at most. Whoever restarts the
/// server does that after [`Drained::Empty`]; a restarted Janus takes sessions by itself. If the drain is given up, by `told`,
/// by the deadline or by an error, Janus is told to take sessions again.
///
/// # Errors
/// [`JanusError`] if Janus cannot be asked.
pub fn drain(
    admin: &Admin,
    longest: Duration,
    mut told: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Drained, JanusError> {
    admin.accept_new_sessions(false)?;
    let drained = wait(admin, longest, &mut told);
    if !matches!(drained, Ok(Drained::Empty)) {
        let opened = admin.accept_new_sessions(true);
        // The first error says more than that of the attempt to open it again.
        return drained.and_then(|drained| opened.map(|()| drained));
    }
    drained
}

fn wait(
    admin: &Admin,
    longest: Duration,
    told: &mut impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Drained, JanusError> {
    let began = Instant::now();
    loop {
        let look = look(admin)?;
        let live = look.sessions.iter().filter(|session| SessionFacts::holds(session)).count();
        let waited = began.elapsed();
        let on = told(Progress { live, sessions: look.sessions.len(), waited });
        if on.is_break() {
            return Ok(Drained::GivenUp);
        }
        if live == 0 {
            return Ok(Drained::Empty);
        }
        let Some(left) = longest.checked_sub(waited).filter(|left| !left.is_zero()) else {
            return Ok(Drained::StillLive(live));
        };
        std::thread::sleep(LOOK_EVERY.min(left));
    }
}

/// How often it is asked whether Janus is back.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// Waits until Janus has been restarted: it answers, and takes new sessions, which it did not after the drain. Whether it did
/// within `longest`.
pub fn restarted(admin: &Admin, longest: Duration) -> bool {
    let began = Instant::now();
    loop {
        // It is expected not to answer for a while.
        if admin.accepts_new_sessions().is_ok_and(|accepts| accepts) {
            return true;
        }
        if began.elapsed() >= longest {
            return false;
        }
        std::thread::sleep(ASK_EVERY);
    }
}
