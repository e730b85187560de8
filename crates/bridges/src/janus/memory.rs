//! What earlier looks have seen: since when a session is known to have nothing live.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Look;

/// Sessions that had nothing live, each look in a row, and when that was first seen.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    since: BTreeMap<u64, Instant>,
}

impl Memory {
    /// Takes in a look that was made at `now`. Sessions that are gone, live or used again are forgotten; the memory is never
    /// larger than the look.
    pub fn take(&mut self, look: &Look, now: Instant) {
        let dead = look.sessions.iter().filter(|session| !session.holds());
        let since = |id: u64| self.since.get(&id).copied().unwrap_or(now);
        self.since = dead.map(|session| (session.id, since(session.id))).collect();
    }

    /// For how long nothing of this session was live, as far as is known.
    pub fn dead_for(&self, session: u64, now: Instant) -> Duration {
        self.since.get(&session).map_or(Duration::ZERO, |since| now.saturating_duration_since(*since))
    }
}
