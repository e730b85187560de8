//! Everything that there is, and the loop that lets it happen.

use std::collections::VecDeque;

use everpresent_session::time::{Moment, Now, Timestamp};
use fastrand::Rng;

use super::agenda::{Agenda, Event};
use super::client::Client;
use super::database::{Answer, Commit, Database, Written};
use super::home::Home;
use super::link::Process;
use super::truth::{Broken, Truth};
use super::{Options, Planted, Tally};

/// How many events a violation shows.
const TRACE_EVENTS: usize = 60;

/// Which phase a run is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Faults,
    Calm,
}

pub(super) struct World {
    pub(super) options: Options,
    pub(super) rng: Rng,
    pub(super) clock: u64,
    pub(super) phase: Phase,
    pub(super) agenda: Agenda,
    pub(super) database: Database,
    /// By node: the process that runs there and does not serve.
    pub(super) processes: [Option<Process>; 2],
    pub(super) home: Option<Home>,
    /// When the last owner went.
    pub(super) home_gone: u64,
    pub(super) clients: Vec<Client>,
    pub(super) truth: Truth,
    pub(super) tally: Tally,
    pub(super) link_cut_until: u64,
    pub(super) streams: u64,
    pub(super) terms: u64,
    pub(super) transports: u64,
    tracing: bool,
    events: VecDeque<String>,
}

impl World {
    pub(super) fn new(seed: u64, options: Options, tracing: bool) -> Self {
        let unfenced = options.planted == Some(Planted::UnfencedWrite);
        let mut world = Self {
            options,
            rng: Rng::with_seed(seed),
            clock: 1_000,
            phase: Phase::Faults,
            agenda: Agenda::default(),
            database: Database::new(unfenced),
            processes: [None, None],
            home: None,
            home_gone: 0,
            clients: Vec::new(),
            truth: Truth::default(),
            tally: Tally::default(),
            link_cut_until: 0,
            streams: 0,
            terms: 0,
            transports: 0,
            tracing,
            events: VecDeque::new(),
        };
        world.set_up();
        world
    }

    /// Both phases.
    pub(super) fn run(&mut self) -> Result<(), Broken> {
        for _ in 0..self.options.steps {
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
        self.happen(event)?;
        self.pump()?;
        self.check()
    }

    fn happen(&mut self, event: Event) -> Result<(), Broken> {
        match event {
            Event::Client(client) => self.client_acts(client),
            Event::FromClient(transport, frame) => return self.at_server(transport, frame),
            Event::ToClient(client, transport, frame) => return self.at_client(client, transport, frame),
            Event::ServerNotices(transport) => return self.server_notices(transport),
            Event::ClientNotices(client, transport) => self.client_notices(client, transport),
            Event::Commit(commit) => return self.commit_arrives(&commit),
            Event::Committed(term, answer) => return self.committed(term, answer),
            Event::Witness(change) => self.witness_arrives(&change),
            Event::WitnessAnswered(term, number, answer) => self.witness_answered(term, number, answer),
            Event::Beat(term) => self.beat(term),
            Event::ToPartner(partner, message) => return self.at_partner(partner, message),
            Event::ToOwner(term, message) => self.at_owner(term, message),
            Event::Tick => return self.tick(),
            Event::Fault => self.fault(),
            Event::Start(node) => self.start(node),
            Event::ReadSpool(transport, session) => return self.read_spool(transport, session),
        }
        Ok(())
    }

    fn commit_arrives(&mut self, commit: &Commit) -> Result<(), Broken> {
        let mut answer = Answer::Unknown;
        if commit.arrives && self.database.is_up(self.clock) {
            let written = self.database.write(commit);
            self.trace(|| {
                format!("database: {} rows under {}: {written:?}", commit.rows.len(), commit.epoch)
            });
            match written {
                Written::Yes => answer = Answer::Done,
                Written::Fenced => {
                    self.tally.fenced += 1;
                    answer = Answer::Refused;
                }
                Written::InSpiteOfFence => {
                    let what = format!("the database took a write under epoch {}", commit.epoch);
                    return Err(Broken::new("P1", what));
                }
            }
        }
        let answer = if commit.answered { answer } else { Answer::Unknown };
        let at = self.clock + 1 + self.rng.u64(..10);
        self.agenda.add(at, Event::Committed(commit.term, answer));
        Ok(())
    }

    fn committed(&mut self, term: u64, answer: Answer) -> Result<(), Broken> {
        let now = self.now();
        let Some(home) = self.home.as_mut().filter(|home| home.term == term) else { return Ok(()) };
        if answer == Answer::Done {
            let stored = home.owner.batch_committed(now);
            return stored.map_err(|misfit| Broken::new("records", misfit.to_string()));
        }
        home.owner.batch_failed();
        home.batch_at = self.clock + 30;
        Ok(())
    }

    pub(super) fn now(&self) -> Now {
        let wall = Timestamp(i64::try_from(self.clock).unwrap_or(i64::MAX));
        Now { moment: Moment(self.clock), wall }
    }

    /// Whether things go wrong by themselves at present.
    pub(super) fn faulty(&self) -> bool {
        self.phase == Phase::Faults
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
        Tally { milliseconds: self.clock, ..self.tally }
    }
}
