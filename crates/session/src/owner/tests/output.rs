//! Stanzas and acknowledgements to clients.

use super::*;

#[test]
fn an_acknowledgement_waits_for_the_database_and_follows_unasked() {
    let mut home = Home::spooled();
    home.message();
    assert_eq!((home.told(), home.owner.owes_ack(ALICE)), (0, true));
    assert_eq!(home.owner.take_output(at(0), ALICE, 1_000).unwrap().ack, None);
    home.owner.take_woken();
    home.write();
    assert_eq!(home.owner.take_woken(), [ALICE]);
    assert_eq!(home.owner.take_output(at(0), ALICE, 1_000).unwrap().ack, Some(1));
    assert_eq!(home.owner.take_output(at(0), ALICE, 1_000).unwrap().ack, None, "once");
    assert_eq!((home.told(), home.owner.owes_ack(ALICE)), (1, false));
}

#[test]
fn the_recipients_acknowledgement_is_as_good_as_the_database() {
    let mut home = Home::spooled();
    home.message();
    assert_eq!(home.output(BOB), 1, "in spooled mode sockets are written first");
    home.acknowledge(BOB, 1);
    let rows = home.write_all();
    assert_eq!((home.told(), spooled(&rows)), (1, vec![]));
}

#[test]
fn output_comes_in_pieces_and_is_sent_once() {
    let mut home = Home::spooled();
    for _ in 0..3 {
        home.message();
    }
    let first = home.owner.take_output(at(0), BOB, 1).unwrap();
    assert_eq!((first.stanzas.len(), first.more, first.unacknowledged), (1, true, 1));
    assert_eq!((home.output(BOB), home.output(BOB)), (2, 0));
}

#[test]
fn a_client_cannot_acknowledge_what_waits_for_its_connection() {
    let mut home = Home::spooled();
    home.message();
    home.message();
    let taken = home.owner.take_output(at(0), BOB, 1).unwrap();
    assert_eq!(taken.stanzas.len(), 1);
    assert!(home.owner.client_acked(at(0), BOB, 2).is_err());
    home.acknowledge(BOB, 1);
    assert_eq!(home.owner.ledger().session(BOB).unwrap().queue.len(), 1);
}

#[test]
fn without_stream_management_what_is_taken_is_received() {
    let mut home = Home::spooled();
    home.close(BOB);
    let opening = Opening {
        session: SessionId(0xb0),
        jid: jid(BOB),
        user_agent: None,
        at: Timestamp(0),
        reason: Reason::SignedIn,
        handled: 0,
    };
    home.change(Effect::Opened(opening));
    home.owner.attach(SessionId(0xb0), TransportId(9));
    home.message_to(&[SessionId(0xb0)]);
    let output = home.owner.take_output(at(0), SessionId(0xb0), 1_000).unwrap();
    assert_eq!((output.stanzas.len(), output.unacknowledged), (1, 0));
    let session = home.owner.ledger().session(SessionId(0xb0)).unwrap();
    assert_eq!((session.queue.len(), session.queue.acked()), (0, 0), "nothing is counted");
    assert_eq!(spooled(&home.write_all()), []);
}

#[test]
fn a_connection_is_woken_once_for_all_that_is_new() {
    let mut home = Home::spooled();
    home.message();
    home.message();
    assert_eq!(home.owner.take_woken(), [BOB]);
    assert_eq!(home.owner.take_woken(), []);
    home.message();
    assert_eq!(home.owner.take_woken(), [BOB]);
}

#[test]
fn a_client_that_never_asks_or_asks_for_ever_takes_no_memory() {
    let mut home = Home::spooled();
    for _ in 0..10 {
        home.message();
        home.write();
    }
    assert_eq!(home.owner.local[&ALICE].unconfirmed.len(), 1, "what is confirmed is forgotten unasked");
    home.message();
    for _ in 0..1_000 {
        assert_eq!(home.told(), 10);
    }
    assert_eq!(home.owner.waiting.len(), 1, "one answer is owed, however often it is asked for");
    home.write();
    assert_eq!(home.owner.take_output(at(0), ALICE, 1_000).unwrap().ack, Some(11));
}
