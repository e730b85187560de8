//! The twelve bugs that are put in on purpose, and looking for each with every tool that knows it. A checker that would
//! not see them proves nothing where it sees nothing.

use std::fmt;

use crate::pair::{Interruption, Point, What};
use crate::{model, pair, simulation};

/// A bug, and which tools can have it put in.
#[derive(Debug, Clone, Copy)]
pub struct Bug {
    /// Its name on the command line.
    pub name: &'static str,
    /// What the code with this bug does.
    pub what: &'static str,
    home: Option<simulation::Planted>,
    pair: Option<pair::Planted>,
    /// The point that brings it out, if it hides between two others.
    interruption: Option<Interruption>,
    model: Option<model::Planted>,
}

/// What looks for bugs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The simulator with one home.
    Home,
    /// The simulator with whole nodes, faults by chance.
    Pair,
    /// The same, interrupted at one point.
    Interrupted(Interruption),
    /// The exhaustive search.
    Model,
}

/// What a tool made of a bug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Which tool.
    pub tool: Tool,
    /// How many seeds were run, or states searched, until it was found or given up.
    pub after: u64,
    /// What it saw.
    pub found: Option<Found>,
}

/// A promise or property that the bug was seen to break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which, such as `P2`; a property of the model in its own words.
    pub promise: String,
    /// What was seen; empty if the promise says it all.
    pub what: String,
}

/// All twelve, in the order of the list that they come from.
pub const BUGS: [Bug; 12] = [
    Bug {
        pair: Some(pair::Planted::GrantWhileClaiming),
        model: Some(model::Planted::GrantWhileClaiming),
        ..bug("grant-while-claiming", "a grant is given while a claim is pending")
    },
    Bug {
        pair: Some(pair::Planted::StartForgetsGrants),
        model: Some(model::Planted::StartForgetsGrants),
        ..bug("start-forgets-grants", "a start forgets the grants given before it")
    },
    Bug {
        pair: Some(pair::Planted::ReleaseByEpoch),
        model: Some(model::Planted::ReleaseByEpoch),
        ..bug("release-by-epoch", "a row is released by epoch, not by incarnation")
    },
    Bug {
        pair: Some(pair::Planted::RenewalUnreleases),
        model: Some(model::Planted::RenewalUnreleases),
        ..bug("renewal-unreleases", "a renewal un-releases a row")
    },
    Bug {
        pair: Some(pair::Planted::AdoptsForeignReplica),
        model: Some(model::Planted::AdoptsForeignReplica),
        ..bug("adopts-foreign-replica", "a replica is adopted that the row names for another incarnation")
    },
    Bug {
        home: Some(simulation::Planted::AcknowledgedBeforeConfirmed),
        pair: Some(pair::Planted::AcknowledgedBeforeConfirmed),
        ..bug("acknowledged-before-confirmed", "a stanza is acknowledged before its record is confirmed")
    },
    Bug {
        home: Some(simulation::Planted::SentBeforeConfirmed),
        pair: Some(pair::Planted::SentBeforeConfirmed),
        ..bug("sent-before-confirmed", "a stanza is delivered before its record is confirmed")
    },
    Bug {
        pair: Some(pair::Planted::RoutedBeforeConfirmed),
        ..bug("routed-before-confirmed", "a stanza leaves for another home before its record is confirmed")
    },
    Bug {
        home: Some(simulation::Planted::UnfencedWrite),
        pair: Some(pair::Planted::UnfencedWrite),
        ..bug("unfenced-write", "the spool is written without its fence")
    },
    Bug {
        pair: Some(pair::Planted::NumberOutsideRecord),
        interruption: Some(Interruption { point: Point::RouteTaken, after: 0, what: What::Crash }),
        ..bug("number-outside-record", "a channel's number is noted outside the record of its stanza")
    },
    Bug {
        home: Some(simulation::Planted::ReplicaClearedLate),
        pair: Some(pair::Planted::ReplicaClearedLate),
        ..bug("replica-cleared-late", "`replica` is cleared after the first spooled acknowledgement")
    },
    Bug {
        home: Some(simulation::Planted::QueueNotSpooled),
        pair: Some(pair::Planted::QueueNotSpooled),
        ..bug("queue-not-spooled", "protected mode is left without writing the queues")
    },
];

const fn bug(name: &'static str, what: &'static str) -> Bug {
    Bug { name, what, home: None, pair: None, interruption: None, model: None }
}

impl Bug {
    /// The tools that know it.
    pub fn tools(&self) -> Vec<Tool> {
        let home = self.home.map(|_| Tool::Home);
        let pair = self.pair.map(|_| Tool::Pair);
        let interrupted = self.interruption.map(Tool::Interrupted);
        let model = self.model.map(|_| Tool::Model);
        [home, pair, interrupted, model].into_iter().flatten().collect()
    }

    /// Looks for it with this tool, through so many seeds at most. The model is searched until it is found.
    pub fn look(&self, tool: Tool, seeds: u64) -> Look {
        match tool {
            Tool::Home => {
                let options = simulation::Options { planted: self.home, ..simulation::Options::default() };
                by_seeds(tool, seeds, |seed| {
                    let violation = simulation::run(seed, options).err()?;
                    Some(Found { promise: violation.promise.to_owned(), what: violation.what })
                })
            }
            Tool::Pair => self.by_pairs(tool, seeds, None),
            Tool::Interrupted(interruption) => self.by_pairs(tool, seeds, Some(interruption)),
            Tool::Model => self.by_search(),
        }
    }

    fn by_pairs(&self, tool: Tool, seeds: u64, interruption: Option<Interruption>) -> Look {
        let options = pair::Options { planted: self.pair, interruption, ..pair::Options::default() };
        by_seeds(tool, seeds, |seed| {
            let violation = pair::run(seed, options).err()?;
            Some(Found { promise: violation.promise.to_owned(), what: violation.what })
        })
    }

    fn by_search(&self) -> Look {
        let Some(planted) = self.model else { return Look { tool: Tool::Model, after: 0, found: None } };
        let report = model::check(model::Options::planted(planted));
        let found = report.violations.first();
        let found =
            found.map(|violation| Found { promise: violation.property.to_owned(), what: String::new() });
        Look { tool: Tool::Model, after: report.states as u64, found }
    }
}

/// Runs seeds until one shows something.
fn by_seeds(tool: Tool, seeds: u64, run: impl Fn(u64) -> Option<Found>) -> Look {
    let found = (0..seeds).find_map(|seed| Some((seed + 1, run(seed)?)));
    match found {
        Some((after, found)) => Look { tool, after, found: Some(found) },
        None => Look { tool, after: seeds, found: None },
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("simulator, one home"),
            Self::Pair => f.write_str("simulator, whole nodes"),
            Self::Interrupted(at) => write!(f, "simulator, interrupted at {at}"),
            Self::Model => f.write_str("model"),
        }
    }
}

impl Tool {
    /// What it counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Model => "states",
            _ => "seeds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bug_is_known_by_its_name_to_a_tool() {
        for bug in BUGS {
            assert!(!bug.tools().is_empty(), "{}", bug.name);
            let names = [
                bug.pair.map(pair::Planted::name),
                bug.model.map(model::Planted::name),
                bug.home.and(simulation::Planted::parse(bug.name)).and(Some(bug.name)),
            ];
            assert!(names.into_iter().flatten().all(|name| name == bug.name), "{}: {names:?}", bug.name);
            assert_eq!(bug.home, simulation::Planted::parse(bug.name));
        }
    }
}
