//! What all rounds together come to.

use jiff::Timestamp;

use super::Auditor;
use super::round::{Bounds, Outcome, Round, Silent};
use crate::deployment::{Fill, ServerId};

/// The verdict in one word; the exit code of the command follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every server reported, no bridge is full, and sessions without calls are none or came only now.
    Healthy,
    /// A server is silent, or there are too few windows for a finding.
    Unknown,
    /// A bridge is at its limit: new guests are refused, whatever the cause.
    Full,
    /// Sessions leaked.
    Leak,
}

impl Verdict {
    /// The word for it in tables and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unknown => "unknown",
            Self::Full => "full",
            Self::Leak => "leak",
        }
    }
}

/// The verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In one word: of several, the worst.
    pub verdict: Verdict,
    /// The newest round.
    pub round: Round,
    /// What all windows in a row that are known agree on. `None` if the newest round is unknown.
    pub agreed: Option<Agreed>,
    /// So many windows in a row, with the newest one, show sessions without calls.
    pub in_a_row: u32,
    /// So many windows in a row, with the newest one, are known; counted up to what a finding needs.
    pub known_in_a_row: u32,
    /// Bridges at their limit.
    pub full: Vec<ServerId>,
}

/// What several windows agree on. The figures of one window are off when guests wait on landing pages, or when calls end on
/// one bridge and begin on another between two counts; such things do not last for several windows, and what leaked stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// At least so many leaked: the least of the lower figures.
    pub least: u32,
    /// At most: the highest of the upper figures.
    pub most: u32,
}

impl Finding {
    /// Without whom nothing can be said.
    #[must_use]
    pub fn silent(&self) -> &[Silent] {
        match &self.round.outcome {
            Outcome::Unknown(silent) => silent,
            Outcome::Known(_) | Outcome::Lacking(_) => &[],
        }
    }
}

impl Auditor {
    /// The verdict at a moment, from the windows up to it.
    #[must_use]
    pub fn finding(&self, at: Timestamp) -> Finding {
        let needed = self.settings.windows_in_a_row;
        let rounds = (0..needed).map(|back| self.round(self.windows_before(at, back)));
        let known: Vec<Bounds> = rounds.map_while(|round| round.bounds().copied()).collect();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let in_a_row = count(known.iter().take_while(|bounds| bounds.least > 0).count());
        let known_in_a_row = count(known.len());
        let full = self.full(at);
        let verdict = if in_a_row >= needed {
            Verdict::Leak
        } else if !full.is_empty() {
            Verdict::Full
        } else if known_in_a_row == 0 || in_a_row == known_in_a_row {
            // Nobody knows; or every window that is known shows sessions without calls, and they are too few.
            Verdict::Unknown
        } else {
            Verdict::Healthy
        };
        let least = known.iter().map(|bounds| bounds.least).min();
        let most = known.iter().map(|bounds| bounds.most).max();
        let agreed = least.zip(most).map(|(least, most)| Agreed { least, most });
        Finding { verdict, round: self.round(at), agreed, in_a_row, known_in_a_row, full }
    }

    /// Bridges whose newest count, within the window, is at their limit.
    fn full(&self, at: Timestamp) -> Vec<ServerId> {
        let from = self.windows_before(at, 1);
        let newest = self.deployment.web_bridges().filter_map(|(id, server)| {
            let (_, count) = self.history(id).sessions.newest_within(from, at)?;
            (server.fill(count.sessions) == Fill::Full).then_some(id)
        });
        newest.collect()
    }
}
