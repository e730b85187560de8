//! Statements on their way to the database, and its answers. A statement may be lost, carried out late, or carried out
//! without an answer; who hears nothing for a while is told that nobody knows.

use everpresent_recovery::witness::{Change, CompareAndSet, WitnessRow};
use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_session::row::Row;

use super::agenda::{Event, Happening};
use super::boundary::Point;
use super::database::Written;
use super::people::homes_of;
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// After this the asker is told that nobody knows.
const STATEMENT_TIMEOUT_MS: u64 = 400;
/// A slow disk takes this long at most.
const SLOWEST_BATCH_MS: u64 = 1_500;

/// What is asked.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    Read,
    Change(CompareAndSet),
    Batch {
        epoch: Epoch,
        rows: Vec<Row>,
        leaving: bool,
    },
    /// A guardian has a dead incarnation emptied.
    Empty,
}

/// A statement on its way.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) number: u64,
    pub(super) node: usize,
    /// The process that asks, or that is dead.
    pub(super) by: Incarnation,
    pub(super) home: usize,
    pub(super) ask: Ask,
    /// Whether its answer gets back.
    answered: bool,
    /// To which database: one that failed over knows nothing of what was on its way to the other.
    generation: u64,
}

/// What the asker is told.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Row(Option<WitnessRow>),
    /// Carried out.
    Done,
    Refused,
    Emptied(u64),
    Unknown,
}

impl World {
    pub(super) fn reaches_database(&self, node: usize) -> bool {
        self.clock >= self.database.down_until && self.clock >= self.database_cut[node]
    }

    /// Sends a statement. The asker is told something in any case, sooner or later.
    pub(super) fn ask(&mut self, node: usize, home: usize, by: Incarnation, ask: Ask) -> u64 {
        self.numbers += 1;
        let number = self.numbers;
        let batch = matches!(ask, Ask::Batch { .. });
        let faulty = self.faulty();
        let lost = faulty && self.chance(self.profile.statements_lost);
        let answered = !(faulty && self.chance(self.profile.answers_lost));
        let slow = faulty && self.chance(self.profile.statements_slow);
        let late = slow && !batch;
        let longest = match (batch, slow) {
            (true, true) => SLOWEST_BATCH_MS,
            (true, false) => 25,
            (false, true) => 2_000,
            (false, false) => 6,
        };
        let lands = self.clock + 1 + self.rng.u64(..longest);
        let generation = self.database.generation;
        let statement = Statement { number, node, by, home, ask, answered, generation };
        if !self.reaches_database(node) {
            let soon = self.clock + 5 + self.rng.u64(..100);
            self.answer(&statement, soon, Answer::Unknown);
            return number;
        }
        if !batch && (lost || late || !answered) {
            self.untold[node] = self.clock;
        }
        // A batch is never given up while it may still be carried out: the next one waits for its connection.
        if batch && (lost || !answered) {
            self.answer(&statement, lands + 20, Answer::Unknown);
        } else if !batch && (lost || late || !answered) {
            self.answer(&statement, self.clock + STATEMENT_TIMEOUT_MS, Answer::Unknown);
        }
        if !lost {
            self.agenda.add(lands, Event::Lands(statement));
        }
        number
    }

    fn answer(&mut self, statement: &Statement, at: u64, answer: Answer) {
        let &Statement { number, node, by, home, .. } = statement;
        let event = match statement.ask {
            Ask::Empty => Event::GuardianAnswered { node, number, answer },
            _ => {
                let what = Happening::Answered { home, number, answer };
                Event::Process { node, incarnation: by, what }
            }
        };
        self.agenda.add(at, event);
    }

    pub(super) fn lands(&mut self, statement: &Statement) -> Result<(), Broken> {
        let back = self.clock + 1 + self.rng.u64(..4);
        let same = statement.generation == self.database.generation;
        if !same || !self.reaches_database(statement.node) {
            self.answer(statement, back + 20, Answer::Unknown);
            return Ok(());
        }
        let Statement { node, by, home, .. } = *statement;
        let answer = match &statement.ask {
            Ask::Read => Answer::Row(self.database.row(home).cloned()),
            Ask::Change(change) => self.carry_change_out(statement, change)?,
            Ask::Batch { epoch, rows, leaving } => {
                let written = self.database.write(home, *epoch, by, rows);
                self.trace(|| {
                    format!("database: {} rows of home {home} under {epoch}: {written:?}", rows.len())
                });
                if written != Written::Fenced {
                    self.accepted(home, *epoch, "the database took a write")?;
                }
                if *leaving {
                    self.reach(node, Point::LeavingWritten)?;
                }
                match written {
                    Written::Yes | Written::InSpiteOfFence => Answer::Done,
                    Written::Fenced => {
                        self.tally.count(Count::WritesFenced);
                        Answer::Refused
                    }
                }
            }
            Ask::Empty => {
                let rows = self.database.empty(by, homes_of(node));
                self.trace(|| format!("database: guardian {node} empties {rows} rows of {by:.8}"));
                if rows > 0 {
                    self.reach(node, Point::Emptied)?;
                }
                Answer::Emptied(rows)
            }
        };
        if statement.answered {
            self.answer(statement, back, answer);
        }
        Ok(())
    }

    fn carry_change_out(&mut self, statement: &Statement, change: &CompareAndSet) -> Result<Answer, Broken> {
        let Statement { node, by, home, .. } = *statement;
        let before = self.database.row(home).cloned();
        let done = self.database.change(home, by, change);
        if !matches!(change.change, Change::Renew { .. }) {
            self.trace(|| format!("database: node {node} would {change}: {done}"));
        }
        if !done {
            return Ok(Answer::Refused);
        }
        let claims = matches!(change.change, Change::Claim { .. });
        if !claims && before.as_ref().is_some_and(|before| before.incarnation.is_none()) {
            return Err(Broken::new("P1", format!("home {home} was released, and is held without a claim")));
        }
        match change.change {
            Change::Claim { epoch, .. } => {
                self.claimed(node, home, epoch, before.as_ref())?;
                self.reach(node, Point::ClaimWritten)?;
            }
            Change::Replica(Some(_)) => self.reach(node, Point::ReplicaWritten)?,
            Change::Replica(None) => self.reach(node, Point::ReplicaCleared)?,
            Change::Renew { .. } | Change::Release => {}
        }
        Ok(Answer::Done)
    }
}
