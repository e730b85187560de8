//! The state of the small world.

use std::sync::Arc;
use std::time::Duration;

use everpresent_recovery::ownership::{Adoption, Input, Ownership, PeerMessage, Rebase};
use everpresent_recovery::settings::{Rules, Settings};
use everpresent_recovery::witness::{CompareAndSet, WitnessRow};
use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use everpresent_session::time::Moment;

use super::{Options, Planted};

/// One step of time.
pub(super) const TICK: Duration = Duration::from_secs(1);
const LEASE: Duration = Duration::from_secs(2);
/// Longer than a lease: else one who has watched a whole lease has outwaited every grant, and the rule of the
/// start would not be needed.
const GRANT: Duration = Duration::from_secs(4);
/// Short: who goes first is about sessions, and must not be what keeps two from serving at once.
const INITIALIZATION: Duration = Duration::from_secs(1);
/// It is always this late: a second that goes by is taken from everything that is remembered instead, so that
/// the same situation is the same state whenever it comes about.
pub(super) const NOW: Moment = Moment(60_000);
/// Likewise the row always has this beat.
const BEAT: u64 = 16;
/// So many ticks after the last fault somebody must serve; the search does not look beyond.
pub(super) const CALM_TICKS: u8 = 8;

/// How often each kind of thing may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Messages held back or doubled.
    pub messages: u8,
    /// Statements slow, late or unanswered.
    pub statements: u8,
    /// Processes or machines killed.
    pub kills: u8,
    /// Processes started again.
    pub starts: u8,
    /// Links and ways to the database cut.
    pub cuts: u8,
    /// Orders to yield or to stop.
    pub orders: u8,
}

impl Budget {
    /// Nothing goes wrong.
    pub const NONE: Self = Self { messages: 0, statements: 0, kills: 0, starts: 0, cuts: 0, orders: 0 };
}

/// A message on the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Parcel {
    pub(super) to: usize,
    pub(super) message: PeerMessage,
    pub(super) held: bool,
}

/// A statement that its node has given up, and that may still be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum LateStatement {
    Change { by: Incarnation, statement: CompareAndSet },
    Empty { dead: Incarnation },
}

/// A statement that its node waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct InFlight {
    /// `None` for a read.
    pub(super) change: Option<CompareAndSet>,
    pub(super) answer: Option<Input>,
    pub(super) slow: bool,
}

/// A serving process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Process {
    pub(super) ownership: Ownership,
    pub(super) statement: Option<InFlight>,
    /// Whether its replica has all that the owner has confirmed.
    pub(super) complete: bool,
    /// As owner: the partner's process that the replica mode is to name.
    pub(super) wish: Option<Incarnation>,
    /// What it took the sessions from when it began to serve last, and under which epoch.
    pub(super) adopted: Option<(Epoch, Adoption)>,
}

/// What is in a node's place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Up(Box<Process>),
    /// The process is dead and its guardian has to empty what it held.
    Dead(Incarnation),
    /// Ready to start: emptied, stopped, or the guardian is gone too.
    Down,
}

/// A node: what survives its processes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) disk: Epoch,
    pub(super) database: bool,
}

impl Node {
    pub(super) fn process(&self) -> Option<&Process> {
        match &self.place {
            Place::Up(process) => Some(process),
            Place::Dead(_) | Place::Down => None,
        }
    }
}

/// What went wrong in a step, as opposed to in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Wrong {
    AdoptedIncomplete,
    Unreleased,
}

/// The whole state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub(super) row: Option<WitnessRow>,
    pub(super) nodes: Vec<Node>,
    pub(super) wire: Vec<Parcel>,
    pub(super) late: Vec<LateStatement>,
    pub(super) link: bool,
    pub(super) left: Budget,
    pub(super) calm: u8,
    pub(super) next_incarnation: u128,
    pub(super) wrong: Option<Wrong>,
}

/// The world and its options, as a model to search.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) planted: Option<Planted>,
    budget: Budget,
    settings: Vec<Arc<Settings>>,
}

impl Pair {
    pub(super) fn new(options: Options) -> Self {
        let rules = options.planted.map_or_else(Rules::default, Planted::rules);
        let names = if options.pair { &["l", "r"][..] } else { &["l"][..] };
        let settings = names.iter().map(|name| {
            Arc::new(Settings {
                home: HomeName::new("l"),
                node: HomeName::new(name),
                partner: options.pair,
                lease: LEASE,
                grant: GRANT,
                beat: TICK,
                initialization: INITIALIZATION,
                rules,
            })
        });
        Self { planted: options.planted, budget: options.budget, settings: settings.collect() }
    }

    pub(super) fn is_pair(&self) -> bool {
        self.settings.len() > 1
    }

    /// Both nodes have just been started and there is no row.
    pub(super) fn cold(&self) -> World {
        let mut world = World {
            row: None,
            nodes: self
                .settings
                .iter()
                .map(|_| Node { place: Place::Down, disk: Epoch(0), database: true })
                .collect(),
            wire: Vec::new(),
            late: Vec::new(),
            link: true,
            left: self.budget,
            calm: 0,
            next_incarnation: 1,
            wrong: None,
        };
        for node in 0..world.nodes.len() {
            self.start(&mut world, node);
        }
        world
    }

    /// A new process, which knows what is on the disk.
    pub(super) fn start(&self, world: &mut World, node: usize) {
        let incarnation = Incarnation(world.next_incarnation);
        world.next_incarnation += 1;
        let settings = Arc::clone(&self.settings[node]);
        let ownership = Ownership::new(settings, incarnation, world.nodes[node].disk, NOW);
        let process = Process { ownership, statement: None, complete: false, wish: None, adopted: None };
        world.nodes[node].place = Place::Up(Box::new(process));
        world.give(node, Input::Tick);
    }
}

impl World {
    /// Takes this much time from everything that is remembered, and numbers the beats anew.
    pub(super) fn rebase(&mut self, elapsed: Duration) {
        let beats = self.row.as_ref().map_or(0, |row| BEAT.cast_signed() - row.beat.cast_signed());
        let rebase = Rebase { now: NOW, elapsed, beats };
        let move_row = |row: &mut WitnessRow| row.beat = rebase.beat(row.beat);
        self.row.as_mut().map(move_row);
        for node in &mut self.nodes {
            let Place::Up(process) = &mut node.place else { continue };
            process.ownership.rebase(&rebase);
            let Some(statement) = &mut process.statement else { continue };
            if let Some(change) = &mut statement.change {
                rebase.statement(change);
            }
            if let Some(Input::RowRead(Some(row))) = &mut statement.answer {
                move_row(row);
            }
        }
        for parcel in &mut self.wire {
            rebase.message(&mut parcel.message);
        }
        for late in &mut self.late {
            if let LateStatement::Change { statement, .. } = late {
                rebase.statement(statement);
            }
        }
    }
}
