//! The ownership rules, searched exhaustively.
//!
//! Two nodes with a guardian each, the witness row, one home. The nodes run [`everpresent_recovery::ownership`] itself;
//! this module is the world around it: a network that holds messages back and doubles them, a database whose statements
//! arrive late or answer nothing, links that are cut, processes and machines that die and come back. Every order of
//! events within the budgets of [`Options`] is tried, and every state is judged by [`properties`].
//!
//! Time goes by in steps of one second. Within a step everything that was not held back arrives, in any order. What clocks
//! may differ by (a tenth) is below that grain: it is arithmetic, and tested in `recovery`.

mod action;
mod properties;
mod step;
#[cfg(test)]
mod tests;
mod world;

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
    /// The search gives up after so many states, and its report says so.
    pub most_states: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { budget: Budget::default(), pair: true, planted: None, threads: 1, most_states: 40_000_000 }
    }
}

/// A property that does not hold, or an example that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which property.
    pub property: &'static str,
    /// What led there, one event a line; empty if it is an example that was not found.
    pub path: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
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
    /// Properties that hold in every state: none of these may be in `violations`.
    pub always: Vec<&'static str>,
    /// Examples that were found: the search is not empty of what it is about.
    pub examples: Vec<&'static str>,
    /// What is wrong.
    pub violations: Vec<Violation>,
}

/// Searches all that can happen within `options`. With a planted bug it ends at the first violation, and goes breadth
/// first, so that the path to it is a shortest one; else depth first, which needs far less memory.
pub fn check(options: Options) -> Report {
    let started = Instant::now();
    let model = world::Pair::new(options);
    let properties = model.properties();
    let builder = model.checker().threads(options.threads).target_state_count(options.most_states);
    if options.planted.is_some() {
        report(options, &properties, started, &builder.finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join())
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
        states: checker.unique_state_count(),
        reached: checker.state_count(),
        depth: checker.max_depth(),
        took: started.elapsed(),
        complete: checker.state_count() < options.most_states,
        always: Vec::new(),
        examples: Vec::new(),
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
            (false, None) if options.planted.is_none() => {
                report.violations.push(Violation { property: property.name, path: Vec::new() });
            }
            (false, None) => {}
        }
    }
    report
}
