//! A group of one node: the lease alone.

use super::*;

/// A single node that has made its row at 0 and serves.
fn owner() -> (Actor, Option<WitnessRow>) {
    let mut row = None;
    let mut l = Actor::start("l", false, 1, 0, at(0));
    l.database(at(0), &mut row);
    assert_eq!(l.take_seen(), [Effect::Persist(Epoch(1)), serve(1, Adoption::Heads)]);
    (l, row)
}

#[test]
fn the_first_start_makes_the_row_and_serves_at_once() {
    let (l, row) = owner();
    assert!(l.ownership.may_serve(at(0)));
    assert_eq!(
        row.map(|row| (row.epoch, row.incarnation, row.grant_seconds)),
        Some((Epoch(1), Some(Incarnation(1)), 20))
    );
}

#[test]
fn an_owner_that_renews_serves_on_and_one_that_cannot_fences_itself_at_nine_tenths() {
    let (mut l, mut row) = owner();
    for second in 1..=60 {
        l.second(at(second * 1_000), &mut row);
    }
    assert_eq!(l.take_seen(), [], "a minute without an event");
    for second in 61..69 {
        l.give(at(second * 1_000), Input::Tick);
        l.waiting = None;
        l.give(at(second * 1_000), Input::RowUnknown);
    }
    assert!(l.ownership.may_serve(at(68_999)));
    assert!(!l.ownership.may_serve(at(69_000)), "the last renewal was asked for at 60 s");
    assert!(l.ownership.next_wake(at(68_100)).is_some_and(|wake| wake <= at(69_000)));
    l.give(at(69_000), Input::Tick);
    assert_eq!(l.take_seen(), [Effect::Fence { epoch: Epoch(1), last: false }]);
    assert_eq!(
        l.decisions.last().map(ToString::to_string).as_deref(),
        Some("fences itself under epoch 1: it holds neither grant nor lease")
    );
    l.waiting = None;
    l.give(at(69_000), Input::RowUnknown);
    l.second(at(75_000), &mut row);
    assert_eq!(l.take_seen(), [serve(1, Adoption::Kept)], "nobody took it meanwhile");
}

#[test]
fn a_renewal_counts_from_when_it_was_asked_for_not_from_its_answer() {
    let (mut l, mut row) = owner();
    l.give(at(1_000), Input::Tick);
    let renewal = l.waiting.take().expect("renews");
    let answer = carry_out(&renewal, &mut row);
    l.give(at(8_000), answer);
    assert!(l.ownership.may_serve(at(9_999)));
    assert!(!l.ownership.may_serve(at(10_000)));
}

#[test]
fn a_restarted_process_gets_a_new_epoch_and_does_not_wait_if_the_guardian_has_emptied_the_row() {
    let mut row = released(None);
    let mut l = Actor::start("l", false, 2, 5, at(0));
    l.database(at(0), &mut row);
    assert_eq!(l.take_seen(), [Effect::Persist(Epoch(6)), serve(6, Adoption::Heads)]);
}

#[test]
fn a_restarted_machine_waits_until_the_lease_of_its_dead_process_has_run_out_and_a_tenth() {
    let mut row = owned();
    let mut l = Actor::start("l", false, 2, 5, at(0));
    for second in 0..11 {
        l.second(at(second * 1_000), &mut row);
    }
    l.give(at(10_999), Input::Tick);
    assert_eq!(l.take_seen(), []);
    l.second(at(11_000), &mut row);
    assert_eq!(l.take_seen(), [Effect::Persist(Epoch(6)), serve(6, Adoption::Heads)]);
}

#[test]
fn a_lease_that_somebody_renews_never_runs_out() {
    let mut row = owned();
    let mut l = Actor::start("l", false, 2, 5, at(0));
    for second in 0..100 {
        if let Some(row) = &mut row {
            row.beat += u64::from(second % 5 == 0);
        }
        l.second(at(second * 1_000), &mut row);
    }
    assert_eq!(l.take_seen(), []);
}

#[test]
fn a_database_that_lost_writes_is_an_alert_and_nobody_claims_for_a_lease_length() {
    let mut row = released(None);
    let mut l = Actor::start("l", false, 2, 9, at(0));
    for second in 0..11 {
        l.second(at(second * 1_000), &mut row);
    }
    assert_eq!(l.take_seen(), []);
    assert_eq!(l.decisions.iter().filter(|decision| decision.is_alert()).count(), 1);
    l.second(at(11_000), &mut row);
    assert_eq!(l.take_seen(), [Effect::Persist(Epoch(10)), serve(10, Adoption::Heads)]);
}

#[test]
fn a_write_that_the_fence_refused_stops_the_owner_at_once() {
    let (mut l, mut row) = owner();
    l.give(at(500), Input::WriteRefused { epoch: Epoch(1) });
    assert_eq!(l.take_seen(), [Effect::Fence { epoch: Epoch(1), last: false }]);
    assert!(!l.ownership.may_serve(at(500)));
    if let Some(row) = &mut row {
        (row.epoch, row.incarnation, row.beat) = (Epoch(2), Some(Incarnation(7)), 99);
    }
    l.database(at(500), &mut row);
    assert_eq!(l.take_seen(), [Effect::Persist(Epoch(2)), Effect::Fence { epoch: Epoch(1), last: true }]);
}

#[test]
fn a_clean_stop_releases_the_row_and_then_the_process_may_exit() {
    let (mut l, mut row) = owner();
    l.give(at(500), Input::Stop);
    assert_eq!(l.take_seen(), [Effect::Fence { epoch: Epoch(1), last: true }]);
    l.database(at(500), &mut row);
    assert_eq!(l.take_seen(), [Effect::Stopped]);
    assert_eq!(row.and_then(|row| row.incarnation), None);
    l.give(at(60_000), Input::Tick);
    assert_eq!(l.take_seen(), []);
    assert_eq!(l.waiting, None);
}

#[test]
fn a_claim_whose_answer_was_lost_counts_from_when_it_was_first_sent() {
    let mut row = released(None);
    let mut l = Actor::start("l", false, 2, 5, at(0));
    let read = l.waiting.take().expect("reads");
    l.give(at(0), carry_out(&read, &mut row));
    let claim = l.waiting.take().expect("claims");
    l.give(at(500), Input::RowUnknown);
    carry_out(&claim, &mut row);
    l.second(at(8_000), &mut row);
    assert_eq!(l.take_seen(), [Effect::Persist(Epoch(6)), serve(6, Adoption::Heads)]);
    assert!(l.ownership.may_serve(at(8_999)));
    assert!(
        !l.ownership.may_serve(at(9_000)),
        "others count from when it was carried out, at 0.5 s or before"
    );
}

#[test]
fn settings_that_would_make_an_owner_fence_itself_are_refused() {
    let too_slow = Settings { beat: Duration::from_secs(6), ..settings("l", true) };
    assert!(
        too_slow.check().is_err_and(|error| error.to_string().contains("must be below half of the lease"))
    );
    let not_whole = Settings { grant: Duration::from_millis(1_500), ..settings("l", true) };
    assert!(not_whole.check().is_err());
}
