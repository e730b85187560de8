//! The ownership rules, searched exhaustively.
//!
//! Two nodes with a guardian each, the witness row, one home. The nodes run
//! [`everpresent_recovery::ownership`] itself; this module is the world around it: a network that holds
//! messages back and doubles them, a database whose statements arrive late or answer nothing, links that are
//! cut, processes and machines that die and come back. Every order of events within the budgets of
//! [`Options`] is tried, and every state is judged.
//!
//! Time goes by in steps of one second. Within a step everything that was not held back arrives, in any
//! order. What clocks may differ by (a tenth) is below that grain: it is arithmetic, and tested in
//! `recovery`.

mod action;
mod fault;
mod process;
mod properties;
mod report;
mod step;
#[cfg(test)]
mod tests;
mod world;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use everpresent_recovery::settings::Rules;
use stateright::{Checker, HasDiscoveries, Model, Property};

pub use action::Action;
pub use world::{Budget, World};

/// A bug that is put in on purpose, to show that the search would find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Planted {
    /// A node that has sent a claim goes on giving grants.
    GrantWhileClaiming,
    /// A node that starts does not count as having granted.
    StartForgetsGrants,
    /// The guardian empties the row by the epoch that it reads there, not by the incarnation that died.
    ReleaseByEpoch,
    /// A renewal names only the epoch, and writes its incarnation.
    RenewalUnreleases,
    /// A takeover adopts when `replica` names another process of its node.
    AdoptsForeignReplica,
    /// A claim does not wait for the lease.
    NoLeaseWait,
    /// A claim does not wait for the grants that the claimant gave.
    NoGrantWait,
    /// Grants and leases count from their answer.
    CountsFromAnswer,
    /// An owner with neither grant nor lease goes on.
    NoFence,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::GrantWhileClaiming,
        Self::StartForgetsGrants,
        Self::ReleaseByEpoch,
        Self::RenewalUnreleases,
        Self::AdoptsForeignReplica,
        Self::NoLeaseWait,
        Self::NoGrantWait,
        Self::CountsFromAnswer,
        Self::NoFence,
    ];

    /// The smallest budget known to bring it out.
    pub fn budget(self) -> Budget {
        let none = Budget::NONE;
        match self {
            Self::GrantWhileClaiming
            | Self::NoLeaseWait
            | Self::NoGrantWait
            | Self::CountsFromAnswer
            | Self::NoFence => Budget { statements: 1, ..none },
            Self::StartForgetsGrants => Budget { statements: 1, kills: 1, starts: 1, cuts: 1, ..none },
            Self::ReleaseByEpoch | Self::RenewalUnreleases | Self::AdoptsForeignReplica => {
                Budget { kills: 1, starts: 1, ..none }
            }
        }
    }

    /// The rules of the nodes with this bug. Those of guardian and database are in the world around them.
    fn rules(self) -> Rules {
        let mut rules = Rules::default();
        match self {
            Self::GrantWhileClaiming => rules.no_grant_while_claiming = false,
            Self::StartForgetsGrants => rules.start_counts_as_granted = false,
            Self::AdoptsForeignReplica => rules.adopt_own_incarnation_only = false,
            Self::NoLeaseWait => rules.wait_for_lease = false,
            Self::NoGrantWait => rules.wait_for_own_grants = false,
            Self::CountsFromAnswer => rules.count_from_asking = false,
            Self::NoFence => rules.fence = false,
            Self::ReleaseByEpoch | Self::RenewalUnreleases => {}
        }
        rules
    }
}

/// A search that reaches more gives up; see [`Report::complete`].
const MOST_STATES: usize = 400_000_000;

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How much may go wrong.
    pub budget: Budget,
    /// Whether the group has its second node.
    pub pair: bool,
    /// The bug that is put in, if any.
    pub planted: Option<Planted>,
    /// Threads of the search.
    pub threads: usize,
    /// The search gives up after reaching so many states, and its report says so.
    pub most_states: usize,
}

impl Options {
    /// A pair with these faults, on one thread.
    pub fn pair(budget: Budget) -> Self {
        Self { budget, pair: true, planted: None, threads: 1, most_states: MOST_STATES }
    }

    /// A pair with this bug, and as much going wrong as it takes to bring it out.
    pub fn planted(bug: Planted) -> Self {
        Self { planted: Some(bug), ..Self::pair(bug.budget()) }
    }
}

/// Every two kinds of fault together, a process killed and started again counting as one, and a group of one
/// node with all at once.
pub fn searches() -> Vec<Options> {
    let none = Budget::NONE;
    let restart = Budget { kills: 1, starts: 1, ..none };
    let pairs = [
        Budget { messages: 1, statements: 1, ..none },
        Budget { messages: 1, ..restart },
        Budget { messages: 1, cuts: 1, ..none },
        Budget { messages: 1, orders: 1, ..none },
        Budget { statements: 1, ..restart },
        Budget { statements: 1, cuts: 1, ..none },
        Budget { statements: 1, orders: 1, ..none },
        Budget { cuts: 1, ..restart },
        Budget { cuts: 1, orders: 1, ..none },
        Budget { orders: 1, ..restart },
    ];
    let alone = Budget { statements: 2, cuts: 1, orders: 1, kills: 2, starts: 2, messages: 0 };
    let mut searches: Vec<Options> = pairs.map(Options::pair).into();
    searches.push(Options { pair: false, ..Options::pair(alone) });
    searches
}

/// A process killed and another started, and two other faults: 57 million states, some minutes, for when the
/// rules change.
pub fn long_search() -> Options {
    Options::pair(Budget { statements: 1, cuts: 1, kills: 1, starts: 1, ..Budget::NONE })
}

/// A property that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which property.
    pub property: &'static str,
    /// What led there, event by event.
    pub path: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was searched.
    pub options: Options,
    /// Different states.
    pub states: usize,
    /// States reached, each counted as often as it was reached.
    pub reached: usize,
    /// The longest path.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Whether every state within the budget was looked at.
    pub complete: bool,
    /// Properties that hold in every state that was looked at.
    pub always: Vec<&'static str>,
    /// Examples that were found: the search is not empty of what it is about.
    pub examples: Vec<&'static str>,
    /// Examples that were not found. One that no search finds means that the model has lost its meaning.
    pub missing: Vec<&'static str>,
    /// Properties that do not hold.
    pub violations: Vec<Violation>,
}

/// All of [`searches`], each reported as it ends to `progress`; returns whether every search looked at every
/// state, found no violation, and every example was found by one of them.
pub fn check_all(threads: usize, mut progress: impl FnMut(&Report)) -> bool {
    let mut missing: Option<BTreeSet<&str>> = None;
    let mut holds = true;
    for options in searches() {
        let report = check(Options { threads, ..options });
        progress(&report);
        holds &= report.complete && report.violations.is_empty();
        let here: BTreeSet<&str> = report.missing.iter().copied().collect();
        if options.pair {
            missing = Some(missing.map_or(here.clone(), |before| &before & &here));
        }
    }
    holds && missing.is_some_and(|missing| missing.is_empty())
}

/// Searches all that can happen within `options`. With a planted bug it ends at the first violation, and goes
/// breadth first, so that the path to it is a shortest one; else depth first, which needs far less memory.
pub fn check(options: Options) -> Report {
    let started = Instant::now();
    let model = world::Pair::new(options);
    let properties = model.properties();
    let builder = model.checker().threads(options.threads).target_state_count(options.most_states);
    if options.planted.is_some() {
        report(
            options,
            &properties,
            started,
            &builder.finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join(),
        )
    } else {
        report(options, &properties, started, &builder.spawn_dfs().join())
    }
}

fn report(
    options: Options,
    properties: &[Property<world::Pair>],
    started: Instant,
    checker: &impl Checker<world::Pair>,
) -> Report {
    let mut report = Report {
        options,
        states: checker.unique_state_count(),
        reached: checker.state_count(),
        depth: checker.max_depth(),
        took: started.elapsed(),
        complete: checker.state_count() < options.most_states,
        always: Vec::new(),
        examples: Vec::new(),
        missing: Vec::new(),
        violations: Vec::new(),
    };
    let mut found = checker.discoveries();
    for property in properties {
        let discovery = found.remove(property.name);
        match (property.expectation.discovery_is_failure(), discovery) {
            (true, None) => report.always.push(property.name),
            (true, Some(path)) => {
                let path = path.into_actions().iter().map(|action| format!("{action:?}")).collect();
                report.violations.push(Violation { property: property.name, path });
            }
            (false, Some(_)) => report.examples.push(property.name),
            (false, None) => report.missing.push(property.name),
        }
    }
    report
}
