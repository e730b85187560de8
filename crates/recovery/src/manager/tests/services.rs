//! Monitored services that are down, and the database that one node cannot reach.

use super::*;

const FAILED_BY_SERVICE: &str = "Running in Failed Mode, Critical Service Down";
const WITHOUT: &str = "Failed Over with Critical Services not Running";

#[test]
pub(super) fn service_of_l_down_for_the_delay_and_up_on_r() {
    let mut pair = Pair::normal();
    pair.breaks(L, "router");
    pair.wait(89);
    pair.expect("Normal", "Normal");
    pair.wait(1);
    pair.expect("Failing Over, Critical Service Down", "Taking Over, Critical Service Down");
    pair.logged(L, "hands over l to its partner: Critical Service Down");
    pair.keepers_work();
    pair.expect(
        &format!("{WITHOUT}, Critical Service Down"),
        "Running in Backup Mode, Critical Service Down",
    );
    assert!(!pair.saw(L, &Effect::StopServices), "a failover without an order stops nothing");
    assert!(!pair.nodes[L].manager.standing().idle);
}

#[test]
fn a_service_that_is_up_again_in_time_moves_nobody() {
    let mut pair = Pair::normal();
    for _ in 0..3 {
        pair.breaks(L, "router");
        pair.wait(80);
        pair.mends(L, "router");
        pair.wait(1);
    }
    pair.expect("Normal", "Normal");
}

#[test]
fn a_service_that_restarts_and_restarts_is_down_all_the_time() {
    let mut pair = Pair::normal();
    for _ in 0..9 {
        pair.breaks(L, "router");
        pair.wait(5);
        pair.service_is(L, "router", &Health::Starting);
        pair.wait(5);
    }
    pair.expect("Failing Over, Critical Service Down", "Taking Over, Critical Service Down");
}

#[test]
fn a_service_that_is_stuck_is_down_whatever_it_says() {
    let mut pair = Pair::normal();
    pair.nodes[L].services[1].stuck = true;
    pair.tell_services(L);
    pair.wait(90);
    pair.expect("Failing Over, Critical Service Down", "Taking Over, Critical Service Down");
}

#[test]
fn a_service_that_starts_for_the_first_time_is_given_the_initialization_timeout() {
    let mut pair = Pair::cold();
    pair.nodes[L].services.push(ServiceFacts {
        name: "text-conference".into(),
        health: Health::Starting,
        stuck: false,
    });
    let mut there = pair.nodes[L].services.clone();
    there[3].health = Health::Up;
    pair.nodes[R].services = there;
    for at in [L, R] {
        pair.tell_services(at);
    }
    pair.link_comes_up();
    pair.serve(L, "l");
    pair.serve(R, "r");
    pair.wait(119);
    pair.expect("Normal", "Normal");
    pair.wait(1);
    pair.expect("Failing Over, Critical Service Down", "Taking Over, Critical Service Down");
}

#[test]
pub(super) fn service_down_on_both() {
    let mut pair = Pair::normal();
    for at in [L, R] {
        pair.breaks(at, "router");
    }
    pair.wait(600);
    pair.expect("Normal, Critical Service Down", "Normal, Critical Service Down");
    let line = "services are down: router, and users stay where they are: the peer does not have all services up \
                either";
    for at in [L, R] {
        assert_eq!(pair.times(at, &Effect::Alert(Alert::ServiceDown("router".into()))), 1);
        pair.logged(at, line);
        assert_eq!(pair.nodes[at].lines.iter().filter(|logged| *logged == line).count(), 1);
    }
    pair.mends(R, "router");
    pair.expect("Failing Over, Critical Service Down", "Taking Over, Critical Service Down");
}

#[test]
fn a_service_that_the_peer_does_not_have_moves_nobody() {
    let mut pair = Pair::normal();
    pair.nodes[R].services.retain(|service| service.name != "router");
    pair.tell_services(R);
    pair.breaks(L, "router");
    pair.wait(600);
    pair.expect("Normal, Critical Service Down", "Normal");
}

#[test]
fn a_peer_that_has_another_service_down_takes_nobody() {
    let mut pair = Pair::normal();
    pair.breaks(L, "router");
    pair.breaks(R, "presence-engine");
    pair.wait(600);
    pair.expect("Normal, Critical Service Down", "Normal, Critical Service Down");
}

#[test]
fn users_whose_sessions_the_partner_does_not_have_yet_wait_until_it_has() {
    let mut pair = Pair::normal();
    pair.nodes[L].mode = Mode::Entering;
    pair.breaks(L, "router");
    pair.wait(100);
    pair.expect("Normal, Critical Service Down", "Normal");
    pair.nodes[L].mode = Mode::Protected;
    pair.wait(1);
    pair.expect("Failing Over, Critical Service Down", "Taking Over, Critical Service Down");
}

#[test]
fn the_peer_hears_of_a_service_at_once() {
    let mut pair = Pair::normal();
    pair.breaks(L, "router");
    assert!(pair.nodes[R].manager.status(pair.now).peer.unwrap().services.iter().any(|it| !it.up));
    let services = pair.nodes[L].services.clone();
    assert_eq!(pair.give(L, Input::Services(services)), [], "it is as before");
}

#[test]
pub(super) fn l_cannot_reach_the_database_and_r_can() {
    let mut pair = Pair::normal();
    pair.loses_the_database(L);
    pair.wait(89);
    pair.expect("Normal, Witness Unreachable", "Normal");
    pair.wait(1);
    pair.expect("Failing Over, Database Failure", "Taking Over, Database Failure");
    pair.keepers_work();
    pair.expect(&format!("{WITHOUT}, Witness Unreachable"), "Running in Backup Mode, Database Failure");
    pair.has_the_database_again(L);
    pair.expect("Failed Over, Database Failure", "Running in Backup Mode, Database Failure");
}

#[test]
fn a_database_that_both_miss_moves_nobody() {
    let mut pair = Pair::normal();
    for at in [L, R] {
        pair.loses_the_database(at);
    }
    pair.wait(600);
    pair.expect("Normal, Witness Unreachable", "Normal, Witness Unreachable");
    let mut pair = Pair::failed_over();
    for at in [L, R] {
        pair.loses_the_database(at);
    }
    pair.wait(600);
    pair.expect(&format!("{WITHOUT}, Witness Unreachable"), "Running in Backup Mode, Witness Unreachable");
}

#[test]
fn an_outage_that_ends_for_one_before_the_other_moves_nobody() {
    let mut pair = Pair::normal();
    for at in [L, R] {
        pair.loses_the_database(at);
    }
    pair.wait(600);
    pair.has_the_database_again(R);
    pair.wait(89);
    pair.expect("Normal, Witness Unreachable", "Normal");
    pair.wait(1);
    pair.expect("Failing Over, Database Failure", "Taking Over, Database Failure");
}

#[test]
pub(super) fn l_returns_without_a_service() {
    let mut pair = Pair::normal();
    pair.dies(L);
    pair.serve(R, "l");
    pair.returns_without(L, "router");
    pair.expect(&format!("{WITHOUT}, Initialization"), "Running in Backup Mode, Peer Down");
    pair.mends(L, "router");
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
}

#[test]
pub(super) fn failed_over_services_up_and_down() {
    let mut pair = Pair::failed_over();
    for _ in 0..2 {
        pair.breaks(L, "router");
        pair.expect(&format!("{WITHOUT}, Initialization"), "Running in Backup Mode, Peer Down");
        pair.mends(L, "router");
        pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
    }
}

#[test]
pub(super) fn taking_back_services_do_not_start() {
    let mut pair = Pair::idle();
    pair.nodes[L].services_refuse = true;
    assert_eq!(pair.order(R, Order::Fallback(name("l"))), "accepted");
    pair.wait(119);
    pair.expect("Taking Back, On Admin Request", "Falling Back, On Admin Request");
    assert_eq!(pair.nodes[R].asked, [], "no user is handed to a node that cannot serve");
    pair.wait(1);
    let failed = "Running in Failed Mode, Start of Critical Services Failed";
    pair.expect(failed, failed);
    assert_eq!(pair.nodes[R].serves.len(), 2, "service goes on");
    pair.wait(600);
    pair.expect(failed, failed);
}

#[test]
fn taking_back_waits_for_services_to_start() {
    let mut pair = Pair::idle();
    pair.nodes[L].services_refuse = true;
    assert_eq!(pair.order(R, Order::Fallback(name("l"))), "accepted");
    pair.wait(100);
    for service in ["router", "presence-engine"] {
        assert_eq!(pair.nodes[R].asked, []);
        pair.mends(L, service);
    }
    assert_eq!(pair.nodes[R].asked, [name("l")]);
    pair.keepers_work();
    pair.expect("Normal", "Normal");
}

#[test]
pub(super) fn backup_loses_a_service_and_its_peer_is_failed_over() {
    let mut pair = Pair::failed_over();
    pair.breaks(R, "router");
    pair.wait(89);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
    pair.wait(1);
    let reason = "Auto Recover Critical Service Down";
    pair.expect(&format!("Taking Over, {reason}"), &format!("Failing Over, {reason}"));
    assert_eq!(pair.nodes[R].asked, [name("l"), name("r")]);
    pair.keepers_work();
    pair.expect(&format!("Running in Backup Mode, {reason}"), &format!("{WITHOUT}, {reason}"));
}

#[test]
pub(super) fn backup_loses_the_database_and_its_peer_is_failed_over() {
    let mut pair = Pair::failed_over();
    pair.loses_the_database(R);
    pair.wait(90);
    pair.keepers_work();
    let reason = "Auto Recover Database Failure";
    pair.expect(&format!("Running in Backup Mode, {reason}"), &format!("{WITHOUT}, Witness Unreachable"));
    pair.has_the_database_again(R);
    pair.expect(&format!("Running in Backup Mode, {reason}"), &format!("Failed Over, {reason}"));
}

#[test]
pub(super) fn backup_loses_a_service_and_its_peer_cannot_take_over() {
    let mut pair = Pair::idle();
    pair.breaks(R, "router");
    pair.wait(90);
    pair.expect(FAILED_BY_SERVICE, FAILED_BY_SERVICE);
    let mut pair = Pair::failed_over();
    pair.breaks(L, "presence-engine");
    pair.breaks(R, "router");
    pair.wait(90);
    pair.expect(FAILED_BY_SERVICE, FAILED_BY_SERVICE);
    pair.wait(1_000);
    pair.expect(FAILED_BY_SERVICE, FAILED_BY_SERVICE);
    assert_eq!(pair.nodes[R].serves.len(), 2, "it serves what it can");
}

#[test]
pub(super) fn backup_without_a_peer_loses_a_service() {
    let mut pair = Pair::failed_over();
    pair.dies(L);
    pair.breaks(R, "router");
    pair.wait(600);
    pair.expect("down", "Running in Backup Mode, Critical Service Down");
    assert!(pair.saw(R, &Effect::Alert(Alert::ServiceDown("router".into()))));
    pair.restarts(L);
    pair.beat();
    let reason = "Auto Recover Critical Service Down";
    pair.expect(&format!("Taking Over, {reason}"), &format!("Failing Over, {reason}"));
}

#[test]
fn services_that_are_told_to_start_have_the_time_of_a_start_before_they_alarm() {
    let mut pair = Pair::idle();
    pair.wait(1_000);
    pair.nodes[L].services_refuse = true;
    pair.order(R, Order::Fallback(name("l")));
    let alert = Effect::Alert(Alert::ServiceDown("router".into()));
    pair.wait(119);
    assert!(!pair.saw(L, &alert));
    pair.wait(1);
    assert!(pair.saw(L, &alert));
}

#[test]
fn taking_back_has_its_whole_time_once_services_run() {
    let mut pair = Pair::idle();
    pair.nodes[L].services_refuse = true;
    pair.order(R, Order::Fallback(name("l")));
    pair.wait(100);
    for service in ["router", "presence-engine"] {
        pair.mends(L, service);
    }
    pair.yields(R, &name("l"));
    pair.set_row("l", "l", false);
    pair.wait(179);
    assert_eq!(pair.shown(L), "Taking Back, On Admin Request");
    pair.wait(1);
    assert_eq!(pair.shown(L), "Running in Failed Mode, Take Back Users Failed");
}
