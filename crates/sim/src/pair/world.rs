//! Everything that there is, and the loop that lets it happen.

use std::collections::VecDeque;

use everpresent_session::ids::Incarnation;
use everpresent_session::owner::TransportId;
use everpresent_session::time::{Moment, Now, Timestamp};
use fastrand::Rng;

use super::Options;
use super::agenda::{Agenda, Event, Happening};
use super::client::Client;
use super::database::Database;
use super::node::Node;
use super::people::{NODES, People};
use super::profile::Profile;
use super::tally::{Count, Tally};
use super::truth::{Broken, Truth};

/// How many events a violation shows.
const TRACE_EVENTS: usize = 4000;

/// Which phase a run is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Faults,
    Calm,
}

pub(super) struct World {
    pub(super) options: Options,
    pub(super) profile: Profile,
    pub(super) rng: Rng,
    /// True time, in milliseconds.
    pub(super) clock: u64,
    pub(super) phase: Phase,
    pub(super) agenda: Agenda,
    pub(super) database: Database,
    pub(super) nodes: Vec<Node>,
    pub(super) people: People,
    pub(super) clients: Vec<Client>,
    pub(super) truth: Truth,
    pub(super) tally: Tally,
    /// From, to: nothing gets through before this.
    pub(super) link_cut: [[u64; NODES]; NODES],
    /// When the last message of a stream arrives: nothing overtakes.
    pub(super) link_last: [[u64; NODES]; NODES],
    pub(super) database_cut: [u64; NODES],
    /// When something last went wrong at a node that may keep it from the database.
    pub(super) disturbed: [u64; NODES],
    /// When the last outage of the database ends, which every node sees.
    pub(super) outage_until: u64,
    /// When a node last asked the database something about a row and was told nothing in time.
    pub(super) untold: [u64; NODES],
    pub(super) numbers: u64,
    pub(super) streams: u64,
    transports: u64,
    /// How often the point of the interruption was reached.
    pub(super) reached: u32,
    /// Whether the first move of the script was made.
    pub(super) script_began: bool,
    tracing: bool,
    events: VecDeque<String>,
}

impl World {
    pub(super) fn new(seed: u64, options: Options, tracing: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let profile = if options.interruption.is_some() { Profile::default() } else { Profile::of(&mut rng) };
        let mut world = Self {
            options,
            profile,
            rng,
            clock: 1_000,
            phase: Phase::Faults,
            agenda: Agenda::default(),
            database: Database::new(NODES, options.planted, profile.lost_writes > 0),
            nodes: Vec::new(),
            people: People::new(),
            clients: Vec::new(),
            truth: Truth::default(),
            tally: Tally::default(),
            link_cut: [[0; NODES]; NODES],
            link_last: [[0; NODES]; NODES],
            database_cut: [0; NODES],
            disturbed: [0; NODES],
            outage_until: 0,
            untold: [0; NODES],
            numbers: 0,
            streams: 0,
            transports: 0,
            reached: 0,
            script_began: false,
            tracing,
            events: VecDeque::new(),
        };
        world.set_up();
        world
    }

    /// Both phases.
    pub(super) fn run(&mut self) -> Result<(), Broken> {
        let end = self.clock + self.options.milliseconds;
        while self.clock < end {
            self.step()?;
        }
        self.converge()
    }

    /// One event, what follows from it, and a look at everything.
    pub(super) fn step(&mut self) -> Result<(), Broken> {
        let Some((at, event)) = self.agenda.next() else {
            return Err(Broken::new("liveness", "nothing happens any more"));
        };
        self.clock = at;
        self.tally.count(Count::Events);
        let touched = self.happen(event)?;
        if let Some(node) = touched {
            self.pump(node)?;
            if let Some(process) = &mut self.nodes[node].process {
                process.believes = false;
            }
        }
        self.check(touched)
    }

    fn happen(&mut self, event: Event) -> Result<Option<usize>, Broken> {
        match event {
            Event::Client(client) => self.client_acts(client),
            Event::ToClient(client, transport, frame) => self.at_client(client, transport, frame)?,
            Event::ClientNotices(client, transport) => self.client_notices(client, transport),
            Event::Lands(statement) => self.lands(&statement)?,
            Event::GuardianAnswered { node, number, answer } => {
                self.guardian_answered(node, number, &answer);
            }
            Event::GuardianTick(node) => self.guardian_tick(node),
            Event::Boot(node) | Event::Order(node) => self.guardian_starts(node),
            Event::Fault => self.fault()?,
            Event::Script(step) => self.script(step)?,
            Event::Process { node, incarnation, what } => {
                let Some(process) = &self.nodes[node].process else { return Ok(None) };
                if process.incarnation != incarnation {
                    return Ok(None);
                }
                if process.frozen_until > self.clock {
                    let thawed = process.frozen_until;
                    self.agenda.add(thawed, Event::Process { node, incarnation, what });
                    return Ok(None);
                }
                self.happens(node, what)?;
                return Ok(Some(node));
            }
        }
        Ok(None)
    }

    fn happens(&mut self, node: usize, what: Happening) -> Result<(), Broken> {
        match what {
            Happening::Frame { home, client, over, frame } => self.at_server(node, home, client, over, frame),
            Happening::Lost { home, over } => self.server_notices(node, home, over),
            Happening::Answered { home, number, answer } => self.answered(node, home, number, answer),
            Happening::Wake { home, at } => self.wakes(node, home, at),
            Happening::Tick => self.tick(node),
            Happening::Wire { from, by, message } => self.at_process(node, from, by, message),
            Happening::LinkLost => self.link_lost(node),
            Happening::ReadSpool { home, over, session } => self.read_spool(node, home, over, session),
        }
    }

    /// Adds something that is going to happen to the process that is at a node now.
    pub(super) fn later(&mut self, node: usize, at: u64, what: Happening) {
        if let Some(incarnation) = self.nodes[node].incarnation() {
            self.agenda.add(at, Event::Process { node, incarnation, what });
        }
    }

    /// The clocks of a node.
    pub(super) fn now(&self, node: usize) -> Now {
        let wall = Timestamp(i64::try_from(self.clock).unwrap_or(i64::MAX));
        Now { moment: self.moment(node), wall }
    }

    pub(super) fn moment(&self, node: usize) -> Moment {
        self.nodes[node].moment(self.clock)
    }

    /// The node at which this process runs.
    pub(super) fn node_of(&self, incarnation: Incarnation) -> Option<usize> {
        self.nodes.iter().position(|node| node.incarnation() == Some(incarnation))
    }

    pub(super) fn next_transport(&mut self) -> TransportId {
        self.transports += 1;
        TransportId(self.transports)
    }

    /// Whether things go wrong by themselves at present.
    pub(super) fn faulty(&self) -> bool {
        self.phase == Phase::Faults
    }

    /// Whether something happens that does so this often, in thousandths.
    pub(super) fn chance(&mut self, thousandths: u32) -> bool {
        thousandths > 0 && self.rng.u32(..1_000) < thousandths
    }

    pub(super) fn trace(&mut self, event: impl FnOnce() -> String) {
        if !self.tracing {
            return;
        }
        if self.events.len() == TRACE_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(format!("{:>7} ms  {}", self.clock, event()));
    }

    pub(super) fn events(self) -> Vec<String> {
        self.events.into()
    }

    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.tally;
        tally.more(Count::Milliseconds, self.clock);
        tally
    }
}
