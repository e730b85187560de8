//! A node: a machine with a disk and a clock, a guardian, and the process that serves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use everpresent_recovery::guardian::Guardian;
use everpresent_recovery::ownership::{Adoption, Ownership};
use everpresent_recovery::settings::{Rules, Settings};
use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use everpresent_session::replica::Replica;
use everpresent_session::time::Moment;

use super::people::{homes_of, partner_of};
use super::replication::Following;
use super::serving::Serving;

/// Length of a lease: `keep_alive_timeout` of the preset `lan`.
const LEASE: Duration = Duration::from_secs(1);
/// Length of a grant. Longer than a lease: else one who has watched a whole lease has outwaited every grant, and the
/// rule of the start would not be needed.
const GRANT: Duration = Duration::from_secs(2);
/// `keep_alive_interval` of the preset `lan`.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_millis(200);
/// `initialization_keep_alive_timeout`, shorter than in life, so that it is reached. Whoever holds the sessions must have
/// had its chance by then. It waits for the last grant that it gave, and a request of the dead owner may arrive late:
/// 1.5 s + 2 s. What that is on two clocks that differ by a tenth, and a statement or two that are lost, fit in too.
pub(super) const INITIALIZATION_MS: u64 = 5_000;

/// What survives the process.
#[derive(Debug)]
pub(super) struct Node {
    /// How fast its clock goes, in thousandths of true time.
    pub(super) rate: u64,
    /// What its clock showed at the beginning.
    pub(super) offset: u64,
    /// The highest epoch seen, by home: on the local disk.
    pub(super) disk: BTreeMap<usize, Epoch>,
    /// Gone when the machine is.
    pub(super) guardian: Option<Guardian>,
    /// The guardian's statement that is not answered.
    pub(super) guardian_asked: Option<u64>,
    pub(super) process: Option<Process>,
}

/// A process that serves, or would.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) incarnation: Incarnation,
    /// By home, of those that it may own.
    pub(super) seats: BTreeMap<usize, Seat>,
    /// Nothing happens to it before this.
    pub(super) frozen_until: u64,
    /// It has just been thawed and goes on with what it had decided to do.
    pub(super) believes: bool,
    /// When it last heard of the other node of its group.
    pub(super) heard: u64,
    /// Whether the other node's process is there, as far as it knows.
    pub(super) link: bool,
    pub(super) ticks: u64,
    /// When it was told to stop.
    pub(super) stopping: Option<u64>,
    /// The other node's process that said so of itself.
    pub(super) other_stops: Option<Incarnation>,
    /// It does so: its views of homes were told.
    pub(super) stops: bool,
}

/// What a process knows of one home.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) ownership: Ownership,
    /// The statement about the row that is not answered.
    pub(super) asked: Option<u64>,
    pub(super) wake_at: u64,
    /// The epoch of the row that the last claim named.
    pub(super) claimed_from: Epoch,
    /// It may serve, and waits for what it has to read before.
    pub(super) loading: Option<(Epoch, Adoption)>,
    /// The owner, while it serves and after it was fenced.
    pub(super) serving: Option<Serving>,
    pub(super) replica: Replica,
    pub(super) following: Option<Following>,
    /// It stops, and the owner of the home under this epoch does without it.
    pub(super) may_leave: Option<Epoch>,
    /// It was told to stop and holds nothing any more.
    pub(super) stopped: bool,
}

impl Node {
    pub(super) fn new(rate: u64, offset: u64) -> Self {
        Self { rate, offset, disk: BTreeMap::new(), guardian: None, guardian_asked: None, process: None }
    }

    /// What its clock shows at this true time.
    pub(super) fn moment(&self, clock: u64) -> Moment {
        Moment(self.offset + clock * self.rate / 1_000)
    }

    /// The first true time at which its clock shows this.
    pub(super) fn true_time(&self, moment: Moment) -> u64 {
        (moment.0.saturating_sub(self.offset) * 1_000).div_ceil(self.rate)
    }

    pub(super) fn incarnation(&self) -> Option<Incarnation> {
        self.process.as_ref().map(|process| process.incarnation)
    }

    pub(super) fn seat(&self, home: usize) -> Option<&Seat> {
        self.process.as_ref()?.seats.get(&home)
    }
}

impl Process {
    pub(super) fn new(
        node: usize,
        incarnation: Incarnation,
        disk: &BTreeMap<usize, Epoch>,
        (homes, rules): (&[HomeName], Rules),
        (clock, now): (u64, Moment),
    ) -> Self {
        let seat = |home: &usize| {
            let settings = Settings {
                home: homes[*home].clone(),
                node: homes[node].clone(),
                partner: partner_of(node).is_some(),
                lease: LEASE,
                grant: GRANT,
                beat: KEEP_ALIVE_INTERVAL,
                initialization: Duration::from_millis(INITIALIZATION_MS),
                rules,
            };
            let highest = disk.get(home).copied().unwrap_or_default();
            let ownership = Ownership::new(Arc::new(settings), incarnation, highest, now);
            (*home, Seat::new(ownership))
        };
        Self {
            incarnation,
            seats: homes_of(node).iter().map(seat).collect(),
            frozen_until: 0,
            believes: false,
            heard: clock,
            link: false,
            ticks: 0,
            stopping: None,
            other_stops: None,
            stops: false,
        }
    }
}

impl Seat {
    fn new(ownership: Ownership) -> Self {
        Self {
            ownership,
            asked: None,
            wake_at: 0,
            claimed_from: Epoch(0),
            loading: None,
            serving: None,
            replica: Replica::default(),
            following: None,
            may_leave: None,
            stopped: false,
        }
    }
}

/// The place for a home in a node's process.
pub(super) fn seat_mut(nodes: &mut [Node], node: usize, home: usize) -> Option<&mut Seat> {
    nodes[node].process.as_mut()?.seats.get_mut(&home)
}
