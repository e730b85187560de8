//! Sessions and connections are compared (promise P6).

use std::collections::BTreeMap;

use super::*;
use crate::audit::{Auditor, Balance, Difference, differences};

fn holding(pairs: &[(TransportId, SessionId)]) -> BTreeMap<TransportId, SessionId> {
    pairs.iter().copied().collect()
}

#[test]
fn sessions_that_came_and_went_add_up() {
    let mut home = Home::spooled();
    home.close(BOB);
    assert_eq!(Balance::of(home.owner.ledger()), Balance { opened: 2, adopted: 0, closed: 1, live: 1 });
    assert!(Balance::of(home.owner.ledger()).holds());
}

#[test]
fn what_differs_has_a_name() {
    let mut home = Home::spooled();
    let both = holding(&[(transport(ALICE), ALICE), (transport(BOB), BOB)]);
    assert_eq!(differences(&home.owner, &both), []);
    let alice = holding(&[(transport(ALICE), ALICE)]);
    assert_eq!(differences(&home.owner, &alice), [Difference::DeadTransport(BOB, transport(BOB))]);
    home.detach(BOB, 60);
    assert_eq!(differences(&home.owner, &alice), []);
    assert_eq!(differences(&home.owner, &both), [Difference::StrayTransport(transport(BOB), BOB)]);
}

#[test]
fn a_takeover_that_forgets_to_detach_its_sessions_is_noticed() {
    let home = Home::spooled();
    let next = Owner::new(home.owner.ledger().clone().continue_under(Epoch(2)), []);
    assert_eq!(next.unheld(), [ALICE, BOB]);
}

#[test]
fn only_a_difference_that_stands_for_two_audits_counts() {
    let mut auditor = Auditor::default();
    let (alice, bob) = (Difference::Unheld(ALICE), Difference::Unheld(BOB));
    assert_eq!(auditor.standing(vec![alice]), []);
    assert_eq!(auditor.standing(vec![alice, bob]), [alice]);
    assert_eq!(auditor.standing(vec![]), []);
    assert_eq!(auditor.standing(vec![bob]), [], "it was gone in between");
}
