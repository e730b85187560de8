//! A pair whose homes change their owner by themselves, as the rules of ownership would have it in the simplest case.

use std::collections::BTreeMap;

use super::*;

/// What keeps a fenced owner from taking a home back that it has yielded.
const TAKEN_BACK_AFTER_SECONDS: u64 = 66;

/// Why nobody serves a home.
#[derive(Debug, Clone, Copy)]
struct Free {
    by: usize,
    since: Moment,
    yielded: bool,
    /// The process that it was yielded to, and that had its sessions, is gone.
    taker_gone: bool,
}

pub(super) struct World {
    pub(super) pair: Pair,
    free: BTreeMap<HomeName, Free>,
    /// A process that restarts claims its homes before the partner does.
    pub(super) quick: bool,
    pub(super) stops: [bool; 2],
}

impl World {
    pub(super) fn new(pair: Pair) -> Self {
        Self { pair, free: BTreeMap::new(), quick: false, stops: [false; 2] }
    }

    pub(super) fn dies(&mut self, at: usize) {
        for home in self.pair.nodes[at].serves.clone() {
            self.free.insert(home, Free { by: at, since: self.pair.now, yielded: false, taker_gone: false });
        }
        // What it had yielded or claimed, nobody takes back.
        for free in self.free.values_mut().filter(|free| free.by == at) {
            free.yielded = false;
        }
        for free in self.free.values_mut().filter(|free| free.by != at) {
            free.taker_gone = true;
        }
        self.pair.dies(at);
    }

    /// Processes that are ready to stop do so.
    fn exits(&mut self) {
        for at in [L, R] {
            if self.pair.nodes[at].up && self.pair.saw(at, &Effect::ReadyToStop) {
                if self.pair.link {
                    self.pair.give(1 - at, Input::Goodbye(Reason::PeerReboot));
                }
                self.dies(at);
            }
        }
    }

    pub(super) fn restarts(&mut self, at: usize) {
        self.stops[at] = false;
        self.pair.restarts(at);
    }

    /// Keepers answer what they were asked.
    pub(super) fn keepers_answer(&mut self) {
        for at in [L, R] {
            for home in std::mem::take(&mut self.pair.nodes[at].asked) {
                if !self.pair.link || self.pair.nodes[at].keeper_refuses {
                    self.pair.give(at, Input::HandOverRefused(home, "the partner is away".into()));
                } else if self.pair.nodes[at].serves.contains(&home) {
                    self.free.insert(
                        home.clone(),
                        Free { by: at, since: self.pair.now, yielded: true, taker_gone: false },
                    );
                    self.pair.yields(at, &home);
                }
            }
        }
    }

    /// Homes that nobody serves are claimed by who may.
    pub(super) fn claims(&mut self) {
        for (own, home) in [name("l"), name("r")].into_iter().enumerate() {
            if self.pair.nodes.iter().any(|node| node.up && node.serves.contains(&home)) {
                self.free.remove(&home);
                continue;
            }
            let now = self.pair.now;
            let free = *self.free.entry(home.clone()).or_insert(Free {
                by: own,
                since: now,
                yielded: false,
                taker_gone: false,
            });
            let able = |at: usize| self.pair.nodes[at].up && self.pair.nodes[at].database && !self.stops[at];
            let (by, other) = (free.by, 1 - free.by);
            let waited = now.since(free.since) >= Duration::from_secs(TAKEN_BACK_AFTER_SECONDS);
            let taker = match free.yielded {
                true if able(other) && self.pair.link && !free.taker_gone => Some(other),
                true => Some(by).filter(|by| able(*by) && waited),
                false if self.quick && able(by) => Some(by),
                false => [other, by].into_iter().find(|at| able(*at)),
            };
            if let Some(taker) = taker {
                self.pair.serve(taker, home.as_str());
            }
        }
    }

    /// Time goes by, and everybody does what is to be done.
    pub(super) fn lives(&mut self, seconds: u64, step: u64) {
        for _ in 0..seconds.div_ceil(step) {
            self.keepers_answer();
            self.claims();
            self.exits();
            self.pair.passes(step);
        }
    }
}

impl Pair {
    /// Time goes by in one step.
    pub(super) fn passes(&mut self, seconds: u64) {
        self.now = Moment(self.now.0 + seconds * 1_000);
        for at in [L, R] {
            self.give(at, Input::Tick);
        }
        self.beat();
    }

    /// Both states, the node that is not the backup first.
    pub(super) fn states(&self) -> (NodeState, NodeState) {
        let [l, r] = [L, R].map(|at| self.nodes[at].manager.standing().state);
        if l == NodeState::Backup { (r, l) } else { (l, r) }
    }

    /// Whether the pair is as it may be for long.
    pub(super) fn is_at_rest(&self) -> bool {
        use NodeState::{Backup, FailedOver, FailedOverWithoutServices, Idle, Normal};
        matches!(self.states(), (Normal, Normal) | (Idle | FailedOver | FailedOverWithoutServices, Backup))
    }
}
