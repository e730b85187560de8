//! What the owner of a home promises, and when.

mod audit;
mod batches;
mod deadlines;
mod modes;
mod output;
mod resume;

use std::time::Duration;

use bytes::Bytes;
use everpresent_stanza::{BareJid, FullJid};

use super::{Owner, TransportId};
use crate::ids::{Epoch, HomeName, Incarnation, LedgerId, RecordNumber, RowId, SessionId};
use crate::ledger::Ledger;
use crate::owner::{Batch, WitnessOutcome};
use crate::reason::Reason;
use crate::record::{Cause, Effect, Opening, Spooled};
use crate::row::Row;
use crate::time::{Moment, Now, Timestamp};

const ALICE: SessionId = SessionId(0xa);
const BOB: SessionId = SessionId(0xb);
const PARTNER: Incarnation = Incarnation(0x1111);

fn at(milliseconds: u64) -> Now {
    let wall = Timestamp(i64::try_from(milliseconds).unwrap());
    Now { moment: Moment(milliseconds), wall }
}

fn user(session: SessionId) -> BareJid {
    jid(session).to_bare()
}

fn jid(session: SessionId) -> FullJid {
    let name = if session == ALICE { "alice" } else { "bob" };
    FullJid::new(&format!("{name}@example.org/{:x}", session.0)).unwrap()
}

fn transport(session: SessionId) -> TransportId {
    TransportId(u64::try_from(session.0).unwrap())
}

fn empty_ledger() -> Ledger {
    Ledger::new(HomeName::new("imp1"), LedgerId(1), Epoch(1))
}

/// An owner whose database writes whatever it is asked to, when the test says so.
struct Home {
    owner: Owner,
}

impl Home {
    /// Alice and Bob are signed in with stream management, and the database knows of it.
    fn spooled() -> Self {
        let mut home = Self { owner: Owner::new(empty_ledger(), []) };
        home.sign_in(ALICE);
        home.sign_in(BOB);
        home.write_all();
        home
    }

    /// The same, and the witness names the partner, which has everything.
    fn protected() -> Self {
        let mut home = Self::spooled();
        home.enter();
        home.owner.replica_written(Some(PARTNER), WitnessOutcome::Done);
        home
    }

    /// A partner gets a snapshot and confirms it.
    fn enter(&mut self) {
        self.owner.attach_partner(Moment(0), PARTNER);
        self.confirm();
        self.write_all();
    }

    fn sign_in(&mut self, session: SessionId) {
        let mut transaction = self.owner.begin(at(0), Cause::Client(session));
        transaction.effect(Effect::Opened(Opening {
            session,
            jid: jid(session),
            user_agent: None,
            at: Timestamp(0),
            reason: Reason::SignedIn,
            handled: 0,
        }));
        transaction.effect(Effect::Managed { session, resume: Some(Duration::from_secs(900)) });
        self.owner.commit(transaction).unwrap();
        self.owner.attach(session, transport(session));
        self.owner.take_woken();
    }

    /// Alice sends Bob a message. Returns the spool's id for it.
    fn message(&mut self) -> RowId {
        self.message_to(&[BOB])
    }

    fn message_to(&mut self, recipients: &[SessionId]) -> RowId {
        let mut transaction = self.owner.begin(at(0), Cause::Client(ALICE));
        let id = transaction.row_id();
        for session in recipients {
            let spooled = Spooled { id, at: Timestamp(0), archived: false, written: false };
            transaction.enqueue(*session, Bytes::from(format!("<message id='{id}'/>")), Some(spooled));
        }
        transaction.effect(Effect::Handled { session: ALICE });
        self.owner.commit(transaction).unwrap();
        id
    }

    fn change(&mut self, effect: Effect) -> RecordNumber {
        let mut transaction = self.owner.begin(at(0), Cause::Order);
        transaction.effect(effect);
        self.owner.commit(transaction).unwrap()
    }

    fn close(&mut self, session: SessionId) {
        self.change(Effect::Closed { session, reason: Reason::ClientClosed, at: Timestamp(0) });
    }

    fn detach(&mut self, session: SessionId, seconds: u64) {
        let wait = Duration::from_secs(seconds);
        self.change(Effect::Detached { session, wait, reason: Reason::TransportLost });
    }

    /// How many stanzas the session's connection is given.
    fn output(&mut self, session: SessionId) -> usize {
        self.owner.take_output(at(0), session, 1_000_000).unwrap().stanzas.len()
    }

    fn acknowledge(&mut self, session: SessionId, h: u32) {
        self.owner.client_acked(at(0), session, h).unwrap();
    }

    /// What Alice is told when she asks.
    fn told(&mut self) -> u32 {
        self.owner.ack_requested(ALICE).unwrap()
    }

    /// The database writes one batch.
    fn write(&mut self) -> Batch {
        let batch = self.owner.take_batch().expect("something waits to be written");
        self.owner.batch_committed(at(0)).unwrap();
        batch
    }

    fn write_all(&mut self) -> Vec<Row> {
        let mut rows = Vec::new();
        while let Some(batch) = self.owner.take_batch() {
            rows.extend(batch.rows);
            self.owner.batch_committed(at(0)).unwrap();
        }
        rows
    }

    /// The partner has everything.
    fn confirm(&mut self) {
        let last = self.owner.ledger().last();
        self.owner.partner_confirmed(Moment(0), PARTNER, last);
    }
}

/// Ids of the messages that rows put into the spool.
fn spooled(rows: &[Row]) -> Vec<RowId> {
    rows.iter().filter_map(|row| if let Row::Spool(row) = row { Some(row.id) } else { None }).collect()
}

fn taken_out(rows: &[Row]) -> Vec<RowId> {
    rows.iter().filter_map(|row| if let Row::SpoolGone { id, .. } = row { Some(*id) } else { None }).collect()
}

/// The count in the newest head of a session among the rows.
fn head_count(rows: &[Row], session: SessionId) -> Option<u32> {
    let heads = rows.iter().filter_map(|row| if let Row::Head(head) = row { Some(head) } else { None });
    heads.filter(|head| head.session == session).map(|head| head.handled).next_back()
}
