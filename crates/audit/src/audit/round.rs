//! One round: what the counts within one window say about leaked sessions.

use jiff::Timestamp;

use super::{Auditor, earlier};
use crate::deployment::ServerId;

/// What the window that ends at a moment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The end of the window.
    pub at: Timestamp,
    /// What it says.
    pub outcome: Outcome,
}

/// What a window says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every server reported.
    Known(Bounds),
    /// Somebody did not, so nothing is known about the deployment.
    Unknown(Vec<Silent>),
    /// The deployment has no server that counts this, so there is nothing to compare with.
    Lacking(What),
}

/// How many sessions leaked, from the counts of one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// W: sessions on all Web Bridges.
    pub sessions: u32,
    /// X: CMA calls on all Call Bridges at the moment of their counts.
    pub calls: u32,
    /// Y: the highest CMA calls on each Call Bridge while the sessions were counted, summed up.
    pub calls_peak: u32,
    /// At least so many leaked: W − Y, not below 0.
    pub least: u32,
    /// At most so many leaked: W − X, not below 0. Not so if native CMA clients are in use.
    pub most: u32,
    /// When the first of the sessions were counted.
    pub from: Timestamp,
    /// When the last of the sessions were counted.
    pub to: Timestamp,
    /// Whether sessions were counted before and after the calls. Else `most` holds only if the calls did not become more
    /// in between.
    pub enclosed: bool,
    /// Whether there were more calls than sessions: native CMA clients are in use.
    pub more_calls_than_sessions: bool,
}

/// A server without which nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silent {
    /// Which.
    pub server: ServerId,
    /// What it should have counted.
    pub what: What,
    /// What is wrong.
    pub missing: Missing,
}

/// What a server counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// `Stats` of a Web Bridge.
    Sessions,
    /// `STATS` of a Call Bridge.
    Calls,
}

/// What is wrong with the counts of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It never counted.
    Never,
    /// It counted last at this moment, before the window.
    Since(Timestamp),
    /// No count of calls covers this moment, at which sessions were counted.
    NotCovered(Timestamp),
}

impl Round {
    /// What is known, if it is.
    #[must_use]
    pub fn bounds(&self) -> Option<&Bounds> {
        match &self.outcome {
            Outcome::Known(bounds) => Some(bounds),
            Outcome::Unknown(_) | Outcome::Lacking(_) => None,
        }
    }
}

impl Auditor {
    /// What the window that ends at `at` says.
    #[must_use]
    pub fn round(&self, at: Timestamp) -> Round {
        let from = earlier(at, self.settings.window);
        let silent = self.silent(from, at);
        let outcome = if self.calls().next().is_none() {
            Outcome::Lacking(What::Calls)
        } else if self.sessions().next().is_none() {
            Outcome::Lacking(What::Sessions)
        } else if silent.is_empty() {
            let bounds = self.enclosed(from, at).map_or_else(|| self.newest_counts(from, at), Ok);
            bounds.map_or_else(Outcome::Unknown, Outcome::Known)
        } else {
            Outcome::Unknown(silent)
        };
        Round { at, outcome }
    }

    /// CMA calls at the newest count of each Call Bridge, which must lie in the window that ends at `at`: what a restart
    /// could cut. [`Bounds::calls`] may be older.
    ///
    /// # Errors
    /// The Call Bridges that are silent.
    pub fn live_calls(&self, at: Timestamp) -> Result<u32, Vec<Silent>> {
        let from = earlier(at, self.settings.window);
        let silent = self.silent(from, at).into_iter().filter(|silent| silent.what == What::Calls);
        let silent: Vec<Silent> = silent.collect();
        if !silent.is_empty() {
            return Err(silent);
        }
        Ok(self
            .calls()
            .filter_map(|(_, series)| series.newest_within(from, at))
            .map(|(_, count)| count.now)
            .sum())
    }

    /// Who did not count within the window.
    fn silent(&self, from: Timestamp, at: Timestamp) -> Vec<Silent> {
        let sessions =
            self.sessions().map(|(id, series)| (id, What::Sessions, series.newest(at).map(|(at, _)| at)));
        let calls = self.calls().map(|(id, series)| (id, What::Calls, series.newest(at).map(|(at, _)| at)));
        let mut silent: Vec<Silent> = sessions
            .chain(calls)
            .filter_map(|(server, what, newest)| {
                let missing = match newest {
                    None => Missing::Never,
                    Some(newest) if newest <= from => Missing::Since(newest),
                    Some(_) => return None,
                };
                Some(Silent { server, what, missing })
            })
            .collect();
        silent.sort_by_key(|silent| silent.server);
        silent
    }
}
