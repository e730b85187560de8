//! Each alert comes once, and is cleared when it is over.

use super::*;

/// Expects that this alert has come once and was not cleared.
#[track_caller]
fn holds(pair: &Pair, at: usize, alert: &Alert) {
    assert_eq!(pair.times(at, &Effect::Alert(alert.clone())), 1, "{alert} at {at}");
    assert_eq!(pair.times(at, &Effect::AlertCleared(alert.clone())), 0, "{alert} at {at}");
    assert!(pair.nodes[at].manager.status(pair.now).alerts.contains(alert));
}

#[track_caller]
fn is_over(pair: &Pair, at: usize, alert: &Alert) {
    assert_eq!(pair.times(at, &Effect::Alert(alert.clone())), 1, "{alert} at {at}");
    assert_eq!(pair.times(at, &Effect::AlertCleared(alert.clone())), 1, "{alert} at {at}");
    assert!(!pair.nodes[at].manager.status(pair.now).alerts.contains(alert));
}

#[test]
fn srm_failover_from_the_takeover_to_the_return() {
    let mut pair = Pair::normal();
    pair.dies(L);
    pair.serve(R, "l");
    pair.wait(100);
    pair.restarts(L);
    holds(&pair, R, &Alert::SrmFailover);
    pair.order(R, Order::Fallback(name("l")));
    pair.keepers_work();
    is_over(&pair, R, &Alert::SrmFailover);
    assert_eq!(pair.times(L, &Effect::Alert(Alert::SrmFailover)), 0, "it was taken over");
}

#[test]
fn srm_failover_goes_on_in_failed_mode() {
    let mut pair = Pair::normal();
    pair.dies(L);
    pair.serve(R, "l");
    pair.restarts(L);
    pair.nodes[R].keeper_refuses = true;
    pair.order(R, Order::Fallback(name("l")));
    pair.keepers_work();
    pair.wait(100);
    holds(&pair, R, &Alert::SrmFailover);
    is_over(&pair, R, &Alert::SrmFailed);
}

#[test]
fn srm_failed_on_both_until_they_recover() {
    let mut pair = Pair::normal();
    pair.nodes[L].keeper_refuses = true;
    pair.order(L, Order::Failover(name("l")));
    pair.keepers_work();
    pair.wait(10);
    for at in [L, R] {
        holds(&pair, at, &Alert::SrmFailed);
    }
    pair.order(L, Order::Recover);
    pair.wait(1);
    for at in [L, R] {
        is_over(&pair, at, &Alert::SrmFailed);
    }
}

#[test]
fn sync_lost_until_the_home_is_protected_again() {
    let mut pair = Pair::normal();
    for mode in [Mode::Leaving, Mode::Spooled, Mode::Entering] {
        pair.nodes[R].mode = mode;
        pair.wait(1);
        holds(&pair, R, &Alert::SyncLost);
    }
    pair.nodes[R].mode = Mode::Protected;
    pair.wait(1);
    is_over(&pair, R, &Alert::SyncLost);
    assert_eq!(pair.times(L, &Effect::Alert(Alert::SyncLost)), 0);
}

#[test]
fn witness_unreachable() {
    let mut pair = Pair::normal();
    for _ in 0..2 {
        pair.database(L, false);
    }
    holds(&pair, L, &Alert::WitnessUnreachable);
    pair.database(L, true);
    is_over(&pair, L, &Alert::WitnessUnreachable);
}

#[test]
fn a_service_that_stays_down() {
    let mut pair = Pair::normal();
    let alert = Alert::ServiceDown("router".into());
    assert_eq!(alert.to_string(), "ServiceDown: router");
    pair.breaks(L, "router");
    pair.wait(89);
    assert!(!pair.saw(L, &Effect::Alert(alert.clone())));
    pair.wait(30);
    holds(&pair, L, &alert);
    pair.mends(L, "router");
    is_over(&pair, L, &alert);
}

#[test]
fn services_that_were_stopped_on_purpose_alarm_nobody() {
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    pair.keepers_work();
    pair.wait(1_000);
    assert!(!pair.nodes[L].seen.iter().any(|effect| matches!(effect, Effect::Alert(_))));
}

#[test]
fn sessions_below_assigned_once_everybody_had_the_time_to_come_back() {
    let mut pair = Pair::normal();
    pair.give(L, Input::Sessions { served: 900, assigned: 1_000 });
    pair.wait(536);
    pair.give(L, Input::Sessions { served: 950, assigned: 1_000 });
    assert!(!pair.saw(L, &Effect::Alert(Alert::SessionsBelowAssigned)));
    pair.wait(1);
    holds(&pair, L, &Alert::SessionsBelowAssigned);
    pair.give(L, Input::Sessions { served: 1_000, assigned: 1_000 });
    is_over(&pair, L, &Alert::SessionsBelowAssigned);
}
