//! Whatever no connection holds ends some day.

use super::*;
use crate::owner::MAX_EXPIRIES_PER_TICK;

#[test]
fn a_detached_session_has_a_deadline_until_its_client_is_back() {
    let mut home = Home::spooled();
    assert_eq!(home.owner.next_deadline(), None);
    home.detach(BOB, 60);
    assert_eq!(home.owner.deadline(BOB), Some(Moment(60_000)));
    assert_eq!(home.owner.due(Moment(59_999)), []);
    assert_eq!(home.owner.due(Moment(60_000)), [BOB]);
    home.owner.resume(at(0), &user(BOB), BOB, 0, TransportId(5)).unwrap();
    assert_eq!((home.owner.next_deadline(), home.owner.due(Moment(u64::MAX))), (None, vec![]));
}

#[test]
fn a_session_that_ends_has_no_deadline_any_more() {
    let mut home = Home::spooled();
    home.detach(BOB, 60);
    home.close(BOB);
    assert_eq!(home.owner.next_deadline(), None);
}

#[test]
fn a_session_that_is_detached_again_waits_anew() {
    let mut home = Home::spooled();
    home.detach(BOB, 60);
    home.detach(BOB, 90);
    assert_eq!((home.owner.next_deadline(), home.owner.due(Moment(60_000))), (Some(Moment(90_000)), vec![]));
}

#[test]
fn a_crowd_does_not_go_at_once() {
    let mut home = Home { owner: Owner::new(empty_ledger(), []) };
    for number in 0..MAX_EXPIRIES_PER_TICK as u128 + 1 {
        home.sign_in(SessionId(0x100 + number));
        home.detach(SessionId(0x100 + number), 60);
    }
    let due = home.owner.due(Moment(60_000));
    assert_eq!(due.len(), MAX_EXPIRIES_PER_TICK);
    for session in due {
        home.close(session);
    }
    assert_eq!(home.owner.due(Moment(60_000)).len(), 1);
}
