//! One home, two nodes, a few people who chat, and everything that can go wrong: crashes, hand-overs, a link and a
//! database that fail, connections that break. Time is virtual, chance is seeded, the ledger is the real one.
//!
//! A run has two phases. While the first lasts, faults are injected and the checkers look on after every event. Then
//! faults stop, and everything must come right: the home protected, every acknowledgement given, every message where it
//! belongs. Who may own the home is decided by an oracle here: the search of [`crate::model`] is about that.

mod agenda;
mod checks;
mod client;
mod connection;
mod content;
mod database;
mod ends;
mod faults;
mod home;
mod link;
mod liveness;
mod pump;
mod routing;
mod setup;
mod takeover;
#[cfg(test)]
mod tests;
mod truth;
mod witness;
mod world;

use std::fmt;

use world::World;

/// How many events the first phase has if nothing else is asked for.
pub const DEFAULT_STEPS: usize = 2_000;

/// A bug that is put in on purpose around the ledger, to show that the checkers would find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Planted {
    /// Clients are told of stanzas as soon as they are handled.
    AcknowledgedBeforeConfirmed,
    /// In protected mode stanzas are sent before the partner has their record.
    SentBeforeConfirmed,
    /// When protected mode is left, `replica` is cleared after the first acknowledgement of spooled mode.
    ReplicaClearedLate,
    /// When protected mode is left, messages in queues are not written.
    QueueNotSpooled,
    /// The database takes writes of an owner that was displaced.
    UnfencedWrite,
    /// A takeover adopts its replica though `replica` does not name it.
    AdoptsUnnamedReplica,
    /// A takeover does not detach the sessions that it adopts.
    AdoptedStayOpen,
    /// The partner drops a record now and then.
    RecordSkipped,
}

impl Planted {
    /// All of them, with the names that the command line knows.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::AcknowledgedBeforeConfirmed, "acknowledged-before-confirmed"),
        (Self::SentBeforeConfirmed, "sent-before-confirmed"),
        (Self::ReplicaClearedLate, "replica-cleared-late"),
        (Self::QueueNotSpooled, "queue-not-spooled"),
        (Self::UnfencedWrite, "unfenced-write"),
        (Self::AdoptsUnnamedReplica, "adopts-unnamed-replica"),
        (Self::AdoptedStayOpen, "adopted-stay-open"),
        (Self::RecordSkipped, "record-skipped"),
    ];

    /// The bug of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(planted, _)| *planted)
    }
}

/// How a run is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many events the first phase has.
    pub steps: usize,
    /// The bug that is put in, if any.
    pub planted: Option<Planted>,
}

impl Default for Options {
    fn default() -> Self {
        Self { steps: DEFAULT_STEPS, planted: None }
    }
}

/// What a run went through, to be seen that it is not empty of what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Messages that clients sent, each once.
    pub messages: u64,
    /// Messages that clients received.
    pub received: u64,
    /// Messages that were refused because the database did not answer.
    pub refused: u64,
    /// Sessions that were resumed.
    pub resumed: u64,
    /// Sessions that could not be resumed.
    pub not_resumed: u64,
    /// Sessions that expired.
    pub expired: u64,
    /// Takeovers that adopted a replica.
    pub adopted: u64,
    /// Takeovers that knew only what the database held.
    pub from_heads: u64,
    /// How often the home became protected.
    pub protected: u64,
    /// Replicas that were compared with their original.
    pub compared: u64,
    /// Writes of displaced owners that the database refused.
    pub fenced: u64,
    /// Virtual time, in milliseconds.
    pub milliseconds: u64,
}

impl Tally {
    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.received += other.received;
        self.refused += other.refused;
        self.resumed += other.resumed;
        self.not_resumed += other.not_resumed;
        self.expired += other.expired;
        self.adopted += other.adopted;
        self.from_heads += other.from_heads;
        self.protected += other.protected;
        self.compared += other.compared;
        self.fenced += other.fenced;
        self.milliseconds += other.milliseconds;
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
        write!(f, "seed {} with {} steps, planted: {:?}", self.seed, self.options.steps, self.options.planted)
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
