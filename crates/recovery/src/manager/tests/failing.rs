//! Takeovers without an order, and fallbacks without one.

use super::*;

#[test]
pub(super) fn heartbeats_of_l_gone_lease_and_grant_expired() {
    let mut pair = Pair::normal();
    pair.dies(L);
    pair.wait(62);
    pair.expect("down", "Normal, Peer Link Down");
    pair.logged(R, "peer down, time since last heartbeat[s]= 60");
    pair.serve(R, "l");
    pair.expect("down", "Running in Backup Mode, Peer Down");
    pair.logged(R, "peer states vector changed to [Running in Backup Mode,Unknown]");
    assert!(pair.saw(R, &Effect::Alert(Alert::SrmFailover)));
}

#[test]
fn a_dead_process_whose_row_was_released_is_taken_over_at_once() {
    let mut pair = Pair::normal();
    pair.dies(L);
    pair.set_row("l", "l", true);
    pair.serve(R, "l");
    pair.expect("down", "Running in Backup Mode, Peer Down");
    assert_eq!(pair.way(R).last_chunk(), Some(&[NodeState::TakingOver, NodeState::Backup]));
}

#[test]
pub(super) fn l_said_goodbye() {
    let mut pair = Pair::normal();
    pair.give(L, Input::Stop);
    pair.expect("Failing Over, Peer Reboot", "Taking Over, Peer Reboot");
    assert!(!pair.saw(L, &Effect::ReadyToStop), "sessions go first");
    pair.keepers_work();
    assert!(pair.saw(L, &Effect::ReadyToStop));
    pair.give(R, Input::Goodbye(Reason::PeerReboot));
    pair.dies(L);
    pair.wait(200);
    pair.expect("down", "Running in Backup Mode, Peer Reboot");
    assert!(!pair.nodes[R].lines.iter().any(|line| line.starts_with("peer down")), "it said so");
    pair.restarts(L);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Reboot");
}

#[test]
pub(super) fn failed_over_the_backup_dies() {
    let mut pair = Pair::failed_over();
    pair.dies(R);
    pair.expect("Failed Over, Peer Link Down", "down");
    pair.serve(L, "l");
    pair.expect("Taking Over, Peer Down", "down");
    pair.serve(L, "r");
    pair.expect("Running in Backup Mode, Peer Down", "down");
}

#[test]
pub(super) fn idle_the_backup_dies() {
    let mut pair = Pair::idle();
    pair.dies(R);
    pair.wait(70);
    pair.expect("Idle, Peer Link Down", "down");
    pair.serve(L, "r");
    assert!(pair.saw(L, &Effect::StartServices));
    pair.serve(L, "l");
    pair.expect("Running in Backup Mode, Peer Down", "down");
    pair.restarts(R);
    pair.expect("Running in Backup Mode, Peer Down", "Failed Over, Initialization");
}

#[test]
fn without_services_the_backup_dies() {
    let mut pair = Pair::failed_over();
    pair.breaks(L, "router");
    pair.dies(R);
    pair.set_row("l", "l", false);
    pair.look(L);
    pair.expect("Taking Over, Peer Down", "down");
    for home in ["l", "r"] {
        pair.serve(L, home);
    }
    pair.expect("Running in Backup Mode, Peer Down", "down");
    pair.wait(90);
    pair.expect("Running in Backup Mode, Critical Service Down", "down");
}

#[test]
fn the_backup_stops_and_its_idle_partner_takes_all() {
    let mut pair = Pair::idle();
    pair.give(R, Input::Stop);
    pair.expect("Taking Over, Peer Reboot", "Failing Over, Peer Reboot");
    assert!(pair.saw(L, &Effect::StartServices), "before the users come");
    pair.keepers_work();
    assert!(pair.saw(R, &Effect::ReadyToStop));
    assert_eq!(pair.shown(L), "Running in Backup Mode, Peer Reboot");
}

fn automatic() -> Pair {
    let enabled = Parameters::default().with([("enable_automatic_fallback", "true")]);
    Pair::failed_over_with(enabled.unwrap())
}

#[test]
pub(super) fn healthy_for_automatic_fallback_delay() {
    let mut pair = automatic();
    pair.wait(1_799);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
    pair.wait(1);
    pair.expect("Taking Back, Automatic Fallback", "Falling Back, Automatic Fallback");
    pair.keepers_work();
    pair.expect("Normal", "Normal");
}

#[test]
fn the_delay_begins_anew_when_the_home_node_was_not_healthy() {
    let mut pair = automatic();
    pair.wait(1_000);
    pair.nodes[R].mode = Mode::Spooled;
    pair.wait(1);
    pair.nodes[R].mode = Mode::Protected;
    pair.wait(1_000);
    pair.link_breaks();
    pair.link_comes_up();
    pair.wait(1_799);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
    pair.wait(2);
    pair.expect("Taking Back, Automatic Fallback", "Falling Back, Automatic Fallback");
}

#[test]
fn an_idle_node_is_not_fallen_back_without_an_order() {
    let mut pair = Pair::idle();
    pair.parameters.enable_automatic_fallback = true;
    for at in [L, R] {
        pair.give(at, Input::Parameters(pair.parameters.clone()));
    }
    pair.wait(4_000);
    pair.expect("Idle, On Admin Request", "Running in Backup Mode, On Admin Request");
}

#[test]
fn the_delay_doubles_after_a_fallback_that_failed_again() {
    let mut pair = automatic();
    pair.wait(1_800);
    pair.keepers_work();
    pair.expect("Normal", "Normal");
    pair.dies(L);
    pair.serve(R, "l");
    pair.restarts(L);
    pair.wait(3_599);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
    pair.wait(2);
    pair.expect("Taking Back, Automatic Fallback", "Falling Back, Automatic Fallback");
}

/// The pair falls back by itself after so many seconds, and `l` dies again.
fn flaps(pair: &mut Pair, seconds: u64) {
    pair.wait(seconds - 1);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
    pair.wait(1);
    pair.expect("Taking Back, Automatic Fallback", "Falling Back, Automatic Fallback");
    pair.keepers_work();
    pair.expect("Normal", "Normal");
}

fn dies_and_returns(pair: &mut Pair) {
    pair.dies(L);
    pair.serve(R, "l");
    pair.restarts(L);
    pair.beat();
}

#[test]
fn a_home_node_that_flaps_waits_longer_each_time_up_to_a_bound() {
    let delay = Parameters::default()
        .with([("enable_automatic_fallback", "true"), ("automatic_fallback_delay", "100s")]);
    let mut pair = Pair::failed_over_with(delay.unwrap());
    for doublings in [0, 1, 2, 3, 4, 5, 6, 6] {
        flaps(&mut pair, 100 * 2_u64.pow(doublings));
        pair.wait(100);
        dies_and_returns(&mut pair);
    }
}

#[test]
fn a_fallback_that_held_for_an_hour_was_a_good_one() {
    let mut pair = automatic();
    flaps(&mut pair, 1_800);
    dies_and_returns(&mut pair);
    flaps(&mut pair, 3_600);
    pair.wait(3_600);
    dies_and_returns(&mut pair);
    flaps(&mut pair, 1_800);
}
