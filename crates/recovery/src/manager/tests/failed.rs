//! Failed mode: the ways in, and the ways out.

use super::*;

const TAKE_OVER: &str = "Running in Failed Mode, Take Over Users Failed";
const TAKE_BACK: &str = "Running in Failed Mode, Take Back Users Failed";

#[test]
pub(super) fn taking_over_users_cannot_be_taken() {
    // Its keeper does not hand it over.
    let mut pair = Pair::normal();
    pair.nodes[L].keeper_refuses = true;
    assert_eq!(pair.order(L, Order::Failover(name("l"))), "accepted");
    pair.keepers_work();
    pair.expect(TAKE_OVER, TAKE_OVER);
    pair.logged(L, "l was not handed over and is served on: the replica is behind");
    assert!(!pair.nodes[L].manager.standing().idle);
    // The partner does not claim it, and it comes back.
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    pair.yields(L, &name("l"));
    pair.wait(100);
    assert_eq!(pair.shown(L), "Failing Over, On Admin Request", "the rules of ownership decide");
    pair.nodes[L].serves.push(name("l"));
    pair.beat();
    pair.expect(TAKE_OVER, TAKE_OVER);
    pair.logged(L, "l was not handed over and is served on: the partner did not take it");
    // The partner claims it and cannot serve it.
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    pair.yields(L, &name("l"));
    pair.set_row("l", "r", false);
    pair.beat();
    pair.expect("Idle, On Admin Request", "Taking Over, On Admin Request");
    pair.give(R, Input::NotTaken(name("l"), "its sessions cannot be read".into()));
    pair.expect(TAKE_OVER, TAKE_OVER);
    pair.logged(R, "l could not be taken: its sessions cannot be read");
}

#[test]
fn a_taker_that_hangs_has_failed_too() {
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    pair.yields(L, &name("l"));
    pair.set_row("l", "r", false);
    pair.wait(179);
    pair.expect("Idle, On Admin Request", "Taking Over, On Admin Request");
    pair.wait(1);
    pair.expect(TAKE_OVER, TAKE_OVER);
}

#[test]
pub(super) fn taking_over_the_taker_goes_away() {
    // Before it was yielded: the order waits for a while, and is given up.
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    pair.dies(R);
    pair.nodes[L].asked.clear();
    pair.give(L, Input::HandOverRefused(name("l"), "the partner is not connected".into()));
    pair.wait(59);
    pair.expect("Failing Over, On Admin Request", "down");
    pair.wait(1);
    pair.expect("Normal, Peer Link Down", "down");
    // After that: it comes back, and nobody has failed.
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    pair.yields(L, &name("l"));
    pair.dies(R);
    pair.wait(10);
    pair.restarts(R);
    pair.serve(R, "r");
    pair.wait(56);
    pair.serve(L, "l");
    pair.wait(1);
    pair.expect("Normal, Take Over Users Failed", "Normal");
    assert!(!pair.nodes[L].manager.standing().idle);
}

#[test]
fn taking_over_the_taker_dies_and_its_users_are_taken_instead() {
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    pair.dies(R);
    pair.give(L, Input::HandOverRefused(name("l"), "the partner is not connected".into()));
    pair.serve(L, "r");
    pair.expect("Running in Backup Mode, Peer Down", "down");
    assert!(!pair.nodes[L].manager.standing().idle);
}

#[test]
pub(super) fn taking_back_users_cannot_be_taken() {
    // Its keeper does not hand it over.
    let pair = Pair::failed_with_all_at_r();
    pair.expect(TAKE_BACK, TAKE_BACK);
    assert_eq!(pair.nodes[R].serves.len(), 2, "service goes on");
    // The home node claims it and cannot serve it.
    let mut pair = Pair::failed_over();
    pair.order(L, Order::Fallback(name("l")));
    pair.yields(R, &name("l"));
    pair.set_row("l", "l", false);
    pair.wait(179);
    assert_eq!(pair.shown(L), "Taking Back, On Admin Request");
    pair.wait(1);
    pair.expect(TAKE_BACK, TAKE_BACK);
}

#[test]
pub(super) fn failed_failed_order_recover() {
    for at in [L, R] {
        let mut pair = Pair::failed();
        assert_eq!(pair.order(at, Order::Recover), "accepted");
        for node in [L, R] {
            assert_eq!(
                pair.nodes[node].states.first(),
                Some(&(NodeState::Initializing, Reason::OnAdminRequest))
            );
        }
        pair.wait(1);
        pair.expect("Normal", "Normal");
        let mut pair = Pair::failed_with_all_at_r();
        assert_eq!(pair.order(at, Order::Recover), "accepted");
        pair.wait(1);
        pair.expect("Taking Back, On Admin Request", "Falling Back, On Admin Request");
        pair.keepers_work();
        pair.expect("Normal", "Normal");
    }
}

#[test]
pub(super) fn failed_failed_by_themselves_when_health_returns() {
    let mut pair = Pair::failed();
    pair.breaks(L, "router");
    pair.wait(300);
    pair.expect(TAKE_OVER, TAKE_OVER);
    pair.mends(L, "router");
    pair.wait(59);
    pair.expect(TAKE_OVER, TAKE_OVER);
    pair.wait(2);
    pair.expect("Normal", "Normal");
    let mut pair = Pair::failed_with_all_at_r();
    pair.wait(61);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Initialization");
    pair.wait(1_000);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Initialization");
}

#[test]
fn they_wait_twice_as_long_after_a_recovery_that_did_not_help_up_to_a_bound() {
    let mut pair = Pair::failed_with_all_at_r();
    for doublings in [0, 1, 2, 3, 4, 5, 6, 6] {
        let wait = 60 * 2_u64.pow(doublings);
        pair.wait(wait - 1);
        pair.expect(TAKE_BACK, TAKE_BACK);
        pair.wait(2);
        pair.expect("Failed Over, Initialization", "Running in Backup Mode, Initialization");
        pair.nodes[R].keeper_refuses = true;
        assert_eq!(pair.order(R, Order::Fallback(name("l"))), "accepted");
        pair.keepers_work();
    }
}

#[test]
fn a_failure_of_the_backup_ends_when_either_can_serve() {
    for mended in [L, R] {
        let mut pair = Pair::failed_over();
        pair.breaks(L, "presence-engine");
        pair.breaks(R, "router");
        pair.wait(90);
        let service = if mended == L { "presence-engine" } else { "router" };
        pair.mends(mended, service);
        pair.wait(62);
        let reason = "Auto Recover Critical Service Down";
        if mended == L {
            pair.expect(&format!("Taking Over, {reason}"), &format!("Failing Over, {reason}"));
        } else {
            let l = "Failed Over with Critical Services not Running, Initialization";
            pair.expect(l, "Running in Backup Mode, Initialization");
        }
    }
}

#[test]
fn a_node_in_failed_mode_whose_peer_dies_takes_its_users_and_recovers() {
    let mut pair = Pair::failed();
    pair.dies(L);
    pair.serve(R, "l");
    pair.expect("down", TAKE_OVER);
    pair.wait(62);
    pair.expect("down", "Running in Backup Mode, Peer Down");
    pair.restarts(L);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
}

#[test]
fn a_restart_is_a_recovery_of_both() {
    let mut pair = Pair::failed();
    pair.dies(L);
    pair.wait(2);
    pair.restarts(L);
    pair.serve(L, "l");
    pair.wait(1);
    pair.expect("Normal", "Normal");
}

#[test]
fn a_failure_that_the_peer_heard_of_late_is_shared_and_so_is_its_end() {
    let mut pair = Pair::normal();
    pair.nodes[L].keeper_refuses = true;
    pair.order(L, Order::Failover(name("l")));
    pair.link = false;
    pair.keepers_work();
    pair.expect(TAKE_OVER, "Taking Over, On Admin Request");
    pair.link_comes_up();
    pair.expect(TAKE_OVER, TAKE_OVER);
    pair.link_breaks();
    pair.wait(400);
    pair.link_comes_up();
    pair.wait(1);
    pair.expect("Normal", "Normal");
}

#[test]
fn a_node_follows_its_peer_out_of_failed_mode_also_if_it_did_not_see_it_look_anew() {
    let mut pair = Pair::failed();
    pair.link_breaks();
    pair.breaks(R, "router");
    pair.wait(300);
    pair.expect("Normal, Peer Link Down", TAKE_OVER);
    pair.link_comes_up();
    pair.wait(1);
    assert_eq!(pair.way(R)[..2], [NodeState::Initializing, NodeState::Normal]);
}

#[test]
fn who_follows_into_failed_mode_during_its_own_failover_does_not_stop_its_services_later() {
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    assert!(pair.nodes[L].manager.standing().idle);
    let report = PeerReport {
        state: NodeState::Failed,
        reason: Reason::TakeOverUsersFailed,
        serves: vec![name("r")],
        services: pair.nodes[R].manager.status(pair.now).reported,
        version: "1.2.0".into(),
    };
    pair.give(L, Input::Heartbeat(report));
    assert_eq!(pair.shown(L), TAKE_OVER);
    assert!(!pair.nodes[L].manager.standing().idle);
}

#[test]
fn a_node_that_recovers_waits_until_its_peer_has_heard_of_it() {
    let mut pair = Pair::failed();
    pair.link = false;
    assert_eq!(pair.order(L, Order::Recover), "accepted");
    pair.wait(10);
    pair.expect("Initializing, On Admin Request", TAKE_OVER);
    pair.link = true;
    pair.wait(2);
    pair.expect("Normal", "Normal");
}
