//! Modes of a home: who confirms its records (promise P2).
//!
//! ```text
//! Spooled ──partner has a replica──▶ Entering ──witness names it──▶ Protected
//!    ▲                                   │                             │ no confirmation in time
//!    └───────── witness says nobody ─────┴────────── Leaving ◀─────────┘
//! ```
//! While a change of the witness is under way, the conditions of both sides hold.

use std::collections::VecDeque;
use std::time::Duration;

use super::Owner;
use crate::ids::{Incarnation, RecordNumber};
use crate::ledger::Ledger;
use crate::record::{Effect, Record};
use crate::time::Moment;

/// Silence of the partner after which a home leaves protected mode.
pub const REPLICATION_TIMEOUT: Duration = Duration::from_secs(1);

/// How many records may wait for the partner; with one more it is given up.
pub const MAX_WAITING_RECORDS: usize = 100_000;
/// How many bytes of stanzas they may hold.
pub const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;

/// Who confirms the records of a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The database.
    Spooled,
    /// Both, until it is known that the witness names the partner.
    Entering {
        /// The partner's process.
        partner: Incarnation,
    },
    /// The partner.
    Protected {
        /// The partner's process.
        partner: Incarnation,
    },
    /// Both, until everything is in the database and it is known that the witness names nobody.
    Leaving {
        /// The partner's process that the witness may still name.
        partner: Incarnation,
        /// The last record of which anything was promised or sent. Everything up to here must be in the database
        /// first; later records go nowhere before the mode ends.
        from: RecordNumber,
    },
}

/// What became of a change of the witness row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessOutcome {
    /// It was made.
    Done,
    /// It was refused; the row is as before.
    Refused,
    /// Nobody knows: both conditions hold until it is known.
    Unknown,
}

/// A partner that is sent records.
#[derive(Debug)]
pub(super) struct Sync {
    partner: Incarnation,
    /// The snapshot was cut here: a confirmation at or above means a complete replica.
    cut: RecordNumber,
    /// The last record that was made before output was held back for the partner: the witness may name it when it has
    /// that one, because clients may have seen what it does.
    ungated: RecordNumber,
    /// How far it has applied; `None` before it has the snapshot.
    has: Option<RecordNumber>,
    /// When it last confirmed something, or had nothing to confirm.
    heard: Moment,
    pub(super) outbox: VecDeque<Record>,
    /// Bytes of stanzas in it.
    outbox_bytes: usize,
}

impl Mode {
    /// Whether everything must be in the database: messages in queues and heads too.
    pub(super) fn writes_all(self) -> bool {
        !matches!(self, Self::Protected { .. })
    }

    /// Whether nothing of an unconfirmed record may be sent, because the partner could adopt a ledger without it.
    pub(super) fn gates_output(self) -> bool {
        !matches!(self, Self::Spooled)
    }

    /// The partner's process that the witness names, or may name.
    fn named(self) -> Option<Incarnation> {
        match self {
            Self::Spooled => None,
            Self::Entering { partner } | Self::Protected { partner } | Self::Leaving { partner, .. } => {
                Some(partner)
            }
        }
    }
}

impl Owner {
    /// Who confirms records now.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// A partner process connected: it gets this snapshot, then [`Owner::take_records`].
    /// If the witness may name another process, protected mode is left first: that one's replica has had its day.
    pub fn attach_partner(&mut self, now: Moment, partner: Incarnation) -> Ledger {
        if self.mode.named().is_some_and(|named| named != partner) {
            self.lose_partner();
        }
        let cut = self.ledger.last();
        self.sync = Some(Sync {
            partner,
            cut,
            ungated: cut,
            has: None,
            heard: now,
            outbox: VecDeque::new(),
            outbox_bytes: 0,
        });
        self.ledger.clone()
    }

    /// The partner's process that is sent records now.
    pub fn partner(&self) -> Option<Incarnation> {
        self.sync.as_ref().map(|sync| sync.partner)
    }

    /// Whether there are records for the partner.
    pub fn has_records(&self) -> bool {
        self.sync.as_ref().is_some_and(|sync| !sync.outbox.is_empty())
    }

    /// Records for the partner since the last call, in order.
    pub fn take_records(&mut self) -> Vec<Record> {
        let Some(sync) = &mut self.sync else { return Vec::new() };
        sync.outbox_bytes = 0;
        sync.outbox.drain(..).collect()
    }

    /// A record was made: the partner gets it, unless too many wait for it.
    pub(super) fn tell_partner(&mut self, record: Record) {
        let Some(sync) = &mut self.sync else { return };
        sync.outbox_bytes += record.effects.iter().map(Effect::stanza_bytes).sum::<usize>();
        if sync.outbox.len() < MAX_WAITING_RECORDS && sync.outbox_bytes <= MAX_WAITING_BYTES {
            sync.outbox.push_back(record);
        } else {
            self.lose_partner();
        }
    }

    /// The partner's process has applied everything up to here.
    pub fn partner_confirmed(&mut self, now: Moment, partner: Incarnation, up_to: RecordNumber) {
        self.pending.changed = true;
        let last = self.ledger.last();
        let Some(sync) = self.sync.as_mut().filter(|sync| sync.partner == partner) else { return };
        if up_to < sync.cut || up_to > last {
            return;
        }
        sync.has = sync.has.max(Some(up_to));
        sync.heard = now;
        if self.mode == Mode::Spooled {
            sync.ungated = last;
            self.mode = Mode::Entering { partner };
            self.wake_when_confirmed(last);
        }
        self.settle();
    }

    /// What the witness row is to say of the replica, while that is not known to be so.
    pub fn wanted_replica(&self) -> Option<Option<Incarnation>> {
        match self.mode {
            Mode::Entering { partner } => self.partner_has_all_that_was_sent().then_some(Some(partner)),
            Mode::Leaving { from, .. } => (self.database_has >= Some(from)).then_some(None),
            Mode::Spooled | Mode::Protected { .. } => None,
        }
    }

    /// What became of [`Owner::wanted_replica`].
    pub fn replica_written(&mut self, replica: Option<Incarnation>, outcome: WitnessOutcome) {
        self.pending.changed = true;
        self.mode = match (self.mode, replica, outcome) {
            (Mode::Entering { partner }, Some(named), WitnessOutcome::Done) if named == partner => {
                self.pending.partner_holds_it();
                Mode::Protected { partner }
            }
            (Mode::Entering { .. }, Some(_), WitnessOutcome::Refused) => Mode::Spooled,
            (Mode::Leaving { .. }, None, WitnessOutcome::Done) => Mode::Spooled,
            (mode, _, _) => mode,
        };
        if self.mode == Mode::Spooled {
            self.wake_all();
        }
        self.settle();
    }

    /// The partner is gone, or time has passed: leaves protected mode when it has been silent for
    /// [`REPLICATION_TIMEOUT`] with something to confirm.
    pub fn tick(&mut self, now: Moment) {
        let last = self.ledger.last();
        let Some(sync) = &mut self.sync else { return };
        if sync.has == Some(last) {
            sync.heard = now;
        } else if now.since(sync.heard) >= REPLICATION_TIMEOUT {
            self.lose_partner();
        }
    }

    /// The way to the partner ended.
    pub fn lose_partner(&mut self) {
        self.pending.changed = true;
        self.sync = None;
        if let Mode::Protected { partner } | Mode::Entering { partner } = self.mode {
            if self.mode == (Mode::Protected { partner }) {
                self.everything_to_database();
            }
            self.mode = Mode::Leaving { partner, from: self.confirmed };
            self.settle();
        }
    }

    /// Up to which record the mode lets records count as confirmed.
    pub(super) fn may_confirm(&self) -> RecordNumber {
        let database_has = self.database_has.unwrap_or(RecordNumber(0));
        match self.mode {
            Mode::Spooled => database_has,
            Mode::Protected { .. } => self.partner_has(),
            Mode::Entering { .. } => database_has.min(self.partner_has()),
            Mode::Leaving { .. } => RecordNumber(0),
        }
    }

    /// How far the partner's replica goes; 0 before it is complete.
    pub(super) fn partner_has(&self) -> RecordNumber {
        self.sync.as_ref().and_then(|sync| sync.has).unwrap_or(RecordNumber(0))
    }

    fn partner_has_all_that_was_sent(&self) -> bool {
        self.sync.as_ref().is_some_and(|sync| sync.has >= Some(sync.ungated))
    }

    /// Connections that did not take their output while it was not held back get it when it may go.
    fn wake_when_confirmed(&mut self, record: RecordNumber) {
        let held_back = self.local.iter().filter(|(_, local)| local.transport.is_some());
        self.waiting.extend(held_back.map(|(session, _)| (record, *session)));
    }

    /// What was held back for the partner may go to sockets now.
    fn wake_all(&mut self) {
        let everyone: Vec<_> = self.local.keys().copied().collect();
        for session in everyone {
            self.wake(session);
        }
    }
}
