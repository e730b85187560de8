//! Whether the clients of homes that were taken over came back: counted from the takeover on for as long as they are waited
//! for, since later it says more about users than about nodes.

use std::time::Duration;

use everpresent_session::time::Moment;

use crate::home::Home;
use crate::node::Node;

/// For how long after a takeover it is counted.
const COUNTED_FOR: Duration = Duration::from_secs(3_600);
/// Clients that may stay away, of a hundred: some always do.
const AWAY_PERCENT: usize = 10;

/// How often it is counted: every session is looked at, under the lock of its home.
const COUNT: Duration = Duration::from_secs(5);

/// What was counted last, and when.
#[derive(Debug, Default)]
pub(super) struct Missing {
    at: Option<Moment>,
    counted: (u64, u64),
}

impl Missing {
    /// How many sessions have a client, and how many should, over the homes that this node took over lately; nothing if
    /// that is as it was, or was counted a moment ago.
    pub(super) fn count(&mut self, node: &Node) -> Option<(u64, u64)> {
        let now = node.clock.moment();
        if self.at.is_some_and(|at| now.since(at) < COUNT) {
            return None;
        }
        self.at = Some(now);
        let (mut served, mut assigned) = (0, 0);
        for home in node.seats.served() {
            if home.taken_over.is_some_and(|taken| now.since(taken) <= COUNTED_FOR) {
                let (open, all) = sessions(&home);
                served += open;
                assigned += all * (100 - AWAY_PERCENT) / 100;
            }
        }
        let counted = (served as u64, assigned as u64);
        let before = std::mem::replace(&mut self.counted, counted);
        (before != counted).then_some(counted)
    }
}

/// With a client, and all.
fn sessions(home: &Home) -> (usize, usize) {
    home.enter(|state| {
        let ledger = state.owner.ledger();
        let open = ledger.sessions().filter(|session| state.owner.transport(session.id).is_some()).count();
        (open, ledger.sessions().len())
    })
}
