//! What a ledger takes in, and what it refuses.

use std::time::Duration;

use bytes::Bytes;
use everpresent_stanza::{BareJid, FullJid, Jid};

use super::{Ledger, Misfit};
use crate::ids::{Epoch, HomeName, LedgerId, RecordNumber, RowId, SessionId};
use crate::reason::Reason;
use crate::record::{Cause, Effect, Flag, Opening, Record, Spooled};
use crate::row::Row;
use crate::session::{HoldKey, State};
use crate::time::Timestamp;

const PHONE: SessionId = SessionId(1);
const LAPTOP: SessionId = SessionId(2);

fn ledger() -> Ledger {
    Ledger::new(HomeName::new("imp1"), LedgerId(1), Epoch(3))
}

fn record(number: u64, effects: Vec<Effect>) -> Record {
    let (home, ledger, epoch) = (HomeName::new("imp1"), LedgerId(1), Epoch(3));
    Record { home, ledger, epoch, number: RecordNumber(number), cause: Cause::Order, effects }
}

/// A ledger that took these effects in, a record each.
fn after(effects: impl IntoIterator<Item = Effect>) -> Ledger {
    let mut ledger = ledger();
    take(&mut ledger, effects);
    ledger
}

fn take(ledger: &mut Ledger, effects: impl IntoIterator<Item = Effect>) {
    for effect in effects {
        ledger.apply(&record(ledger.last().0 + 1, vec![effect])).unwrap();
    }
}

fn bob() -> BareJid {
    BareJid::new("bob@example.org").unwrap()
}

fn opened(session: SessionId) -> Effect {
    Effect::Opened(Opening {
        session,
        jid: FullJid::new(&format!("bob@example.org/{}", session.0)).unwrap(),
        user_agent: None,
        at: Timestamp(0),
        reason: Reason::SignedIn,
        handled: 0,
    })
}

fn managed(session: SessionId) -> Effect {
    Effect::Managed { session, resume: Some(Duration::from_secs(900)) }
}

fn closed(session: SessionId) -> Effect {
    Effect::Closed { session, reason: Reason::Expired, at: Timestamp(9) }
}

fn acked(session: SessionId, count: u32) -> Effect {
    Effect::ClientAcked { session, count }
}

fn row(record: u64) -> RowId {
    RowId { epoch: Epoch(3), record: RecordNumber(record), index: 0 }
}

fn message(session: SessionId, id: RowId, written: bool) -> Effect {
    let spool = Some(Spooled { id, at: Timestamp(5), archived: false, written });
    Effect::Enqueued { session, stanza: Bytes::from(format!("<message id='{id}'/>")), spool }
}

/// What the ledger still asks of the database.
fn asked(ledger: &Ledger) -> Vec<&Row> {
    ledger.unfinished().map(|(_, row)| row).collect()
}

#[test]
fn a_record_that_does_not_fit_changes_nothing() {
    let before = after([opened(PHONE), managed(PHONE), message(PHONE, row(3), false)]);
    let expect = |record: Record, misfit: Misfit| {
        let mut ledger = before.clone();
        assert_eq!(ledger.apply(&record), Err(misfit));
        assert_eq!(ledger, before, "{record:?}");
    };
    let handled = || vec![Effect::Handled { session: PHONE }];
    let foreign = |epoch| Misfit::Foreign { home: HomeName::new("imp1"), epoch };
    let number = |got| Misfit::OutOfOrder { got: RecordNumber(got), expected: RecordNumber(4) };
    let session = |session| Misfit::Session { record: RecordNumber(4), session };
    expect(Record { epoch: Epoch(2), ..record(4, handled()) }, foreign(Epoch(2)));
    expect(Record { ledger: LedgerId(2), ..record(4, handled()) }, foreign(Epoch(3)));
    expect(record(3, handled()), number(3));
    expect(record(5, handled()), number(5));
    expect(record(4, vec![Effect::Handled { session: PHONE }, acked(LAPTOP, 1)]), session(LAPTOP));
    expect(record(4, vec![acked(PHONE, 1), opened(PHONE)]), session(PHONE));
    expect(record(4, vec![closed(PHONE), Effect::Handled { session: PHONE }]), session(PHONE));
    expect(record(4, vec![closed(PHONE), opened(PHONE)]), session(PHONE));
}

#[test]
fn a_session_may_open_and_end_within_one_record() {
    let mut ledger = ledger();
    ledger.apply(&record(1, vec![opened(PHONE), managed(PHONE), closed(PHONE)])).unwrap();
    assert_eq!(ledger.sessions().len(), 0);
    assert_eq!((ledger.totals().opened, ledger.totals().closed[&Reason::Expired]), (1, 1));
    assert!(ledger.tombstones().get(PHONE).is_some());
}

#[test]
fn a_message_that_was_received_before_it_was_written_never_is() {
    let ledger = after([opened(PHONE), managed(PHONE), message(PHONE, row(3), false), acked(PHONE, 1)]);
    assert_eq!(asked(&ledger), Vec::<&Row>::new());
    assert_eq!(ledger.messages().len(), 0);
}

#[test]
fn a_written_message_goes_when_the_last_queue_is_rid_of_it_and_somebody_received_it() {
    let queued = [opened(PHONE), managed(PHONE), opened(LAPTOP), managed(LAPTOP)];
    let mut ledger = after(queued);
    let sent = vec![message(PHONE, row(5), false), message(LAPTOP, row(5), false)];
    ledger.apply(&record(5, sent)).unwrap();
    take(&mut ledger, [Effect::Stored { rows: 0, spooled: vec![row(5)] }, acked(PHONE, 1)]);
    assert_eq!(asked(&ledger), Vec::<&Row>::new(), "the laptop still waits for it");
    take(&mut ledger, [closed(LAPTOP)]);
    assert_eq!(asked(&ledger), vec![&Row::SpoolGone { user: bob(), id: row(5) }]);
}

#[test]
fn a_message_that_is_received_while_it_is_being_written_goes_again() {
    let mut ledger = after([opened(PHONE), managed(PHONE), message(PHONE, row(3), false)]);
    take(&mut ledger, [Effect::Spooling { messages: vec![row(3)] }, acked(PHONE, 1)]);
    assert_eq!(asked(&ledger), vec![&Row::SpoolGone { user: bob(), id: row(3) }]);
}

#[test]
fn a_message_that_nobody_received_stays() {
    let mut ledger = after([opened(PHONE), managed(PHONE), message(PHONE, row(3), false)]);
    assert_eq!(ledger.undelivered(PHONE).len(), 1);
    take(&mut ledger, [Effect::Spooling { messages: vec![row(3)] }, closed(PHONE)]);
    let [Row::Spool(spool)] = asked(&ledger)[..] else { panic!("{:?}", asked(&ledger)) };
    assert_eq!((spool.id, &spool.user), (row(3), &bob()));

    let written = after([opened(PHONE), message(PHONE, row(3), true), closed(PHONE)]);
    assert_eq!(asked(&written), Vec::<&Row>::new(), "the spool holds it already");
}

#[test]
fn another_process_may_have_written_whatever_is_not_known_to_be_written() {
    let mut ledger =
        after([opened(PHONE), managed(PHONE), message(PHONE, row(3), false)]).continue_under(Epoch(4));
    let epoch = Epoch(4);
    ledger.apply(&Record { epoch, ..record(1, vec![acked(PHONE, 1)]) }).unwrap();
    assert_eq!(asked(&ledger), vec![&Row::SpoolGone { user: bob(), id: row(3) }]);
}

#[test]
fn counters_wrap() {
    let mut ledger = ledger();
    let Effect::Opened(opening) = opened(PHONE) else { unreachable!() };
    let adopted = Opening { handled: u32::MAX, reason: Reason::Adopted, ..opening };
    take(&mut ledger, [Effect::Opened(adopted), managed(PHONE), Effect::Handled { session: PHONE }]);
    assert_eq!(ledger.session(PHONE).unwrap().handled, 0);
    assert_eq!((ledger.totals().adopted, ledger.totals().opened), (1, 0));
}

#[test]
fn an_heir_takes_over_what_contacts_see() {
    let to: Jid = "carol@example.org".parse().unwrap();
    let presence = crate::session::Presence {
        stanza: Bytes::from_static(b"<presence/>"),
        priority: 0,
        at: Timestamp(1),
    };
    let ledger = after([
        opened(PHONE),
        Effect::Presence { session: PHONE, presence: Some(presence.clone()) },
        Effect::Directed { session: PHONE, to: to.clone(), available: true },
        opened(LAPTOP),
        Effect::Inherited { session: LAPTOP, from: PHONE },
        closed(PHONE),
    ]);
    let heir = ledger.session(LAPTOP).unwrap();
    assert_eq!(
        (heir.inherited.as_ref(), heir.is_seen(), heir.is_available()),
        (Some(&presence), true, false)
    );
    assert!(heir.has_directed(&to));
}

#[test]
fn news_for_an_inactive_client_keeps_the_newest_and_goes_out_in_order() {
    let key = |name: &str| HoldKey::Presence(name.parse().unwrap());
    let held = |name: &str, text: &'static str| Effect::Held {
        session: PHONE,
        key: key(name),
        stanza: Bytes::from_static(text.as_bytes()),
    };
    let ledger = after([
        opened(PHONE),
        held("carol@example.org", "old"),
        held("dave@example.org", "dave"),
        held("carol@example.org", "new"),
        Effect::Released { session: PHONE },
    ]);
    let session = ledger.session(PHONE).unwrap();
    let sent: Vec<&[u8]> = session.queue.entries().map(|entry| &entry.stanza[..]).collect();
    assert_eq!(sent, [&b"dave"[..], b"new"]);
    assert!(session.held.is_empty());
}

#[test]
fn a_channel_numbers_what_it_sends_and_forgets_what_arrived() {
    let to = HomeName::new("imp2");
    let route = |text: &'static str| Effect::Route {
        to: to.clone(),
        id: row(u64::from(text.as_bytes()[0])),
        stanza: Bytes::from_static(text.as_bytes()),
        written: false,
    };
    let mut ledger = after([route("a"), route("b"), route("c"), Effect::Routed { to: to.clone(), up_to: 2 }]);
    let waiting = |ledger: &Ledger| -> Vec<u64> {
        ledger.outgoing()[&HomeName::new("imp2")].waiting_from(0).map(|waiting| waiting.number).collect()
    };
    assert_eq!(waiting(&ledger), [3]);
    take(
        &mut ledger,
        [
            Effect::Received { from: LedgerId(9), number: 4 },
            Effect::Received { from: LedgerId(9), number: 2 },
        ],
    );
    assert_eq!((ledger.received(LedgerId(9)), ledger.received(LedgerId(8))), (4, 0), "never goes back");
    let next = ledger.continue_under(Epoch(4));
    assert_eq!((waiting(&next), next.received(LedgerId(9))), (vec![3], 4), "a takeover goes on where it was");
}

#[test]
fn a_resumed_session_is_open_and_somebody_looks() {
    let ledger = after([
        opened(PHONE),
        Effect::Flag { session: PHONE, flag: Flag::ClientState(crate::session::ClientState::Inactive) },
        Effect::Flag { session: PHONE, flag: Flag::Carbons(true) },
        Effect::Detached { session: PHONE, wait: Duration::from_secs(9), reason: Reason::TransportLost },
        Effect::Resumed { session: PHONE },
    ]);
    let session = ledger.session(PHONE).unwrap();
    assert_eq!((session.state, session.carbons), (State::Open, true));
    assert_eq!(session.client_state, crate::session::ClientState::Active);
}
