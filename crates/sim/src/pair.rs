//! Whole nodes: three of them with their guardians, a group of two homes and a group of one, a database with witness
//! rows, clients, and everything that can go wrong between and inside them. What each node does is the real code of
//! crates `recovery` and `session`; what is around it follows the [rules] of the server. Time is virtual, each node has
//! a clock of its own, chance is seeded.
//!
//! A run has two phases. While the first lasts, faults are injected and the checkers look on after every event. Then
//! faults stop, and everything must come right: every home served and, where there is a partner, protected; nothing
//! waits in a channel; every message where it belongs; everybody sees who is there and nobody else.

mod agenda;
mod asking;
mod boundary;
mod channels;
mod checks;
mod client;
mod connection;
mod content;
mod database;
mod ends;
mod excuses;
mod faults;
mod guardians;
mod liveness;
mod network;
mod node;
mod orders;
mod ownership;
mod people;
mod planted;
mod profile;
mod pump;
mod replication;
mod routing;
mod rules;
mod script;
mod serving;
mod setup;
mod spool;
mod takeover;
mod tally;
#[cfg(test)]
mod tests;
mod truth;
mod world;

use std::fmt;

pub use boundary::{Interruption, Point, What};
pub use planted::Planted;
pub use tally::{Count, Tally};

use world::World;

/// How long the first phase is if nothing else is asked for, in milliseconds of virtual time.
pub const DEFAULT_MILLISECONDS: u64 = 30_000;

/// How a run is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long the first phase is, in milliseconds of virtual time.
    pub milliseconds: u64,
    /// The bug that is put in, if any.
    pub planted: Option<Planted>,
    /// No faults by chance: a script of moves, interrupted here.
    pub interruption: Option<Interruption>,
}

impl Default for Options {
    fn default() -> Self {
        Self { milliseconds: DEFAULT_MILLISECONDS, planted: None, interruption: None }
    }
}

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which promise, such as `P2`, or `liveness`.
    pub promise: &'static str,
    /// What is wrong.
    pub what: String,
    /// The seed that shows it.
    pub seed: u64,
    /// How the run was made.
    pub options: Options,
    /// The last events before, oldest first.
    pub events: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.events {
            writeln!(f, "  {event}")?;
        }
        writeln!(f, "{}: {}", self.promise, self.what)?;
        write!(f, "seed {}, {:?}", self.seed, self.options)
    }
}

/// Runs one seed.
///
/// # Errors
/// The first [`Violation`].
pub fn run(seed: u64, options: Options) -> Result<Tally, Box<Violation>> {
    let mut world = World::new(seed, options, false);
    if world.run().is_ok() {
        return Ok(world.tally());
    }
    // The same again, this time with the events written down.
    let mut world = World::new(seed, options, true);
    match world.run() {
        Ok(()) => Ok(world.tally()),
        Err(broken) => {
            let (promise, what) = (broken.promise, broken.what);
            Err(Box::new(Violation { promise, what, seed, options, events: world.events() }))
        }
    }
}
