//! How far the clock of each server is ahead of the clock here, from when its lines arrive. Pure.
//!
//! A line cannot arrive before it was written, and often arrives late: by what a queue or a poll takes. So each line shows the
//! clock's lead less its delay, and the lines with the least delay show it best. The estimate is the upper quartile of the last lines:
//! late lines do not matter, and a few that claim a wrong time do not either.

use std::collections::{BTreeMap, VecDeque};

use everpresent_audit::ServerId;
use jiff::{SignedDuration, Timestamp};

/// Lines that an estimate rests on at most.
const MAX_LINES: usize = 64;
/// Fewer show nothing.
const LEAST_LINES: usize = 5;
/// Most stamps have whole seconds.
const STAMP: SignedDuration = SignedDuration::from_secs(1);

/// What is known of one server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// How far it is ahead of the clock here; negative if it is behind.
    pub ahead: SignedDuration,
    /// How far apart the middle half of the lines are: how sure this is.
    pub spread: SignedDuration,
    /// Lines that it rests on.
    pub lines: usize,
}

/// What is known of all clocks.
#[derive(Debug, Default)]
pub struct Clocks(BTreeMap<ServerId, VecDeque<i64>>);

impl Clocks {
    /// A line of a server with its own stamp arrived as it was written.
    pub fn hear(&mut self, server: ServerId, stamped: Timestamp, received: Timestamp) {
        let leads = self.0.entry(server).or_default();
        if leads.len() >= MAX_LINES {
            leads.pop_front();
        }
        leads.push_back(stamped.as_millisecond().saturating_sub(received.as_millisecond()));
    }

    /// The estimate for a server; nothing before there are enough lines.
    pub fn of(&self, server: ServerId) -> Option<Skew> {
        let leads = self.0.get(&server).filter(|leads| leads.len() >= LEAST_LINES)?;
        let mut leads: Vec<i64> = leads.iter().copied().collect();
        leads.sort_unstable();
        let quartile = |part: usize| leads[(leads.len() - 1) * part / 4];
        Some(Skew {
            ahead: SignedDuration::from_millis(quartile(3)),
            spread: SignedDuration::from_millis(quartile(3) - quartile(1)),
            lines: leads.len(),
        })
    }

    /// All estimates.
    pub fn all(&self) -> impl Iterator<Item = (ServerId, Skew)> {
        self.0.keys().filter_map(|server| Some((*server, self.of(*server)?)))
    }

    /// How far any two clocks differ at most, the clock here among them: so far the audit has to widen. Nothing is known of
    /// servers that have no estimate.
    pub fn widest(&self) -> SignedDuration {
        let leads = || self.all().map(|(_, skew)| skew.ahead).chain([SignedDuration::ZERO]);
        let (least, most) = (leads().min().unwrap_or_default(), leads().max().unwrap_or_default());
        most.saturating_sub(least).saturating_add(STAMP)
    }
}

#[cfg(test)]
mod tests {
    use everpresent_audit::{Deployment, Role, Server};

    use super::*;

    fn servers() -> [ServerId; 2] {
        let servers = vec![Server::new("web1", Role::WebBridge), Server::new("core1", Role::CallBridge)];
        let deployment = Deployment::new(servers).unwrap();
        ["web1", "core1"].map(|name| deployment.by_name(name).unwrap())
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_591_628_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn a_clock_that_is_ahead_is_seen_through_late_lines_and_wild_ones() {
        let ([web1, _], mut clocks) = (servers(), Clocks::default());
        for n in 0..60 {
            // Forty seconds ahead. Every third line waits for up to half a minute; two claim to be of another year.
            let delay = if n % 3 == 0 { 500 * n } else { 20 };
            let wild = if n == 7 || n == 40 { 31_536_000_000 } else { 0 };
            clocks.hear(web1, at(n * 10_000 + 40_000 + wild), at(n * 10_000 + delay));
        }
        let skew = clocks.of(web1).unwrap();
        assert!(
            (skew.ahead - SignedDuration::from_secs(40)).abs() <= SignedDuration::from_millis(50),
            "{skew:?}"
        );
        assert_eq!(clocks.widest(), skew.ahead + STAMP);
    }

    #[test]
    fn two_clocks_that_go_apart_widen_by_their_distance() {
        let ([web1, core1], mut clocks) = (servers(), Clocks::default());
        for n in 0..10 {
            clocks.hear(web1, at(n * 1_000 + 3_000), at(n * 1_000));
            clocks.hear(core1, at(n * 1_000 - 4_000), at(n * 1_000));
        }
        assert_eq!(clocks.widest(), SignedDuration::from_secs(8), "seven, and one for whole seconds");
    }

    #[test]
    fn a_clock_that_was_set_right_is_forgotten_as_wrong_and_few_lines_show_nothing() {
        let ([web1, core1], mut clocks) = (servers(), Clocks::default());
        for n in 0..200 {
            clocks.hear(web1, at(n * 1_000 + if n < 100 { 90_000 } else { 0 }), at(n * 1_000));
        }
        assert_eq!(clocks.of(web1).unwrap().ahead, SignedDuration::ZERO);
        assert!(clocks.0.values().all(|leads| leads.len() <= MAX_LINES));
        clocks.hear(core1, at(0), at(0));
        assert_eq!(clocks.of(core1), None);
    }
}
