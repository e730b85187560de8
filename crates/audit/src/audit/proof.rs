//! A quiet night proves what no busy hour can: which bridge holds how many leaked sessions.

use jiff::Timestamp;

use super::Auditor;
use crate::deployment::ServerId;

/// Windows that are looked through for the last proof: half a year of the default ones.
const MAX_SEARCHED_WINDOWS: u32 = 26_208;

/// No call on any Call Bridge and no change on any Web Bridge, for [`proof_windows`](super::Settings::proof_windows)
/// windows: the sessions that are counted leaked, or sit idle on a landing page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The beginning of the quiet time.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// Sessions on each Web Bridge.
    pub sessions: Vec<(ServerId, u32)>,
}

impl Proof {
    /// Sessions on all Web Bridges.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.sessions.iter().map(|(_, sessions)| sessions).sum()
    }
}

impl Auditor {
    /// The proof in the windows that end at `at`.
    #[must_use]
    pub fn proof(&self, at: Timestamp) -> Option<Proof> {
        let windows = self.settings.proof_windows;
        let from = self.windows_before(at, windows);
        if !self.no_calls(from, at) || self.calls().next().is_none() {
            return None;
        }
        // Every window for itself: one quiet count in an hour would prove nothing.
        let every_window_is_known =
            (0..windows).all(|back| self.round(self.windows_before(at, back)).bounds().is_some());
        let sessions: Option<Vec<_>> =
            self.sessions().map(|(id, _)| Some((id, self.unchanged(id, from, at)?))).collect();
        let sessions = sessions.filter(|_| every_window_is_known)?;
        Some(Proof { from, to: at, sessions })
    }

    /// The newest proof not later than `at`, looked for window by window.
    #[must_use]
    pub fn last_proof(&self, at: Timestamp) -> Option<Proof> {
        let earliest =
            self.sessions().filter_map(|(_, series)| series.all().next()).map(|(at, _)| at).min()?;
        (0..MAX_SEARCHED_WINDOWS)
            .map(|back| self.windows_before(at, back))
            .take_while(|end| *end >= earliest)
            .find_map(|end| self.proof(end))
    }

    fn no_calls(&self, from: Timestamp, at: Timestamp) -> bool {
        self.calls().all(|(_, series)| {
            let after = series.between(from, at).filter(|(at, _)| *at > from);
            after.map(|(_, count)| count.peak).max() == Some(0)
        })
    }

    /// The one number of sessions that a Web Bridge counted all that time.
    fn unchanged(&self, server: ServerId, from: Timestamp, at: Timestamp) -> Option<u32> {
        let mut counts = self.history(server).sessions.between(from, at).filter(|(at, _)| *at > from);
        let (_, first) = counts.next()?;
        counts.all(|(_, count)| count.sessions == first.sessions).then_some(first.sessions)
    }

    /// The figure of one bridge that was proved and that no restart has made void.
    pub(super) fn proved(&self, server: ServerId, proof: Option<&Proof>, at: Timestamp) -> Option<u32> {
        let proof = proof?;
        let restarted = self.restarts(server, at).iter().any(|restart| restart.at > proof.to);
        let (_, sessions) = proof.sessions.iter().find(|(id, _)| *id == server)?;
        (!restarted).then_some(*sessions)
    }
}
