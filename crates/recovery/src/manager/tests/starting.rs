//! How nodes come up.

use super::*;

#[test]
pub(super) fn both_cold_start_together() {
    let mut pair = Pair::cold();
    pair.expect("Initializing, Initialization", "Initializing, Initialization");
    pair.link_comes_up();
    pair.serve(L, "l");
    pair.expect("Initializing, Initialization", "Initializing, Initialization");
    pair.serve(R, "r");
    pair.expect("Normal", "Normal");
    pair.logged(L, "peer states vector changed to [Normal,Normal]");
}

#[test]
fn both_cold_after_the_backup_had_everything() {
    let mut pair = Pair::cold();
    pair.set_row("l", "r", false);
    pair.set_row("r", "r", false);
    pair.link_comes_up();
    pair.expect("Initializing, Initialization", "Initializing, Initialization");
    pair.serve(L, "l");
    pair.serve(R, "r");
    pair.expect("Normal", "Normal");
}

#[test]
pub(super) fn initializing_no_peer_for_the_initialization_timeout() {
    let mut pair = Pair::cold();
    pair.nodes[L].up = false;
    pair.serve(R, "r");
    pair.wait(119);
    pair.expect("down", "Initializing, Initialization");
    pair.wait(1);
    pair.logged(R, "peer down, time since last heartbeat[s]= 120");
    pair.serve(R, "l");
    pair.expect("down", "Running in Backup Mode, Peer Down During Initialization");
    assert!(pair.saw(R, &Effect::Alert(Alert::SrmFailover)));
}

#[test]
fn initializing_without_the_link_alone_ends_after_the_timeouts_and_says_why() {
    let mut pair = Pair::cold();
    pair.serve(L, "l");
    pair.serve(R, "r");
    pair.wait(179);
    pair.expect("Initializing, Initialization", "Initializing, Initialization");
    pair.wait(1);
    pair.expect("Normal, Peer Link Down", "Normal, Peer Link Down");
}

#[test]
pub(super) fn l_returns_while_r_is_backup() {
    let mut pair = Pair::normal();
    pair.dies(L);
    pair.serve(R, "l");
    pair.expect("down", "Running in Backup Mode, Peer Down");
    pair.restarts(L);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
    assert_eq!(pair.way(L), [NodeState::Initializing, NodeState::FailedOver], "never straight to Normal");
    pair.wait(4_000);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
}

#[test]
pub(super) fn an_idle_node_that_restarts_stays_idle() {
    let mut pair = Pair::idle();
    pair.dies(L);
    pair.wait(5);
    pair.restarts(L);
    pair.expect("Idle, Initialization", "Running in Backup Mode, On Admin Request");
    assert!(!pair.saw(L, &Effect::StartServices));
    assert_eq!(pair.order(L, Order::Fallback(name("l"))), "accepted");
    assert!(pair.saw(L, &Effect::StartServices), "they were not started when it came up");
}

#[test]
pub(super) fn a_backup_without_a_partner_that_restarts_is_the_backup_again() {
    let mut pair = Pair::normal();
    pair.dies(L);
    pair.serve(R, "l");
    pair.dies(R);
    let kept = pair.nodes[R].manager.standing();
    pair.nodes[R] = Node::start(R, &Parameters::default(), true, Some(kept), pair.now);
    pair.serve(R, "r");
    pair.expect("down", "Initializing, Initialization");
    pair.serve(R, "l");
    pair.expect("down", "Running in Backup Mode, Initialization");
}

#[test]
pub(super) fn a_failed_over_node_that_restarts_stays_failed_over() {
    let mut pair = Pair::failed_over();
    pair.dies(L);
    pair.wait(5);
    pair.restarts(L);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
}

#[test]
pub(super) fn ha_off_enable_and_disable() {
    let mut pair = Pair::cold_with(Parameters::default(), false);
    pair.link_comes_up();
    pair.serve(L, "l");
    pair.serve(R, "r");
    pair.expect("Unknown, High Availability Not Enabled", "Unknown, High Availability Not Enabled");
    pair.forget();
    assert_eq!(pair.order(R, Order::Enable), "accepted");
    pair.expect("Normal", "Normal");
    for at in [L, R] {
        assert_eq!(pair.nodes[at].states[0], (NodeState::Initializing, Reason::OnAdminRequest));
    }
    assert_eq!(pair.order(L, Order::Disable { force: false }), "accepted");
    pair.expect("Unknown, High Availability Not Enabled", "Unknown, High Availability Not Enabled");
}

#[test]
fn a_node_without_a_partner_has_no_high_availability() {
    let start = Start {
        node: name("l"),
        partner: None,
        parameters: Parameters::default(),
        enabled: true,
        persisted: None,
        maintenance: None,
        version: "1.2.3".into(),
    };
    let mut manager = Manager::new(start, Moment(0));
    let standing =
        Standing { state: NodeState::Unknown, reason: Reason::HighAvailabilityNotEnabled, idle: false };
    assert_eq!(manager.handle(Moment(0), Input::Tick), [Effect::SetState(standing)]);
    assert_eq!(manager.next_wake(Moment(0)), None);
    let order = Input::Order { order: Order::Failover(name("l")), asker: Asker::Operator };
    assert_eq!(manager.handle(Moment(1), order), [Effect::OrderRefused(OrderRefusal::NoPartner)]);
    assert_eq!(manager.handle(Moment(2), Input::Stop), [Effect::ReadyToStop]);
}
