//! Two nodes: grants, takeover, yielding.

use super::*;

const ASK: PeerMessage = PeerMessage::Ask { epoch: Epoch(5), incarnation: Incarnation(1), asked: Moment(77) };

/// The partner `r`, process 2, which started at 0 and watches process 1 of `l`.
fn watcher(row: &mut Option<WitnessRow>) -> Actor {
    let mut r = Actor::start("r", true, 2, 5, at(0));
    r.database(at(0), row);
    r
}

fn grants(effects: &[Effect]) -> bool {
    matches!(
        effects,
        [Effect::Send(PeerMessage::Grant { epoch: Epoch(5), to: Incarnation(1), asked: Moment(77), .. })]
    )
}

#[test]
fn whoever_holds_the_replica_takes_over_the_moment_the_guardian_has_emptied_the_row() {
    let mut row = owned();
    let mut r = watcher(&mut row);
    r.give(at(5_000), Input::Peer(ASK));
    assert!(grants(&r.take_seen()), "a grant of the dead owner does not hold it up");
    r.database(at(5_000), &mut row);
    row = released(Some(2));
    r.give(at(6_000), Input::LinkLost);
    r.database(at(6_000), &mut row);
    assert_eq!(r.take_seen()[..2], [Effect::Persist(Epoch(6)), serve(6, Adoption::Replica)]);
    assert_eq!(row.and_then(|row| row.replica), None, "the claim clears it");
}

#[test]
fn the_row_is_polled_fast_after_the_link_was_lost_and_slowly_again_later() {
    let mut row = owned();
    let mut r = watcher(&mut row);
    r.give(at(500), Input::LinkLost);
    r.database(at(500), &mut row);
    assert_eq!(r.ownership.next_wake(at(500)), Some(at(505)));
    r.second(at(2_600), &mut row);
    assert_eq!(r.ownership.next_wake(at(2_600)), Some(at(3_600)));
}

#[test]
fn a_child_that_comes_back_leaves_the_home_to_the_process_that_has_the_sessions() {
    let mut row = released(Some(2));
    let mut l = Actor::start("l", true, 3, 5, at(0));
    for second in 0..30 {
        l.second(at(second * 1_000), &mut row);
    }
    assert_eq!(l.take_seen(), []);
    l.second(at(30_000), &mut row);
    assert_eq!(l.take_seen()[1], serve(6, Adoption::Heads), "nobody came");
}

#[test]
fn an_outage_of_the_database_is_not_taken_for_the_silence_of_who_has_the_sessions() {
    let mut row = owned().map(|row| WitnessRow { replica: Some(Incarnation(2)), ..row });
    let mut l = Actor::start("l", true, 3, 5, at(0));
    l.second(at(1_000), &mut row);
    l.without_database(2..60, "it cannot know who else is kept from the database");
    for second in 60..70 {
        l.second(at(second * 1_000), &mut row);
    }
    assert_eq!(l.take_seen(), []);
    l.second(at(70_000), &mut row);
    assert_eq!(l.take_seen()[1], serve(6, Adoption::Heads), "a lease and a tenth later nobody came");
}

#[test]
fn a_replica_of_another_process_of_this_node_is_never_adopted() {
    let mut row = released(Some(2));
    let mut r = Actor::start("r", true, 4, 5, at(0));
    for second in 0..=30 {
        r.second(at(second * 1_000), &mut row);
    }
    assert_eq!(r.take_seen()[1], serve(6, Adoption::Heads));
}

#[test]
fn a_takeover_waits_for_the_lease_and_for_the_own_grants_counted_whole() {
    let mut row = owned();
    let mut r = watcher(&mut row);
    r.give(at(20_000), Input::Peer(ASK));
    assert!(grants(&r.take_seen()));
    for second in 20..40 {
        r.second(at(second * 1_000), &mut row);
    }
    r.give(at(39_999), Input::Tick);
    assert_eq!(r.take_seen(), []);
    r.second(at(40_000), &mut row);
    assert_eq!(r.take_seen()[1], serve(6, Adoption::Heads));
}

#[test]
fn a_node_that_starts_counts_as_having_granted_for_as_long_as_the_row_says() {
    let mut row = owned().map(|row| WitnessRow { grant_seconds: 45, replica: Some(Incarnation(2)), ..row });
    let mut r = watcher(&mut row);
    for second in 0..45 {
        r.second(at(second * 1_000), &mut row);
    }
    assert_eq!(r.take_seen(), []);
    r.second(at(45_000), &mut row);
    assert_eq!(r.take_seen()[1], serve(6, Adoption::Replica));
}

#[test]
fn no_grant_is_given_and_nothing_confirmed_from_before_a_claim_until_it_is_settled() {
    let mut row = owned().map(|row| WitnessRow { replica: Some(Incarnation(2)), ..row });
    let mut r = watcher(&mut row);
    assert!(r.ownership.confirms(Epoch(5)));
    r.give(at(20_000), Input::Tick);
    assert!(r.claims());
    r.waiting = None;
    assert!(!r.ownership.confirms(Epoch(5)));
    r.give(at(20_100), Input::RowUnknown);
    r.give(at(20_200), Input::Peer(ASK));
    assert_eq!(r.take_seen(), [Effect::Send(PeerMessage::Refusal { highest: Epoch(5) })]);
    r.give(at(21_000), Input::Tick);
    let read = r.waiting.take().expect("reads");
    r.give(at(21_000), carry_out(&read, &mut row));
    r.give(at(21_000), Input::Peer(ASK));
    assert_eq!(
        r.take_seen(),
        [Effect::Send(PeerMessage::Refusal { highest: Epoch(5) })],
        "it may still be carried out"
    );
    if let Some(row) = &mut row {
        row.beat += 1;
    }
    r.database(at(21_100), &mut row);
    r.give(at(21_200), Input::Peer(ASK));
    assert!(grants(&r.take_seen()), "the owner was first: the claim can match nothing any more");
}

#[test]
fn who_has_seen_a_higher_epoch_grants_and_confirms_nothing_of_a_lower_one() {
    let mut row = owned();
    let mut r = watcher(&mut row);
    r.give(at(100), Input::Peer(PeerMessage::Refusal { highest: Epoch(8) }));
    assert_eq!(r.take_seen(), [Effect::Persist(Epoch(8))]);
    r.give(at(200), Input::Peer(ASK));
    assert_eq!(r.take_seen(), [Effect::Send(PeerMessage::Refusal { highest: Epoch(8) })]);
    assert!(!r.ownership.confirms(Epoch(5)));
}

/// The owner `l`, process 3 under epoch 6, asking its partner.
fn owner(row: &mut Option<WitnessRow>) -> Actor {
    *row = released(None);
    let mut l = Actor::start("l", true, 3, 5, at(0));
    l.database(at(0), row);
    assert_eq!(l.take_seen()[1], serve(6, Adoption::Heads));
    l
}

fn grant(asked: u64, to: u128, epoch: u64) -> Input {
    let (epoch, to, asked) = (Epoch(epoch), Incarnation(to), at(asked));
    Input::Peer(PeerMessage::Grant {
        epoch,
        to,
        asked,
        length: Duration::from_secs(20),
        from: Incarnation(2),
    })
}

#[test]
fn a_grant_carries_the_owner_through_a_database_outage_for_nine_tenths_from_its_asking() {
    let mut row = None;
    let mut l = owner(&mut row);
    l.give(at(3_000), grant(1_000, 3, 6));
    assert!(l.ownership.may_serve(at(18_999)));
    assert!(!l.ownership.may_serve(at(19_000)));
}

#[test]
fn grants_for_others_from_the_future_or_for_another_epoch_are_worth_nothing() {
    let mut row = None;
    let mut l = owner(&mut row);
    for forged in [grant(1_000, 9, 6), grant(50_000, 3, 6), grant(1_000, 3, 5), grant(1_000, 3, 7)] {
        l.give(at(3_000), forged);
    }
    assert!(!l.ownership.may_serve(at(9_000)), "only the lease counts");
}

#[test]
fn an_owner_that_learns_of_a_higher_epoch_gives_up_for_good() {
    let mut row = None;
    let mut l = owner(&mut row);
    l.give(at(100), Input::Peer(PeerMessage::Refusal { highest: Epoch(u64::MAX) }));
    assert_eq!(
        l.take_seen(),
        [Effect::Persist(Epoch(u64::MAX)), Effect::Fence { epoch: Epoch(6), last: true }]
    );
    l.give(at(200), grant(0, 3, 6));
    assert!(!l.ownership.may_serve(at(200)));
}

#[test]
fn a_yielded_home_is_taken_at_once_and_its_old_owner_never_serves_under_the_old_epoch() {
    let mut row = None;
    let mut l = owner(&mut row);
    let mut r = Actor::start("r", true, 2, 5, at(0));
    r.database(at(0), &mut row);
    l.give(at(500), Input::ReplicaComplete(Incarnation(2)));
    l.database(at(500), &mut row);
    assert_eq!(l.take_seen(), [Effect::ReplicaNamed(Some(Incarnation(2)))]);
    l.give(at(1_500), Input::Tick);
    let renewal = l.waiting.take().expect("renews");
    l.give(at(1_600), Input::Yield);
    let yielded = PeerMessage::Yielded { epoch: Epoch(6), incarnation: Incarnation(3) };
    assert!(l.take_seen().ends_with(&[Effect::Fence { epoch: Epoch(6), last: true }, Effect::Send(yielded)]));
    l.give(at(1_700), carry_out(&renewal, &mut row));
    l.give(at(1_700), grant(1_500, 3, 6));
    assert!(!l.ownership.may_serve(at(1_700)), "neither a renewal nor a grant brings it back");
    r.give(at(1_800), Input::Peer(yielded));
    r.database(at(1_800), &mut row);
    assert!(r.take_seen().contains(&serve(7, Adoption::Replica)));
}

#[test]
fn a_home_yielded_to_a_process_that_is_gone_goes_back_to_who_has_its_sessions() {
    let mut row = None;
    let mut l = owner(&mut row);
    l.give(at(500), Input::ReplicaComplete(Incarnation(2)));
    l.database(at(500), &mut row);
    l.give(at(1_600), Input::Yield);
    l.database(at(1_600), &mut row);
    l.take_seen();
    // Process 2 died just then; the next one of its node hears of the yield and has nothing.
    let mut r = Actor::start("r", true, 4, 6, at(1_700));
    let yielded = PeerMessage::Yielded { epoch: Epoch(6), incarnation: Incarnation(3) };
    for second in 2..26 {
        r.give(at(second * 1_000), Input::Peer(yielded));
        r.database(at(second * 1_000), &mut row);
        l.second(at(second * 1_000), &mut row);
    }
    assert!(!r.take_seen().iter().any(|effect| matches!(effect, Effect::Serve { .. })));
    assert!(l.take_seen().contains(&serve(7, Adoption::Kept)));
}

#[test]
fn a_yielded_home_is_not_taken_back_because_the_database_answers_nobody() {
    let mut row = None;
    let mut l = owner(&mut row);
    l.give(at(500), Input::ReplicaComplete(Incarnation(2)));
    l.database(at(500), &mut row);
    l.give(at(1_600), Input::Yield);
    l.database(at(1_600), &mut row);
    l.take_seen();
    l.without_database(2..60, "who was yielded to may be trying");
    for second in 60..75 {
        l.second(at(second * 1_000), &mut row);
    }
    assert!(l.take_seen().contains(&serve(7, Adoption::Kept)), "it did not come");
}

#[test]
fn leaving_protected_mode_is_certain_only_when_no_earlier_statement_can_come_after_it() {
    let mut row = None;
    let mut l = owner(&mut row);
    l.give(at(500), Input::ReplicaComplete(Incarnation(2)));
    let late = l.waiting.take().expect("names the replica");
    l.give(at(600), Input::RowUnknown);
    l.give(at(700), Input::ReplicaBehind);
    let read = l.waiting.take().expect("reads");
    l.give(at(700), carry_out(&read, &mut row));
    assert_eq!(l.take_seen(), [], "the row says nobody, but that may change yet");
    carry_out(&late, &mut row);
    l.database(at(800), &mut row);
    assert_eq!(l.take_seen(), [Effect::ReplicaNamed(None)]);
    assert_eq!(row.and_then(|row| row.replica), None);
}
