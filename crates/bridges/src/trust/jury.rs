//! Holds what is worth half until a second source tells the same.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use everpresent_audit::{Event, ServerId};
use jiff::{SignedDuration, Timestamp};

use super::worth::{Kind, Reason, Worth};

/// Lines of one server that wait for a second source. The oldest go first.
const MAX_WAITING: usize = 64;
/// What was heard longer ago is no evidence for now.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Two sources may date the same line so far apart: one has whole seconds, one is stamped by a collector.
const SAME_LINE: SignedDuration = SignedDuration::from_secs(2);

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is good enough, by itself or because a second source has told the same.
    Good,
    /// It waits for a second source.
    Waiting,
    /// A second source has told something else for the same moment.
    Contradiction,
    /// It counts for nothing.
    Nothing,
}

/// Why what is known of a server is good enough to restart something by itself, or is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A line of its own was enough.
    Good(Reason),
    /// Two sources agreed.
    Agreed(Kind, Kind),
    /// Two sources told different things for the same moment.
    Contradicted(Kind, Kind),
    /// There is one source, and it is not enough.
    Alone(Reason),
    /// Nothing that counts was heard lately.
    Nothing,
}

/// Weighs the lines of all servers.
#[derive(Debug, Default)]
pub struct Jury {
    servers: BTreeMap<ServerId, Bench>,
}

/// What is known about the lines of one server.
#[derive(Debug, Default)]
struct Bench {
    waiting: VecDeque<Waiting>,
    good: Option<(Timestamp, Evidence)>,
    contradicted: Option<(Timestamp, Evidence)>,
    alone: Option<(Timestamp, Reason)>,
}

#[derive(Debug)]
struct Waiting {
    kind: Kind,
    at: Timestamp,
    event: Event,
}

impl Jury {
    /// Weighs a line. `now` is when it was received, `at` what it says itself.
    pub fn hear(
        &mut self,
        server: ServerId,
        origin: (Kind, Worth),
        at: Timestamp,
        event: &Event,
        now: Timestamp,
    ) -> Heard {
        let bench = self.servers.entry(server).or_default();
        let (kind, worth) = origin;
        match worth {
            Worth::Good(reason) => {
                bench.good = Some((now, Evidence::Good(reason)));
                Heard::Good
            }
            Worth::Nothing(_) => Heard::Nothing,
            Worth::Half(reason) => bench.weigh(Waiting { kind, at, event: event.clone() }, reason, now),
        }
    }

    /// What the evidence about a server is at a moment.
    pub fn evidence(&self, server: ServerId, now: Timestamp) -> Evidence {
        let Some(bench) = self.servers.get(&server) else { return Evidence::Nothing };
        let fresh = |heard: &Timestamp| now.duration_since(*heard) <= FRESH;
        // What is proved by its way stands, whatever others say beside it.
        if let Some((heard, evidence @ Evidence::Good(_))) = &bench.good
            && fresh(heard)
        {
            return evidence.clone();
        }
        for known in [&bench.contradicted, &bench.good] {
            if let Some((_, evidence)) = known.as_ref().filter(|(heard, _)| fresh(heard)) {
                return evidence.clone();
            }
        }
        match &bench.alone {
            Some((heard, reason)) if fresh(heard) => Evidence::Alone(reason.clone()),
            _ => Evidence::Nothing,
        }
    }
}

#[cfg(test)]
impl Jury {
    /// How many lines wait in all.
    pub(super) fn servers_waiting(&self) -> usize {
        self.servers.values().map(|bench| bench.waiting.len()).sum()
    }
}

impl Bench {
    fn weigh(&mut self, line: Waiting, reason: Reason, now: Timestamp) -> Heard {
        let same_line = |other: &&Waiting| {
            other.kind != line.kind
                && other.at.duration_since(line.at).abs() <= SAME_LINE
                && same_kind_of_event(&other.event, &line.event)
        };
        let others: Vec<(Kind, bool)> = self
            .waiting
            .iter()
            .filter(same_line)
            .map(|other| (other.kind, other.event == line.event))
            .collect();
        let kind = line.kind;
        self.alone = Some((now, reason));
        self.waiting.push_back(line);
        if self.waiting.len() > MAX_WAITING {
            self.waiting.pop_front();
        }
        if let Some((other, _)) = others.iter().find(|(_, agrees)| *agrees) {
            self.good = Some((now, Evidence::Agreed(*other, kind)));
            Heard::Good
        } else if let Some((other, _)) = others.first() {
            self.contradicted = Some((now, Evidence::Contradicted(*other, kind)));
            Heard::Contradiction
        } else {
            Heard::Waiting
        }
    }
}

fn same_kind_of_event(one: &Event, other: &Event) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

impl Evidence {
    /// Whether it is good enough to restart something without anybody's order.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Good(_) | Self::Agreed(..))
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good(reason) => write!(f, "good enough: {reason}"),
            Self::Agreed(one, other) => write!(f, "good enough: {one} and {other} tell the same"),
            Self::Contradicted(one, other) => {
                write!(f, "not good enough: {one} and {other} tell different counts for the same moment")
            }
            Self::Alone(reason) => write!(
                f,
                "not good enough: {reason}; send syslog over TLS with a certificate of the server, or add a second source"
            ),
            Self::Nothing => f.write_str("not good enough: nothing that counts was heard within 10 minutes"),
        }
    }
}
