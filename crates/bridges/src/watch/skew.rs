//! How far the clock of each server is ahead of the clock here, from when its lines arrive. Pure.
//!
//! A line cannot arrive before it was written, and often arrives late: by what a queue or a poll takes, or by hours when a
//! collector passes on what it had kept. So each line shows the clock's lead less its delay. Of the lines of one minute the one with
//! the least delay is kept; the estimate is the upper quartile of those. Minutes with late lines only do not matter, and a few
//! lines that claim a wrong time do not either.

use std::collections::{BTreeMap, VecDeque};

use everpresent_audit::ServerId;
use jiff::{SignedDuration, Timestamp};

/// Minutes that an estimate rests on at most.
const MAX_MINUTES: usize = 64;
/// Fewer show nothing.
const LEAST_MINUTES: usize = 5;
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// Most stamps have whole seconds.
const STAMP: SignedDuration = SignedDuration::from_secs(1);

/// What is known of one server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// How far it is ahead of the clock here; negative if it is behind.
    pub ahead: SignedDuration,
    /// How far apart the middle half of the minutes are: how sure this is.
    pub spread: SignedDuration,
    /// Minutes that it rests on.
    pub minutes: usize,
}

/// What is known of all clocks.
#[derive(Debug, Default)]
pub struct Clocks(BTreeMap<ServerId, VecDeque<Minute>>);

/// What the lines of one minute showed.
#[derive(Debug, Clone, Copy)]
struct Minute {
    /// Which, by the clock here.
    number: i64,
    /// The largest lead, in milliseconds.
    lead: i64,
}

impl Clocks {
    /// A line of a server with its own stamp arrived as it was written.
    pub fn hear(&mut self, server: ServerId, stamped: Timestamp, received: Timestamp) {
        let minutes = self.0.entry(server).or_default();
        let number = received.as_millisecond().div_euclid(MINUTE);
        let lead = stamped.as_millisecond().saturating_sub(received.as_millisecond());
        match minutes.back_mut() {
            Some(last) if last.number == number => last.lead = last.lead.max(lead),
            _ => {
                if minutes.len() >= MAX_MINUTES {
                    minutes.pop_front();
                }
                minutes.push_back(Minute { number, lead });
            }
        }
    }

    /// The estimate for a server; nothing before there are enough minutes.
    pub fn of(&self, server: ServerId) -> Option<Skew> {
        let minutes = self.0.get(&server).filter(|minutes| minutes.len() >= LEAST_MINUTES)?;
        let mut leads: Vec<i64> = minutes.iter().map(|minute| minute.lead).collect();
        leads.sort_unstable();
        let quartile = |part: usize| leads[(leads.len() - 1) * part / 4];
        Some(Skew {
            ahead: SignedDuration::from_millis(quartile(3)),
            spread: SignedDuration::from_millis(quartile(3) - quartile(1)),
            minutes: leads.len(),
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
            clocks.hear(web1, at(n * MINUTE + 40_000 + wild), at(n * MINUTE + delay));
        }
        let skew = clocks.of(web1).unwrap();
        assert!(
            (skew.ahead - SignedDuration::from_secs(40)).abs() <= SignedDuration::from_millis(50),
            "{skew:?}"
        );
        assert_eq!(clocks.widest(), skew.ahead + STAMP);
    }

    #[test]
    fn an_hour_that_a_collector_passes_on_at_once_says_nothing_of_the_clock() {
        let ([web1, _], mut clocks) = (servers(), Clocks::default());
        for n in 0..10 {
            clocks.hear(web1, at(n * MINUTE), at(n * MINUTE));
            // And in each of those minutes one that had been kept for an hour.
            clocks.hear(web1, at((n - 60) * MINUTE), at(n * MINUTE + 100));
        }
        for late in 0..60 {
            clocks.hear(web1, at((70 - late) * MINUTE), at(70 * MINUTE + late));
        }
        assert!(clocks.of(web1).unwrap().ahead.abs() < SignedDuration::from_secs(1), "{:?}", clocks.of(web1));
    }

    #[test]
    fn two_clocks_that_go_apart_widen_by_their_distance() {
        let ([web1, core1], mut clocks) = (servers(), Clocks::default());
        for n in 0..10 {
            clocks.hear(web1, at(n * MINUTE + 3_000), at(n * MINUTE));
            clocks.hear(core1, at(n * MINUTE - 4_000), at(n * MINUTE));
        }
        assert_eq!(clocks.widest(), SignedDuration::from_secs(8), "seven, and one for whole seconds");
    }

    #[test]
    fn a_clock_that_was_set_right_is_forgotten_as_wrong_and_few_minutes_show_nothing() {
        let ([web1, core1], mut clocks) = (servers(), Clocks::default());
        for n in 0..200 {
            clocks.hear(web1, at(n * MINUTE + if n < 100 { 90_000 } else { 0 }), at(n * MINUTE));
        }
        assert_eq!(clocks.of(web1).unwrap().ahead, SignedDuration::ZERO);
        assert!(clocks.0.values().all(|minutes| minutes.len() <= MAX_MINUTES));
        for _ in 0..100 {
            clocks.hear(core1, at(0), at(0));
        }
        assert_eq!(clocks.of(core1), None, "a hundred lines of one minute");
    }
}
