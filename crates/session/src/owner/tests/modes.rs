//! Who confirms, and what holds while that changes.

use super::*;
use crate::owner::{MAX_WAITING_BYTES, MAX_WAITING_RECORDS, Mode, REPLICATION_TIMEOUT};
use crate::record::Flag;

const OTHER: Incarnation = Incarnation(0x2222);

/// The database holds all that was promised, and the witness is told that nobody has a replica.
fn leave(home: &mut Home) -> Vec<Row> {
    home.owner.lose_partner();
    let rows = home.write_all();
    assert_eq!(home.owner.wanted_replica(), Some(None));
    home.owner.replica_written(None, WitnessOutcome::Done);
    assert_eq!(home.owner.mode(), Mode::Spooled);
    rows
}

#[test]
fn in_protected_mode_nothing_leaves_before_the_partner_has_it() {
    let mut home = Home::protected();
    home.message();
    assert_eq!((home.output(BOB), home.told()), (0, 0));
    assert_eq!(home.write_all(), [], "queues and heads are the partner's affair");
    home.owner.take_woken();
    home.confirm();
    let mut woken = home.owner.take_woken();
    woken.sort_unstable();
    assert_eq!(woken, [ALICE, BOB]);
    assert_eq!((home.output(BOB), home.told()), (1, 1));
}

#[test]
fn a_partner_for_which_too_much_waits_is_given_up_and_gets_a_snapshot_next() {
    let mut home = Home::protected();
    let flag = Effect::Flag { session: ALICE, flag: Flag::Carbons(true) };
    for _ in 0..MAX_WAITING_RECORDS {
        home.change(flag.clone());
    }
    assert_eq!(home.owner.partner(), Some(PARTNER));
    home.change(flag);
    assert_eq!((home.owner.partner(), home.owner.take_records()), (None, vec![]));
    assert!(matches!(home.owner.mode(), Mode::Leaving { .. }));
    home.write_all();
    home.owner.replica_written(None, WitnessOutcome::Done);
    home.enter();
    assert_eq!(home.owner.wanted_replica(), Some(Some(PARTNER)));
}

#[test]
fn stanzas_that_wait_for_the_partner_are_bounded_by_their_bytes_too() {
    let mut home = Home::protected();
    let stanza = Bytes::from(vec![b' '; MAX_WAITING_BYTES / 4]);
    let large = Effect::Enqueued { session: BOB, stanza, spool: None };
    for _ in 0..4 {
        home.change(large.clone());
    }
    assert_eq!(home.owner.take_records().len(), 4);
    for _ in 0..4 {
        home.change(large.clone());
    }
    assert_eq!(home.owner.partner(), Some(PARTNER), "what was taken does not wait any more");
    home.change(large);
    assert_eq!(home.owner.partner(), None);
}

#[test]
fn durable_rows_follow_the_partner() {
    let mut home = Home::protected();
    home.change(Effect::Store(Row::HeadGone { session: SessionId(7) }));
    assert!(home.owner.take_batch().is_none());
    home.confirm();
    assert_eq!(home.write_all().len(), 1);
}

#[test]
fn a_partner_without_the_whole_snapshot_confirms_nothing() {
    let mut home = Home::spooled();
    let cut = home.owner.attach_partner(Moment(0), PARTNER).last();
    home.owner.partner_confirmed(Moment(0), PARTNER, RecordNumber(cut.0 - 1));
    home.owner.partner_confirmed(Moment(0), PARTNER, RecordNumber(cut.0 + 1));
    home.owner.partner_confirmed(Moment(0), OTHER, cut);
    assert_eq!(home.owner.mode(), Mode::Spooled);
    home.owner.partner_confirmed(Moment(0), PARTNER, cut);
    assert_eq!(home.owner.wanted_replica(), Some(Some(PARTNER)));
}

#[test]
fn while_it_is_unknown_whom_the_witness_names_both_must_have_it() {
    let mut home = Home::spooled();
    home.enter();
    home.owner.replica_written(Some(PARTNER), WitnessOutcome::Unknown);
    home.message();
    let rows = home.write_all();
    assert_eq!(spooled(&rows), [], "the database is never ahead of a replica that may be adopted");
    assert_eq!(head_count(&rows, ALICE), Some(0));
    home.confirm();
    assert_eq!((home.output(BOB), home.told()), (0, 0));
    home.write();
    assert_eq!((home.output(BOB), home.told()), (1, 1));
    assert_eq!(home.owner.wanted_replica(), Some(Some(PARTNER)), "asked again until it is known");
}

#[test]
fn a_refused_change_of_the_witness_goes_back_to_the_database() {
    let mut home = Home::spooled();
    home.enter();
    home.owner.replica_written(Some(PARTNER), WitnessOutcome::Refused);
    assert_eq!(home.owner.mode(), Mode::Spooled);
    home.message();
    assert_eq!(home.output(BOB), 1);
}

#[test]
fn the_witness_names_a_partner_only_when_it_has_what_clients_saw() {
    let mut home = Home::spooled();
    home.owner.attach_partner(Moment(0), PARTNER);
    let cut = home.owner.ledger().last();
    home.message();
    assert_eq!(home.output(BOB), 1, "sent before output is held back");
    home.owner.partner_confirmed(Moment(0), PARTNER, cut);
    assert_eq!(home.owner.wanted_replica(), None, "a takeover would not know what Bob acknowledges");
    home.confirm();
    assert_eq!(home.owner.wanted_replica(), Some(Some(PARTNER)));
}

#[test]
fn output_that_was_not_taken_in_time_comes_when_it_is_confirmed() {
    let mut home = Home::spooled();
    home.owner.attach_partner(Moment(0), PARTNER);
    home.message();
    home.owner.take_woken();
    home.confirm();
    assert_eq!(home.output(BOB), 0, "held back by now");
    home.owner.take_woken();
    home.write_all();
    assert!(home.owner.take_woken().contains(&BOB));
    assert_eq!(home.output(BOB), 1);
}

#[test]
fn a_silent_partner_is_given_up_when_there_is_something_to_confirm() {
    let mut home = Home::protected();
    let end = Moment(0).after(REPLICATION_TIMEOUT);
    home.owner.tick(Moment(end.0 * 10));
    assert!(matches!(home.owner.mode(), Mode::Protected { .. }), "nothing was to be confirmed");
    home.message();
    home.owner.tick(Moment(end.0 * 11 - 1));
    assert!(matches!(home.owner.mode(), Mode::Protected { .. }));
    home.owner.tick(Moment(end.0 * 11));
    assert!(matches!(home.owner.mode(), Mode::Leaving { .. }));
}

#[test]
fn leaving_writes_what_was_promised_before_the_replica_is_given_up() {
    let mut home = Home::protected();
    let promised = home.message();
    home.confirm();
    assert_eq!(home.told(), 1);
    let unconfirmed = home.message();
    home.owner.lose_partner();
    assert_eq!(home.owner.wanted_replica(), None, "not before the database has it");
    let rows = home.write_all();
    assert_eq!(spooled(&rows), [promised], "a takeover of the replica would see the other one sent again");
    assert_eq!(head_count(&rows, ALICE), Some(1));
    let late = home.message();
    let rows = home.write_all();
    assert_eq!((spooled(&rows), head_count(&rows, ALICE)), (vec![], Some(1)));
    assert_eq!((home.told(), home.output(BOB)), (1, 1));

    assert_eq!(home.owner.wanted_replica(), Some(None));
    home.owner.replica_written(None, WitnessOutcome::Unknown);
    assert_eq!((home.owner.wanted_replica(), home.output(BOB)), (Some(None), 0));
    home.owner.replica_written(None, WitnessOutcome::Done);
    assert_eq!(home.output(BOB), 2);
    let rows = home.write_all();
    assert_eq!(spooled(&rows), [unconfirmed, late]);
    assert_eq!((head_count(&rows, ALICE), home.told()), (Some(3), 3));
}

#[test]
fn leaving_saves_messages_whose_session_ended_after_the_last_confirmation() {
    let mut home = Home::protected();
    let promised = home.message();
    home.confirm();
    home.close(BOB);
    home.owner.lose_partner();
    assert_eq!(spooled(&home.write_all()), [promised]);
    assert_eq!(home.owner.wanted_replica(), Some(None));
    home.owner.replica_written(None, WitnessOutcome::Done);
    home.write_all();
    assert!(!home.owner.has_unwritten());
}

#[test]
fn leaving_does_not_write_heads_of_sessions_that_the_replica_lacks() {
    let mut home = Home::protected();
    home.sign_in(SessionId(0xc));
    home.owner.lose_partner();
    assert_eq!(head_count(&home.write_all(), SessionId(0xc)), None);
    home.owner.replica_written(None, WitnessOutcome::Done);
    assert_eq!(head_count(&home.write_all(), SessionId(0xc)), Some(0));
}

#[test]
fn leaving_with_nothing_to_write_ends_at_once() {
    let mut home = Home { owner: Owner::new(empty_ledger(), []) };
    home.enter();
    home.owner.replica_written(Some(PARTNER), WitnessOutcome::Done);
    assert_eq!(leave(&mut home), []);
}

#[test]
fn a_partner_that_started_again_is_not_the_one_that_the_witness_names() {
    let mut home = Home::protected();
    home.message();
    let snapshot = home.owner.attach_partner(Moment(0), OTHER);
    home.owner.partner_confirmed(Moment(0), OTHER, snapshot.last());
    assert_eq!(home.told(), 0, "a takeover by the new process would not adopt");
    home.write_all();
    assert_eq!(home.owner.wanted_replica(), Some(None));
    home.owner.replica_written(None, WitnessOutcome::Done);
    let last = home.owner.ledger().last();
    home.owner.partner_confirmed(Moment(0), OTHER, last);
    home.write_all();
    assert_eq!((home.owner.wanted_replica(), home.told()), (Some(Some(OTHER)), 1));
}

#[test]
fn a_partner_that_connects_again_gets_a_new_snapshot_and_the_mode_stays() {
    let mut home = Home::protected();
    home.message();
    let mut replica = home.owner.attach_partner(Moment(0), PARTNER);
    assert!(matches!(home.owner.mode(), Mode::Protected { .. }));
    assert_eq!(home.told(), 0);
    home.message();
    for record in home.owner.take_records() {
        replica.apply(&record).unwrap();
    }
    assert_eq!(&replica, home.owner.ledger());
    home.confirm();
    assert_eq!(home.told(), 2);
}

#[test]
fn a_message_that_a_takeover_found_in_its_queue_is_deleted_when_it_is_received() {
    let mut home = Home::spooled();
    let id = home.message();
    home.output(BOB);
    home.owner.attach_partner(Moment(0), PARTNER);
    home.confirm();
    home.owner.take_batch().unwrap();
    let replica = home.owner.ledger().clone();
    let mut next = Home { owner: Owner::new(replica.continue_under(Epoch(2)), [ALICE, BOB]) };
    next.detach(BOB, 900);
    next.owner.resume(at(0), &user(BOB), BOB, 1, TransportId(1)).unwrap();
    assert_eq!(taken_out(&next.write_all()), [id], "the old owner's last batch may have arrived");
}

#[test]
fn leaving_again_and_again_loses_nothing() {
    let mut home = Home::spooled();
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(home.message());
        home.enter();
        home.owner.replica_written(Some(PARTNER), WitnessOutcome::Done);
        sent.push(home.message());
        home.confirm();
        leave(&mut home);
        home.write_all();
    }
    let waiting: Vec<RowId> = home.owner.ledger().messages().map(|(id, _)| id).collect();
    assert_eq!(waiting, sent);
    assert!(home.owner.ledger().messages().all(|(_, message)| message.spooled.written));
}

#[test]
fn leaving_ends_when_all_that_is_to_be_written_is_too_young() {
    let mut home = Home { owner: Owner::new(empty_ledger(), []) };
    home.enter();
    home.owner.replica_written(Some(PARTNER), WitnessOutcome::Done);
    home.sign_in(BOB);
    home.owner.lose_partner();
    assert_eq!(home.write_all(), []);
    assert_eq!(home.owner.wanted_replica(), Some(None));
}

#[test]
fn a_message_whose_session_ended_meanwhile_is_saved_before_it_counts_as_durable() {
    let mut home = Home::spooled();
    home.enter();
    let id = home.message();
    home.confirm();
    home.close(BOB);
    let rows = home.write_all();
    assert_eq!(spooled(&rows), [id], "though the partner does not have the end of the session");
    assert_eq!(home.told(), 1);
}

#[test]
fn a_head_never_goes_back() {
    let mut home = Home::spooled();
    home.owner.attach_partner(Moment(0), PARTNER);
    let cut = home.owner.ledger().last();
    home.message();
    assert_eq!(head_count(&home.write_all(), ALICE), Some(1));
    home.owner.partner_confirmed(Moment(0), PARTNER, cut);
    home.change(Effect::Presence { session: ALICE, presence: None });
    assert_eq!(head_count(&home.write_all(), ALICE), Some(1), "though the partner is behind the database");
}
