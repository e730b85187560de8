//! Coming back.

use super::*;
use crate::owner::{ResumeRefusal, ResumedSession};
use crate::queue::CountTooHigh;

fn resume(home: &mut Home, session: SessionId, h: u32) -> Result<ResumedSession, ResumeRefusal> {
    home.owner.resume(at(0), &user(session), session, h, TransportId(77))
}

#[test]
fn a_client_comes_back_and_gets_what_it_lacks() {
    let mut home = Home::spooled();
    for _ in 0..3 {
        home.message();
    }
    assert_eq!(home.output(BOB), 3);
    home.detach(BOB, 900);
    home.message();
    let resumed = resume(&mut home, BOB, 2).unwrap();
    assert_eq!((resumed.jid, resumed.displaced), (jid(BOB), None));
    assert!(home.owner.confirmed() < resumed.record, "it is told when that is confirmed");
    home.write_all();
    assert!(home.owner.confirmed() >= resumed.record);
    assert_eq!(home.output(BOB), 2, "the third, and what came meanwhile");
    assert!(home.owner.holds(BOB, TransportId(77)));
    assert_eq!(home.owner.deadline(BOB), None);
}

#[test]
fn a_client_that_comes_back_displaces_its_old_connection() {
    let mut home = Home::spooled();
    let resumed = resume(&mut home, BOB, 0).unwrap();
    assert_eq!(resumed.displaced, Some(transport(BOB)));
    assert!(!home.owner.holds(BOB, transport(BOB)));
}

#[test]
fn the_count_of_a_resume_covers_what_was_handled_and_not_yet_confirmed() {
    let mut home = Home::spooled();
    home.message();
    assert_eq!(home.told(), 0);
    let resumed = resume(&mut home, ALICE, 0).unwrap();
    home.write_all();
    assert!(home.owner.confirmed() >= resumed.record);
    assert_eq!(home.owner.confirmed_handled(ALICE), Some(1));
}

#[test]
fn nobody_resumes_what_is_not_theirs() {
    let mut home = Home::spooled();
    let unknown = Err(ResumeRefusal::Unknown);
    assert_eq!(home.owner.resume(at(0), &user(ALICE), BOB, 0, TransportId(1)), unknown);
    assert_eq!(resume(&mut home, SessionId(5), 0), unknown);
    home.close(BOB);
    assert_eq!(home.owner.resume(at(0), &user(ALICE), BOB, 0, TransportId(1)), unknown, "nor the end of it");
}

#[test]
fn an_ended_session_answers_with_its_count() {
    let mut home = Home::spooled();
    home.message();
    home.close(ALICE);
    assert_eq!(resume(&mut home, ALICE, 0), Err(ResumeRefusal::Gone { h: 1 }));
}

#[test]
fn a_session_known_from_its_head_alone_answers_with_its_count() {
    let mut home = Home { owner: Owner::new(empty_ledger(), [ALICE]) };
    home.change(Effect::Opened(Opening {
        session: ALICE,
        jid: jid(ALICE),
        user_agent: None,
        at: Timestamp(0),
        reason: Reason::Adopted,
        handled: u32::MAX,
    }));
    home.detach(ALICE, 60);
    assert_eq!(resume(&mut home, ALICE, 0), Err(ResumeRefusal::Gone { h: u32::MAX }));
    home.close(ALICE);
    assert_eq!(resume(&mut home, ALICE, 0), Err(ResumeRefusal::Gone { h: u32::MAX }), "and so after its end");
}

#[test]
fn a_count_above_what_was_ever_sent_is_refused() {
    let mut home = Home::spooled();
    home.message();
    home.output(BOB);
    home.detach(BOB, 900);
    home.message();
    assert_eq!(resume(&mut home, BOB, 2), Err(ResumeRefusal::TooHigh(CountTooHigh { h: 2, sent: 1 })));
    assert!(resume(&mut home, BOB, 1).is_ok());
}

#[test]
fn after_a_takeover_all_that_the_replica_holds_may_have_been_sent() {
    let mut home = Home::spooled();
    home.message();
    home.message();
    let replica = home.owner.ledger().clone();
    let mut next = Home { owner: Owner::new(replica.continue_under(Epoch(2)), []) };
    next.detach(BOB, 900);
    assert!(resume(&mut next, BOB, 2).is_ok());
    assert_eq!(next.owner.ledger().session(BOB).unwrap().queue.len(), 0);
}

#[test]
fn the_second_of_two_resumes_wins() {
    let mut home = Home::spooled();
    home.detach(BOB, 900);
    home.owner.resume(at(0), &user(BOB), BOB, 0, TransportId(1)).unwrap();
    let second = home.owner.resume(at(0), &user(BOB), BOB, 0, TransportId(2)).unwrap();
    assert_eq!(second.displaced, Some(TransportId(1)));
    assert!(home.owner.holds(BOB, TransportId(2)));
}
