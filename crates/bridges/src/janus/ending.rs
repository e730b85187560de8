//! Ending leaked sessions, one at a time, each only after one more look at it.

use std::time::{Duration, Instant};

use super::verdict::judged;
use super::{Admin, Audit, JanusError, Memory, Verdict, look_at};

/// What became of a leaked session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was ended.
    Ended,
    /// It would have been ended (dry run).
    WouldEnd,
    /// It is not leaked any more: something lives in it, or its client asks again. It was left alone.
    Revived,
    /// It had ended by itself.
    Gone,
    /// It was ended and is still there.
    Remains,
}

impl End {
    /// The words for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::WouldEnd => "would be ended",
            Self::Revived => "left alone: it is used again",
            Self::Gone => "had ended by itself",
            Self::Remains => "ended, and still there",
        }
    }
}

/// A leaked session and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its id.
    pub session: u64,
    /// What became of it.
    pub end: End,
}

/// Ends the sessions that `audit` calls leaked, in its order. Right before each end it is looked at again; what is live, is
/// used again, or cannot be judged is left alone. Between that look and the end lies one request: what begins to live in
/// that time is ended, as Janus has no way to end a session only if it is dead.
///
/// `told` hears of each session as it is done with.
///
/// # Errors
/// The first [`JanusError`]; what was done until then was told.
pub fn end_leaked(
    admin: &Admin,
    audit: &Audit,
    memory: &Memory,
    grace: Duration,
    dry_run: bool,
    mut told: impl FnMut(&Ended),
) -> Result<Vec<Ended>, JanusError> {
    let leaked = audit.sessions.iter().filter(|judged| judged.verdict == Verdict::Leaked);
    let mut all = Vec::new();
    for session in leaked.map(|judged| judged.session) {
        let end = end(admin, session, memory.dead_for(session, Instant::now()), grace, dry_run)?;
        let ended = Ended { session, end };
        told(&ended);
        all.push(ended);
    }
    Ok(all)
}

fn end(
    admin: &Admin,
    session: u64,
    dead_for: Duration,
    grace: Duration,
    dry_run: bool,
) -> Result<End, JanusError> {
    let Some(facts) = look_at(admin, session)? else { return Ok(End::Gone) };
    if judged(&facts, dead_for, grace).verdict != Verdict::Leaked {
        return Ok(End::Revived);
    }
    if dry_run {
        return Ok(End::WouldEnd);
    }
    match admin.destroy_session(session) {
        Ok(()) => {}
        Err(error) if error.is_gone() => return Ok(End::Gone),
        Err(error) => return Err(error),
    }
    Ok(if look_at(admin, session)?.is_none() { End::Ended } else { End::Remains })
}
