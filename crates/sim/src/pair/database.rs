//! The database: for each home its witness row, heads, spool and what waits in its channels.

use std::collections::{BTreeMap, VecDeque};

use everpresent_recovery::witness::{Change, CompareAndSet, WitnessRow, empty_incarnation};
use everpresent_session::ids::{Epoch, Incarnation, RowId, SessionId};
use everpresent_session::row::{HeadRow, RouteRow, Row, SpoolRow};
use everpresent_stanza::BareJid;

use super::Planted;

/// How many of the last writes may be lost at most.
const MOST_LOST_WRITES: usize = 12;

/// What is held of a home.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub(super) witness: Option<WitnessRow>,
    pub(super) heads: BTreeMap<SessionId, HeadRow>,
    pub(super) spool: BTreeMap<(BareJid, RowId), SpoolRow>,
    pub(super) routes: BTreeMap<RowId, RouteRow>,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Yes,
    /// The fence did not match: the writer was displaced.
    Fenced,
    /// The fence did not match and was not looked at.
    InSpiteOfFence,
}

#[derive(Debug)]
pub(super) struct Database {
    pub(super) homes: Vec<Rows>,
    /// Nothing works before this moment.
    pub(super) down_until: u64,
    /// How often it failed over.
    pub(super) generation: u64,
    planted: Option<Planted>,
    /// What was there before the last writes, oldest first; kept only if they may be lost.
    before: VecDeque<(usize, Rows)>,
    keeps: bool,
}

impl Database {
    pub(super) fn new(homes: usize, planted: Option<Planted>, keeps: bool) -> Self {
        let homes = vec![Rows::default(); homes];
        Self { homes, down_until: 0, generation: 0, planted, before: VecDeque::new(), keeps }
    }

    pub(super) fn row(&self, home: usize) -> Option<&WitnessRow> {
        self.homes[home].witness.as_ref()
    }

    fn keep(&mut self, home: usize) {
        if self.keeps {
            self.before.push_back((home, self.homes[home].clone()));
            if self.before.len() > MOST_LOST_WRITES {
                self.before.pop_front();
            }
        }
    }

    /// The last writes were never made. Returns the homes that they were about.
    pub(super) fn lose(&mut self, writes: usize) -> Vec<usize> {
        self.generation += 1;
        let mut homes = Vec::new();
        for _ in 0..writes {
            let Some((home, rows)) = self.before.pop_back() else { break };
            self.homes[home] = rows;
            homes.push(home);
        }
        homes
    }

    /// Carries the statement out; returns whether it changed the row.
    pub(super) fn change(&mut self, home: usize, by: Incarnation, statement: &CompareAndSet) -> bool {
        let row = self.row(home);
        let after = match (self.planted, &statement.change, row) {
            (Some(Planted::RenewalUnreleases), Change::Renew { .. }, Some(row)) => {
                let same = statement.expected.is_some_and(|expected| expected.epoch == row.epoch);
                same.then(|| WitnessRow { incarnation: Some(by), beat: row.beat + 1, ..row.clone() })
            }
            _ => statement.apply(row),
        };
        let Some(after) = after else { return false };
        self.keep(home);
        self.homes[home].witness = Some(after);
        true
    }

    /// Empties this incarnation in every row that carries it; returns how many did.
    pub(super) fn empty(&mut self, dead: Incarnation, homes: &[usize]) -> u64 {
        let mut emptied = 0;
        for home in homes {
            let Some(row) = self.row(*home) else { continue };
            let dead = match (self.planted, row.incarnation) {
                (Some(Planted::ReleaseByEpoch), Some(anybody)) => anybody,
                _ => dead,
            };
            let Some(after) = empty_incarnation(row, dead) else { continue };
            self.keep(*home);
            self.homes[*home].witness = Some(after);
            emptied += 1;
        }
        emptied
    }

    /// A batch of an owner, under its fence.
    pub(super) fn write(&mut self, home: usize, epoch: Epoch, by: Incarnation, rows: &[Row]) -> Written {
        let owns = self.row(home).is_some_and(|row| row.epoch == epoch && row.incarnation == Some(by));
        if !owns && self.planted != Some(Planted::UnfencedWrite) {
            return Written::Fenced;
        }
        self.keep(home);
        for row in rows {
            self.homes[home].write(row);
        }
        if owns { Written::Yes } else { Written::InSpiteOfFence }
    }
}

impl Rows {
    fn write(&mut self, row: &Row) {
        match row {
            Row::Head(head) => {
                self.heads.insert(head.session, head.clone());
            }
            Row::HeadGone { session } => {
                self.heads.remove(session);
            }
            Row::Spool(row) => {
                self.spool.entry((row.user.clone(), row.id)).or_insert_with(|| row.clone());
            }
            Row::SpoolGone { user, id } => {
                self.spool.remove(&(user.clone(), *id));
            }
            Row::Route(row) => {
                self.routes.entry(row.id).or_insert_with(|| row.clone());
            }
            Row::RouteGone { id } => {
                self.routes.remove(id);
            }
            _ => {}
        }
    }

    pub(super) fn spool_of<'a>(&'a self, user: &'a BareJid) -> impl Iterator<Item = &'a SpoolRow> {
        self.spool.iter().filter(move |((owner, _), _)| owner == user).map(|(_, row)| row)
    }
}
