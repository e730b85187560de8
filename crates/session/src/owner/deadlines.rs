//! Deadlines: whatever is not held by a connection ends some day (promise P6).

use super::Owner;
use crate::ids::SessionId;
use crate::session::State;
use crate::time::Moment;

/// How many sessions may expire in one go, so that a crowd does not go at once.
pub const MAX_EXPIRIES_PER_TICK: usize = 100;

impl Owner {
    pub(super) fn set_deadline(&mut self, session: SessionId, deadline: Option<Moment>) {
        let Some(local) = self.local.get_mut(&session) else { return };
        if let Some(old) = std::mem::replace(&mut local.deadline, deadline) {
            self.deadlines.remove(&(old, session));
        }
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, session));
        }
    }

    /// When a session ends if its client does not come back.
    pub fn deadline(&self, session: SessionId) -> Option<Moment> {
        self.local.get(&session).and_then(|local| local.deadline)
    }

    /// The earliest deadline of all.
    pub fn next_deadline(&self) -> Option<Moment> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Sessions whose time is up, at most [`MAX_EXPIRIES_PER_TICK`]; the caller ends them.
    pub fn due(&self, now: Moment) -> Vec<SessionId> {
        let due = self.deadlines.iter().take_while(|(at, _)| *at <= now);
        due.map(|(_, session)| *session).take(MAX_EXPIRIES_PER_TICK).collect()
    }

    /// Sessions that nobody holds: open without a connection, or detached without a deadline. There are none unless
    /// something is broken.
    pub fn unheld(&self) -> Vec<SessionId> {
        let unheld = |session: &&crate::session::Session| match session.state {
            State::Open => self.transport(session.id).is_none(),
            State::Detached { .. } => self.deadline(session.id).is_none(),
        };
        self.ledger.sessions().filter(unheld).map(|session| session.id).collect()
    }
}
