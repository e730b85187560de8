//! What the database is asked to hold.

use super::*;
use crate::owner::{MAX_BATCH_BYTES, MAX_BATCH_HEADS, MAX_BATCH_ROWS, REFUSE_AFTER_FAILURES};
use crate::row::SpoolRow;

#[test]
fn one_batch_holds_the_messages_and_the_counts_of_their_senders() {
    let mut home = Home::spooled();
    let ids = [home.message(), home.message()];
    let batch = home.write();
    assert_eq!(spooled(&batch.rows), ids);
    assert_eq!(head_count(&batch.rows, ALICE), Some(2));
    assert_eq!(home.told(), 2);
    assert!(home.owner.take_batch().is_none());
}

#[test]
fn a_second_batch_waits_for_the_first() {
    let mut home = Home::spooled();
    home.message();
    let first = home.owner.take_batch().unwrap();
    let late = home.message();
    assert!(home.owner.take_batch().is_none());
    home.owner.batch_committed(at(0)).unwrap();
    assert_eq!(home.told(), 1, "the later one is not in the database");
    let second = home.owner.take_batch().unwrap();
    assert_eq!((spooled(&first.rows).len(), spooled(&second.rows)), (1, vec![late]));
}

#[test]
fn a_message_acknowledged_while_it_is_written_is_deleted() {
    let mut home = Home::spooled();
    let id = home.message();
    home.output(BOB);
    home.owner.take_batch().unwrap();
    home.acknowledge(BOB, 1);
    home.owner.batch_committed(at(0)).unwrap();
    assert_eq!(taken_out(&home.write_all()), [id]);
}

#[test]
fn a_message_acknowledged_after_a_write_of_unknown_outcome_is_deleted() {
    let mut home = Home::spooled();
    let id = home.message();
    home.output(BOB);
    home.owner.take_batch().unwrap();
    home.owner.batch_failed();
    home.acknowledge(BOB, 1);
    let rows = home.write_all();
    assert_eq!((taken_out(&rows), spooled(&rows)), (vec![id], vec![]));
}

#[test]
fn a_message_of_a_session_that_ends_while_it_is_written_stays() {
    let mut home = Home::spooled();
    let id = home.message();
    home.owner.take_batch().unwrap();
    home.close(BOB);
    home.owner.batch_failed();
    let rows = home.write_all();
    assert_eq!((spooled(&rows), taken_out(&rows)), (vec![id], vec![]));
}

#[test]
fn what_keeps_failing_is_asked_for_again_and_refuses_new_messages_meanwhile() {
    let mut home = Home::spooled();
    let id = home.message();
    for _ in 0..REFUSE_AFTER_FAILURES {
        assert!(home.owner.accepts_messages(), "one failure may pass by itself");
        home.owner.take_batch().unwrap();
        home.owner.batch_failed();
    }
    assert!(!home.owner.accepts_messages());
    assert_eq!(home.told(), 0);
    let again = home.write();
    assert_eq!((spooled(&again.rows), head_count(&again.rows, ALICE)), (vec![id], Some(1)));
    assert!(home.owner.accepts_messages());
    assert_eq!(home.told(), 1);
}

#[test]
fn a_head_that_may_have_been_written_goes_with_its_session() {
    let gone = |rows: &[Row]| rows.contains(&Row::HeadGone { session: BOB });
    let mut home = Home::spooled();
    home.close(BOB);
    assert!(gone(&home.write_all()));

    let mut home = Home { owner: Owner::new(empty_ledger(), []) };
    home.sign_in(BOB);
    home.owner.take_batch().unwrap();
    home.owner.batch_failed();
    home.close(BOB);
    assert!(gone(&home.write_all()), "nobody knows whether the first write arrived");

    let mut home = Home { owner: Owner::new(empty_ledger(), []) };
    home.sign_in(BOB);
    home.close(BOB);
    assert_eq!(home.write_all(), [], "it never was written");
}

#[test]
fn a_record_is_never_split_and_heads_count_what_the_batch_holds() {
    let mut home = Home::spooled();
    let records = MAX_BATCH_ROWS / 3 + 2;
    for _ in 0..records {
        let mut transaction = home.owner.begin(at(0), Cause::Client(ALICE));
        for _ in 0..3 {
            let (id, at, user) = (transaction.row_id(), Timestamp(0), user(BOB));
            let stanza = Bytes::from_static(b"<message/>");
            transaction.store(Row::Spool(SpoolRow { user, id, at, archived: false, stanza }));
        }
        transaction.effect(Effect::Handled { session: ALICE });
        home.owner.commit(transaction).unwrap();
    }
    let first = home.write();
    let held = spooled(&first.rows).len();
    assert_eq!(held % 3, 0, "whole records only");
    assert!((MAX_BATCH_ROWS..MAX_BATCH_ROWS + 3).contains(&held));
    assert_eq!(head_count(&first.rows, ALICE).map(|count| count as usize), Some(held / 3));
    assert_eq!(home.told() as usize, held / 3);
    let second = home.write();
    assert_eq!(head_count(&second.rows, ALICE).map(|count| count as usize), Some(records));
    assert_eq!(home.told() as usize, records);
}

#[test]
fn a_crowd_of_heads_comes_in_several_batches_and_counts_when_all_are_there() {
    let mut home = Home { owner: Owner::new(empty_ledger(), []) };
    let crowd = MAX_BATCH_HEADS + 5;
    for number in 0..crowd {
        home.sign_in(SessionId(0x100 + number as u128));
    }
    let first = home.write();
    assert_eq!(first.rows.len(), MAX_BATCH_HEADS);
    assert_eq!(home.owner.confirmed(), RecordNumber(0));
    home.write();
    assert_eq!(home.owner.confirmed(), home.owner.ledger().last());
}

#[test]
fn many_queued_messages_are_confirmed_as_they_are_written() {
    let mut home = Home::spooled();
    let count = crate::owner::MAX_BATCH_MESSAGES + 5;
    for _ in 0..count {
        home.message();
    }
    let first = home.write();
    let held = spooled(&first.rows).len();
    assert_eq!((held, home.told() as usize), (crate::owner::MAX_BATCH_MESSAGES, held));
    assert_eq!(head_count(&first.rows, ALICE).map(|count| count as usize), Some(held));
    home.write();
    assert_eq!(home.told() as usize, count);
}

#[test]
fn rows_of_an_earlier_owner_may_be_many_too() {
    let mut ledger = empty_ledger();
    let count = MAX_BATCH_ROWS + 7;
    let mut before = Owner::new(ledger.clone(), []);
    let mut transaction = before.begin(at(0), Cause::Order);
    for _ in 0..count {
        let (id, at) = (transaction.row_id(), Timestamp(0));
        let stanza = Bytes::from_static(b"<message/>");
        transaction.store(Row::Spool(SpoolRow { user: user(BOB), id, at, archived: false, stanza }));
    }
    before.commit(transaction).unwrap();
    ledger.clone_from(before.ledger());
    let mut home = Home { owner: Owner::new(ledger.continue_under(Epoch(2)), []) };
    let record = home.change(Effect::Received { from: LedgerId(3), number: 1 });
    assert_eq!(home.write().rows.len(), MAX_BATCH_ROWS);
    assert!(home.owner.confirmed() < record);
    assert_eq!(home.write().rows.len(), 7);
    assert!(home.owner.confirmed() >= record);
}

#[test]
fn large_messages_come_in_batches_that_can_be_written_in_time() {
    let mut home = Home::spooled();
    let stanza = Bytes::from(vec![b'x'; MAX_BATCH_BYTES / 4 + 1]);
    for queued in [true, false] {
        let before = home.told();
        for _ in 0..6 {
            let mut transaction = home.owner.begin(at(0), Cause::Client(ALICE));
            let (id, at, user) = (transaction.row_id(), Timestamp(0), user(BOB));
            let (archived, stanza) = (false, stanza.clone());
            if queued {
                let spooled = Spooled { id, at, archived, written: false };
                transaction.enqueue(BOB, stanza, Some(spooled));
            } else {
                transaction.store(Row::Spool(SpoolRow { user, id, at, archived, stanza }));
            }
            transaction.effect(Effect::Handled { session: ALICE });
            home.owner.commit(transaction).unwrap();
        }
        assert_eq!(spooled(&home.write().rows).len(), 4);
        assert_eq!(home.told() - before, 4, "what is written counts");
        assert_eq!(spooled(&home.write().rows).len(), 2);
        assert_eq!(home.told() - before, 6);
    }
}
