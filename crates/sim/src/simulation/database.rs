//! The database: the witness row, heads and spool, and statements that take their time.

use std::collections::BTreeMap;

use everpresent_session::ids::{Epoch, Incarnation, RowId, SessionId};
use everpresent_session::row::{HeadRow, Row, SpoolRow};
use everpresent_stanza::BareJid;

/// The row that says who owns the home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WitnessRow {
    pub(super) epoch: Epoch,
    /// The process that owns the home; `None` before the first.
    pub(super) incarnation: Option<Incarnation>,
    pub(super) beat: u64,
    pub(super) replica: Option<Incarnation>,
}

/// What the asker is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Refused,
    /// No answer came, or none that says what happened.
    Unknown,
}

/// A batch on its way.
#[derive(Debug)]
pub(super) struct Commit {
    pub(super) term: u64,
    pub(super) epoch: Epoch,
    pub(super) incarnation: Incarnation,
    pub(super) rows: Vec<Row>,
    /// Whether it gets there at all.
    pub(super) arrives: bool,
    /// Whether its answer gets back.
    pub(super) answered: bool,
}

/// A change of `replica` on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct CompareAndSet {
    pub(super) term: u64,
    /// Which of the owner's statements it is.
    pub(super) number: u64,
    pub(super) epoch: Epoch,
    pub(super) incarnation: Incarnation,
    pub(super) beat: u64,
    pub(super) replica: Option<Incarnation>,
    pub(super) answered: bool,
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
    pub(super) row: WitnessRow,
    pub(super) heads: BTreeMap<SessionId, HeadRow>,
    pub(super) spool: BTreeMap<(BareJid, RowId), SpoolRow>,
    /// Nothing works before this moment.
    pub(super) down_until: u64,
    /// Planted: writes are not checked against the witness row.
    pub(super) unfenced: bool,
}

impl Database {
    pub(super) fn new(unfenced: bool) -> Self {
        Self {
            row: WitnessRow { epoch: Epoch(0), incarnation: None, beat: 0, replica: None },
            heads: BTreeMap::new(),
            spool: BTreeMap::new(),
            down_until: 0,
            unfenced,
        }
    }

    pub(super) fn is_up(&self, now: u64) -> bool {
        now >= self.down_until
    }

    pub(super) fn write(&mut self, commit: &Commit) -> Written {
        let owns = self.row.epoch == commit.epoch && self.row.incarnation == Some(commit.incarnation);
        if !owns && !self.unfenced {
            return Written::Fenced;
        }
        for row in &commit.rows {
            self.write_row(row);
        }
        if owns { Written::Yes } else { Written::InSpiteOfFence }
    }

    fn write_row(&mut self, row: &Row) {
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
            _ => {}
        }
    }

    pub(super) fn compare_and_set(&mut self, change: &CompareAndSet) -> bool {
        let row = &mut self.row;
        let matches = row.epoch == change.epoch
            && row.incarnation == Some(change.incarnation)
            && row.beat == change.beat;
        if matches {
            row.beat += 1;
            row.replica = change.replica;
        }
        matches
    }

    /// A claim: the next epoch, another process, nobody has a replica.
    pub(super) fn claim(&mut self, incarnation: Incarnation) -> Epoch {
        let epoch = Epoch(self.row.epoch.0 + 1);
        let beat = self.row.beat + 1;
        self.row = WitnessRow { epoch, incarnation: Some(incarnation), beat, replica: None };
        epoch
    }

    pub(super) fn spool_of<'a>(&'a self, user: &'a BareJid) -> impl Iterator<Item = &'a SpoolRow> {
        self.spool.iter().filter(move |((owner, _), _)| owner == user).map(|(_, row)| row)
    }
}
