//! The figures of one kind of round, and the times of returns.

use serde::Serialize;

use super::fault::Fault;
use super::ledger::Return;
use super::log::seconds;

/// What a round did.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Nothing yet.
    None,
    /// SIGKILL to the server process; whoever watches over it lives on.
    Server,
    /// SIGKILL to the guardian and the server.
    Both,
    /// A clean stop and a start.
    Restart,
    /// Something else goes wrong for a while.
    Fault(Fault),
    /// One thing goes wrong, and the next before all is well again.
    Sequence(Fault, Fault),
}

impl Kind {
    pub(crate) fn name(self) -> String {
        match self {
            Self::None => "before".to_owned(),
            Self::Server => "server killed".to_owned(),
            Self::Both => "guardian and server killed".to_owned(),
            Self::Restart => "restarted".to_owned(),
            Self::Fault(fault) => fault.name().to_owned(),
            Self::Sequence(first, second) => format!("{}, then {}", first.name(), second.name()),
        }
    }

    /// Whether more is promised than that nothing acknowledged is lost.
    pub(crate) fn promises_all(self) -> bool {
        !matches!(self, Self::Sequence(..))
    }
}

/// What came of the rounds of one kind.
#[derive(Serialize, Clone, Default, PartialEq, Debug)]
pub(crate) struct Tally {
    /// How many rounds there were.
    pub(crate) rounds: u64,
    /// Messages sent, each counted once.
    pub(crate) sent: u64,
    /// Those sent from a kill until all clients were back.
    pub(crate) sent_meanwhile: u64,
    /// Sent again in a new session, because the old one was gone.
    pub(crate) sent_again: u64,
    /// Acknowledged by the server (XEP-0198).
    pub(crate) acknowledged: u64,
    /// Acknowledged, and received by nobody.
    pub(crate) acknowledged_lost: u64,
    /// Neither acknowledged nor received: nobody was promised anything.
    pub(crate) unacknowledged_lost: u64,
    /// Received more than once.
    pub(crate) doubled: u64,
    /// `unavailable` presences that contacts were told.
    pub(crate) unavailable_seen: u64,
    /// Clients that lost their connection by a kill.
    pub(crate) connections_lost: u64,
    /// Those among them that were connected to the other node.
    pub(crate) others_cut: u64,
    /// Sessions resumed, also after a fallback.
    pub(crate) resumed: u64,
    /// Sessions that could not be resumed.
    pub(crate) not_resumed: u64,
    /// Full addresses that changed.
    pub(crate) addresses_changed: u64,
    /// Sessions that the server counted beyond those of living clients, or missed, at the end of rounds.
    pub(crate) left_over: u64,
    /// Seconds from each kill until the first client was back.
    pub(crate) first_seconds: Spread,
    /// Until half of them were.
    pub(crate) median_seconds: Spread,
    /// Until the last one was.
    pub(crate) last_seconds: Spread,
    /// Until the pair was sound again.
    pub(crate) sound_seconds: Spread,
}

/// Times of several rounds.
#[derive(Serialize, Clone, Default, PartialEq, Debug)]
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    pub(crate) fn add(&mut self, seconds: f64) {
        let place = self.0.partition_point(|known| *known < seconds);
        self.0.insert(place, seconds);
    }

    /// The middle one and the longest; nothing without any.
    pub(crate) fn median_and_longest(&self) -> Option<(f64, f64)> {
        Some((*self.0.get(self.0.len() / 2)?, *self.0.last()?))
    }
}

impl Tally {
    /// The figures that must be 0, with their names.
    pub(crate) fn must_be_zero(&self, kind: Kind) -> [(&'static str, u64); 7] {
        // A clean stop of one node concerns nobody at the other one. A crash may.
        let others_cut = if kind == Kind::Restart { self.others_cut } else { 0 };
        let promised = |count: u64| if kind.promises_all() { count } else { 0 };
        [
            ("connections of the other node cut", others_cut),
            ("acknowledged and lost", self.acknowledged_lost),
            ("doubled", promised(self.doubled)),
            ("`unavailable` seen", promised(self.unavailable_seen)),
            ("full JIDs changed", promised(self.addresses_changed)),
            ("sessions not resumed", promised(self.not_resumed)),
            ("sessions left over", promised(self.left_over)),
        ]
    }

    /// Notes who came back when, after this node was killed at that moment; returns the time of the last one.
    pub(crate) fn returned(&mut self, killed: u64, node: usize, returns: &[Return]) -> Option<f64> {
        let others = returns.iter().filter(|back| back.from == Some(1 - node)).count();
        self.others_cut += others as u64;
        let mut times: Vec<f64> = returns.iter().map(|back| seconds(killed, back.back)).collect();
        times.sort_unstable_by(f64::total_cmp);
        self.connections_lost += times.len() as u64;
        let (first, median, last) = (*times.first()?, times[times.len() / 2], *times.last()?);
        self.first_seconds.add(first);
        self.median_seconds.add(median);
        self.last_seconds.add(last);
        Some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_gives_the_middle_and_the_longest() {
        let mut spread = Spread::default();
        assert_eq!(spread.median_and_longest(), None);
        [3.0, 1.0, 2.0].into_iter().for_each(|seconds| spread.add(seconds));
        assert_eq!(spread.median_and_longest(), Some((2.0, 3.0)));
    }

    #[test]
    fn times_of_returns_count_from_the_kill() {
        let mut tally = Tally::default();
        let second = 1_000_000_000;
        let returns: Vec<Return> = [3, 1, 2]
            .iter()
            .map(|at| Return { lost: second, from: Some(1), back: (at + 1) * second })
            .collect();
        assert_eq!(tally.returned(second, 0, &returns), Some(3.0));
        assert_eq!(tally.others_cut, 3);
        assert_eq!(tally.first_seconds.median_and_longest(), Some((1.0, 1.0)));
        assert_eq!(tally.connections_lost, 3);
        assert_eq!(tally.returned(second, 0, &[]), None);
    }
}
