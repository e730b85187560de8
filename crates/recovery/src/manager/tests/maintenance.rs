//! Planned work on a node.

use super::*;

fn maintenance(node: &str) -> Order {
    Order::Maintenance { node: name(node), length: Duration::from_secs(1_800) }
}

#[test]
pub(super) fn any_maintenance() {
    for at in [L, R] {
        let mut pair = Pair::normal();
        assert_eq!(pair.order(at, maintenance("l")), "accepted");
        pair.expect("Normal, Maintenance", "Normal");
        assert_eq!(
            pair.nodes[L].manager.status(pair.now).maintenance,
            Some(pair.now.after(Duration::from_secs(1_800)))
        );
        pair.breaks(L, "router");
        pair.wait(1_799);
        pair.expect("Normal, Maintenance", "Normal");
        pair.logged(
            L,
            "services are down: router, and users stay where they are: this node is in maintenance",
        );
        pair.wait(1);
        pair.logged(L, "maintenance is over");
        pair.expect("Failing Over, Critical Service Down", "Taking Over, Critical Service Down");
    }
    for (pair, l, r) in [
        (Pair::idle as fn() -> Pair, "Idle, Maintenance", "Running in Backup Mode, On Admin Request"),
        (Pair::failed_over, "Failed Over, Maintenance", "Running in Backup Mode, Peer Down"),
    ] {
        let mut pair = pair();
        assert_eq!(pair.order(R, maintenance("l")), "accepted");
        pair.expect(l, r);
        pair.wait(1_800);
        assert!(!pair.shown(L).contains("Maintenance"));
    }
}

#[test]
fn it_ends_by_order() {
    for at in [L, R] {
        let mut pair = Pair::normal();
        pair.order(at, maintenance("l"));
        assert_eq!(pair.order(at, Order::EndMaintenance(name("l"))), "accepted");
        pair.expect("Normal", "Normal");
        assert!(pair.saw(L, &Effect::KeepMaintenance(None)));
        assert_eq!(pair.order(at, Order::EndMaintenance(name("l"))), "l is not in maintenance");
    }
}

#[test]
fn a_death_is_taken_over_all_the_same() {
    let mut pair = Pair::normal();
    pair.order(L, maintenance("l"));
    pair.dies(L);
    pair.serve(R, "l");
    pair.expect("down", "Running in Backup Mode, Peer Down");
}

#[test]
fn a_restart_does_not_end_it() {
    let mut pair = Pair::normal();
    pair.order(L, maintenance("l"));
    let until = pair.nodes[L].manager.status(pair.now).maintenance;
    assert!(pair.saw(L, &Effect::KeepMaintenance(until)));
    pair.dies(L);
    pair.serve(R, "l");
    pair.wait(60);
    pair.nodes[L] = Node::start_with(L, &pair.parameters, pair.now, |start| start.maintenance = until);
    pair.give(L, Input::Tick);
    pair.link_comes_up();
    pair.expect("Failed Over, Maintenance", "Running in Backup Mode, Peer Down");
    pair.wait(1_740);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
}

#[test]
fn a_backup_in_maintenance_keeps_its_role() {
    let mut pair = Pair::failed_over();
    pair.order(L, maintenance("r"));
    pair.breaks(R, "router");
    pair.wait(600);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Maintenance");
}

#[test]
fn users_do_not_fall_back_to_a_node_in_maintenance_by_themselves() {
    let enabled = Parameters::default().with([("enable_automatic_fallback", "true")]);
    let mut pair = Pair::failed_over_with(enabled.unwrap());
    let length = Duration::from_secs(4_000);
    pair.order(L, Order::Maintenance { node: name("l"), length });
    pair.wait(4_000 + 1_799);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
    pair.wait(2);
    pair.expect("Taking Back, Automatic Fallback", "Falling Back, Automatic Fallback");
}

#[test]
fn it_has_a_length() {
    let mut pair = Pair::normal();
    for seconds in [0, 7 * 24 * 3_600 + 1] {
        let order = Order::Maintenance { node: name("l"), length: Duration::from_secs(seconds) };
        assert_eq!(pair.order(L, order), "maintenance lasts from one second to 7 days");
    }
}
