//! Orders, at either node.

use super::*;

#[test]
pub(super) fn normal_normal_order_failover_l() {
    for at in [L, R] {
        let mut pair = Pair::normal();
        assert_eq!(pair.order(at, Order::Failover(name("l"))), "accepted");
        pair.expect("Failing Over, On Admin Request", "Taking Over, On Admin Request");
        pair.logged(L, "hands over l to its partner: On Admin Request");
        assert!(!pair.saw(L, &Effect::StopServices), "not before its users are gone");
        pair.keepers_work();
        pair.expect("Idle, On Admin Request", "Running in Backup Mode, On Admin Request");
        assert!(pair.saw(L, &Effect::StopServices));
        pair.logged(R, "peer states vector changed to [Running in Backup Mode,Idle]");
        pair.wait(4_000);
        pair.expect("Idle, On Admin Request", "Running in Backup Mode, On Admin Request");
    }
}

#[test]
pub(super) fn idle_or_failed_over_order_fallback_l() {
    for (from, services) in [(Pair::idle as fn() -> Pair, true), (Pair::failed_over, false)] {
        for at in [L, R] {
            let mut pair = from();
            assert_eq!(pair.order(at, Order::Fallback(name("l"))), "accepted");
            pair.expect("Taking Back, On Admin Request", "Falling Back, On Admin Request");
            assert_eq!(pair.saw(L, &Effect::StartServices), services, "before the users come");
            pair.keepers_work();
            pair.expect("Normal", "Normal");
            assert!(!pair.nodes[L].manager.standing().idle);
        }
    }
}

#[test]
fn the_partner_hears_of_a_hand_over_before_it_begins() {
    let mut pair = Pair::normal();
    let order = Input::Order { order: Order::Failover(name("l")), asker: Asker::Operator };
    let effects = pair.give(L, order);
    let place = |wanted: fn(&Effect) -> bool| effects.iter().position(wanted).unwrap();
    let told = place(|effect| matches!(effect, Effect::SetState(_)));
    let asked = place(|effect| matches!(effect, Effect::HandOver(_)));
    assert!(told < asked, "{effects:?}");
}

#[test]
fn an_order_that_crosses_another_leaves_both_homes_served_and_can_be_undone() {
    let mut pair = Pair::normal();
    pair.link = false;
    for (at, node) in [(L, "l"), (R, "r")] {
        pair.give(at, Input::Order { order: Order::Failover(name(node)), asker: Asker::Operator });
    }
    pair.link_comes_up();
    pair.keepers_work();
    for at in [L, R] {
        assert!(!pair.saw(at, &Effect::StopServices), "it serves the other's users");
    }
    assert_eq!(pair.order(R, Order::Fallback(name("l"))), "accepted");
    pair.keepers_work();
    assert_eq!(pair.order(L, Order::Fallback(name("r"))), "accepted");
    pair.keepers_work();
    pair.expect("Normal", "Normal");
}

/// Gives an order and expects this sentence, and that nothing else comes of it.
#[track_caller]
fn refused(pair: &mut Pair, at: usize, order: Order, sentence: &str) {
    let before = [L, R].map(|at| pair.nodes[at].manager.standing());
    assert_eq!(pair.order(at, order), sentence);
    assert_eq!(before, [L, R].map(|at| pair.nodes[at].manager.standing()));
    assert!(pair.nodes.iter().all(|node| node.asked.is_empty()));
}

#[test]
fn orders_to_normal_nodes_that_make_no_sense() {
    let (failover, fallback) = (|n| Order::Failover(name(n)), |n| Order::Fallback(name(n)));
    let mut pair = Pair::normal();
    let strange = "there is no node x in this group: it has l and r";
    refused(&mut pair, L, failover("x"), strange);
    refused(&mut pair, L, fallback("x"), strange);
    for at in [L, R] {
        let sentence = "l serves its users itself: there is nothing to fall back";
        refused(&mut pair, at, fallback("l"), sentence);
    }
    refused(&mut pair, L, Order::Enable, "high availability is enabled already");
    pair.database(L, false);
    let sentence = "the database cannot be reached: without it no home can change its owner";
    refused(&mut pair, L, failover("l"), sentence);
    pair.database(L, true);
    pair.nodes[L].mode = Mode::Entering;
    pair.look(L);
    let sentence = "home l is entering protected mode: the partner does not have all of its sessions yet; \
                    wait until it is protected";
    refused(&mut pair, L, failover("l"), sentence);
    refused(&mut pair, R, failover("l"), sentence);
    pair.stops_serving(L);
    let sentence = "l owns its home and may not serve it at the moment, for it holds neither grant nor lease";
    refused(&mut pair, L, failover("l"), sentence);
    pair.link_breaks();
    let sentence = "r is not connected: if it is down its users are taken over without an order";
    refused(&mut pair, L, failover("r"), sentence);
    refused(&mut pair, L, failover("l"), sentence);
}

#[test]
fn orders_to_failed_over_nodes_that_make_no_sense() {
    let mut pair = Pair::idle();
    for at in [L, R] {
        let sentence = "l is failed over already: it is Idle";
        refused(&mut pair, at, Order::Failover(name("l")), sentence);
        let sentence = "r serves the users of l too: nobody could take them; fall back l first";
        refused(&mut pair, at, Order::Failover(name("r")), sentence);
        let sentence = "r serves its users itself: there is nothing to fall back";
        refused(&mut pair, at, Order::Fallback(name("r")), sentence);
    }
    let sentence = "l is Idle: fall back first, or use --force to leave users where they are";
    refused(&mut pair, L, Order::Disable { force: false }, sentence);
    let sentence =
        "r is Running in Backup Mode: fall back first, or use --force to leave users where they are";
    refused(&mut pair, R, Order::Disable { force: false }, sentence);
    assert_eq!(pair.order(R, Order::Disable { force: true }), "accepted");
    assert!(pair.saw(L, &Effect::StartServices));
}

#[test]
fn a_second_order_meanwhile() {
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    let orders = [Order::Failover(name("l")), Order::Fallback(name("r")), Order::Disable { force: true }];
    for order in orders {
        pair.nodes[L].asked.clear();
        refused(&mut pair, L, order.clone(), "l is Failing Over: wait until that is over");
        refused(&mut pair, R, order, "r is Taking Over: wait until that is over");
    }
}

#[test]
fn orders_to_nodes_that_start_or_stop() {
    let mut pair = Pair::cold();
    pair.link_comes_up();
    let sentence = "l is still initializing: wait until it is Normal";
    refused(&mut pair, L, Order::Failover(name("l")), sentence);
    let mut pair = Pair::normal();
    pair.give(L, Input::Stop);
    pair.nodes[L].asked.clear();
    refused(&mut pair, L, Order::Failover(name("l")), "l is stopping");
}

#[test]
fn orders_without_high_availability() {
    let mut pair = Pair::cold_with(Parameters::default(), false);
    let sentence = "high availability is not enabled: `everpresent ha enable` enables it";
    refused(&mut pair, L, Order::Failover(name("l")), sentence);
    refused(&mut pair, L, Order::Fallback(name("r")), sentence);
    refused(&mut pair, L, Order::Disable { force: false }, sentence);
    let sentence = "r is not connected: if it is down its users are taken over without an order";
    refused(&mut pair, L, Order::Enable, sentence);
}

#[test]
fn an_order_is_passed_on_once() {
    let mut pair = Pair::normal();
    let answer = pair.ask(R, Order::Failover(name("l")), Asker::Peer);
    assert_eq!(answer, "the order is for l, not for this node");
}

#[test]
fn orders_are_read_as_they_are_sent() {
    for order in [
        Order::Failover(name("l")),
        Order::Fallback(name("r")),
        Order::Enable,
        Order::Disable { force: true },
        Order::Recover,
        Order::Maintenance { node: name("l"), length: Duration::from_secs(1_800) },
        Order::EndMaintenance(name("r")),
    ] {
        assert_eq!(Order::parse(order.name(), &order.arguments()), Some(order));
    }
    assert_eq!(Order::parse("ha-failover", &[]), None);
    assert_eq!(Order::parse("ha-disable", &["maybe".into()]), None);
    assert_eq!(Order::parse("reboot", &[]), None);
}

#[test]
fn a_home_node_that_hears_before_it_reads_is_still_taking_its_users_back() {
    let mut pair = Pair::failed_over();
    pair.order(L, Order::Fallback(name("l")));
    pair.yields(R, &name("l"));
    pair.set_row("l", "l", false);
    pair.look(R);
    pair.expect("Taking Back, On Admin Request", "Normal");
    pair.serve(L, "l");
    pair.expect("Normal", "Normal");
}
