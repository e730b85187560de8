//! Every order in every state of the pair, given at either node: accepted, or refused for which reason.

use super::*;

/// The orders, in the order of the columns below.
fn orders() -> [Order; 10] {
    [
        Order::Failover(name("l")),
        Order::Failover(name("r")),
        Order::Fallback(name("l")),
        Order::Fallback(name("r")),
        Order::Enable,
        Order::Disable { force: false },
        Order::Disable { force: true },
        Order::Recover,
        Order::Maintenance { node: name("l"), length: Duration::from_secs(600) },
        Order::EndMaintenance(name("l")),
    ]
}

/// A pair, and what becomes of each order at `l` and at `r`. `+` is accepted; `=` at `r` is what it is at `l`.
type Line = (&'static str, fn() -> Pair, [&'static str; 2]);

#[rustfmt::skip]
const MATRIX: &[Line] = &[
    //                        failover l         failover r         fallback l       fallback r         enable            disable          --force          recover        maintenance    its end
    ("initializing", initializing, [
        "Initializing       Initializing       Initializing     Initializing       AlreadyEnabled    +                +                NotFailed      +              NotInMaintenance", "="]),
    ("normal", Pair::normal, [
        "+                  +                  NotFailedOver    NotFailedOver      AlreadyEnabled    +                +                NotFailed      +              NotInMaintenance", "="]),
    ("failing over", failing_over, [
        "InTransition       InTransition       InTransition     InTransition       AlreadyEnabled    InTransition     InTransition     NotFailed      InTransition   NotInMaintenance", "="]),
    ("idle", Pair::idle, [
        "AlreadyFailedOver  ServesPartner      +                NotFailedOver      AlreadyEnabled    FailedOverNow    +                NotFailed      +              NotInMaintenance", "="]),
    ("failed over", Pair::failed_over, [
        "AlreadyFailedOver  ServesPartner      +                NotFailedOver      AlreadyEnabled    FailedOverNow    +                NotFailed      +              NotInMaintenance", "="]),
    ("without services", without_services, [
        "AlreadyFailedOver  ServesPartner      ServicesDown     NotFailedOver      AlreadyEnabled    FailedOverNow    +                NotFailed      +              NotInMaintenance", "="]),
    ("taking back", taking_back, [
        "InTransition       InTransition       InTransition     InTransition       AlreadyEnabled    InTransition     InTransition     NotFailed      InTransition   NotInMaintenance", "="]),
    ("failed", Pair::failed, [
        "FailedMode         FailedMode         FailedMode       FailedMode         AlreadyEnabled    +                +                +              +              NotInMaintenance", "="]),
    ("failed, all at r", Pair::failed_with_all_at_r, [
        "FailedMode         FailedMode         FailedMode       FailedMode         AlreadyEnabled    FailedOverNow    +                +              +              NotInMaintenance", "="]),
    ("failed and unwell", failed_and_unwell, [
        "FailedMode         FailedMode         FailedMode       FailedMode         AlreadyEnabled    +                +                ServicesDown   +              NotInMaintenance", "="]),
    ("unknown: off", off, [
        "NotEnabled         NotEnabled         NotEnabled       NotEnabled         +                 NotEnabled       NotEnabled       NotEnabled     NotEnabled     NotEnabled", "="]),
    ("off and apart", off_and_apart, [
        "NotEnabled         NotEnabled         NotEnabled       NotEnabled         PeerNotConnected  NotEnabled       NotEnabled       NotEnabled     NotEnabled     NotEnabled", "="]),
    ("off and unwell", off_and_unwell, [
        "NotEnabled         NotEnabled         NotEnabled       NotEnabled         ServicesDown      NotEnabled       NotEnabled       NotEnabled     NotEnabled     NotEnabled", "="]),
    ("off without a database", off_without_a_database, [
        "NotEnabled         NotEnabled         NotEnabled       NotEnabled         DatabaseUnreachable NotEnabled     NotEnabled       NotEnabled     NotEnabled     NotEnabled", "="]),
    ("apart", apart, [
        "PeerNotConnected   PeerNotConnected   NotFailedOver    PeerNotConnected   AlreadyEnabled    +                +                NotFailed      +                NotInMaintenance",
        "PeerNotConnected   PeerNotConnected   PeerNotConnected NotFailedOver      AlreadyEnabled    +                +                NotFailed      PeerNotConnected PeerNotConnected"]),
    ("r alone", r_alone, [
        "",
        "PeerNotConnected   ServesPartner      PeerNotConnected NotFailedOver      AlreadyEnabled    FailedOverNow    +                NotFailed      PeerNotConnected PeerNotConnected"]),
    ("l stops", l_stops, [
        "Stopping           Stopping           Stopping         Stopping           AlreadyEnabled    InTransition     InTransition     Stopping       Stopping       NotInMaintenance",
        "InTransition       InTransition       InTransition     InTransition       AlreadyEnabled    InTransition     InTransition     NotFailed      InTransition   NotInMaintenance"]),
    ("in maintenance", in_maintenance, [
        "+                  +                  NotFailedOver    NotFailedOver      AlreadyEnabled    +                +                NotFailed      +              +", "="]),
    ("without a database", without_a_database, [
        "DatabaseUnreachable DatabaseUnreachable NotFailedOver  DatabaseUnreachable AlreadyEnabled   +                +                NotFailed      +              NotInMaintenance",
        "DatabaseUnreachable DatabaseUnreachable DatabaseUnreachable NotFailedOver AlreadyEnabled    +                +                NotFailed      +              NotInMaintenance"]),
    ("r unwell", r_unwell, [
        "ServicesDown       +                  NotFailedOver    NotFailedOver      AlreadyEnabled    +                +                NotFailed      +              NotInMaintenance", "="]),
    ("l behind", l_behind, [
        "NotProtected       +                  NotFailedOver    NotFailedOver      AlreadyEnabled    +                +                NotFailed      +              NotInMaintenance", "="]),
];

fn changed(mut pair: Pair, change: impl FnOnce(&mut Pair)) -> Pair {
    change(&mut pair);
    pair.forget();
    pair
}

fn initializing() -> Pair {
    changed(Pair::cold(), Pair::link_comes_up)
}

fn failing_over() -> Pair {
    changed(Pair::normal(), |pair| assert_eq!(pair.order(L, Order::Failover(name("l"))), "accepted"))
}

fn without_services() -> Pair {
    changed(Pair::failed_over(), |pair| pair.breaks(L, "router"))
}

fn taking_back() -> Pair {
    changed(Pair::failed_over(), |pair| assert_eq!(pair.order(L, Order::Fallback(name("l"))), "accepted"))
}

fn failed_and_unwell() -> Pair {
    changed(Pair::failed(), |pair| pair.breaks(R, "router"))
}

fn off() -> Pair {
    changed(Pair::cold_with(Parameters::default(), false), Pair::link_comes_up)
}

fn off_and_apart() -> Pair {
    changed(off(), Pair::link_breaks)
}

fn off_and_unwell() -> Pair {
    changed(off(), |pair| pair.breaks(L, "router"))
}

fn off_without_a_database() -> Pair {
    changed(off(), |pair| [L, R].into_iter().for_each(|at| pair.database(at, false)))
}

fn apart() -> Pair {
    changed(Pair::normal(), Pair::link_breaks)
}

fn r_alone() -> Pair {
    changed(Pair::failed_over(), |pair| pair.dies(L))
}

fn l_stops() -> Pair {
    changed(Pair::normal(), |pair| {
        pair.give(L, Input::Stop);
    })
}

fn in_maintenance() -> Pair {
    let order = Order::Maintenance { node: name("l"), length: Duration::from_secs(60) };
    changed(Pair::normal(), |pair| assert_eq!(pair.order(R, order), "accepted"))
}

fn without_a_database() -> Pair {
    changed(Pair::normal(), |pair| [L, R].into_iter().for_each(|at| pair.database(at, false)))
}

fn r_unwell() -> Pair {
    changed(Pair::normal(), |pair| pair.breaks(R, "router"))
}

fn l_behind() -> Pair {
    changed(Pair::normal(), |pair| {
        pair.nodes[L].mode = Mode::Entering;
        pair.look(L);
    })
}

/// The answer as one word.
fn answer(pair: &mut Pair, at: usize, order: Order, asker: Asker) -> String {
    let effects = pair.give(at, Input::Order { order, asker });
    let answers = effects.iter().filter_map(|effect| match effect {
        Effect::OrderAccepted => Some("+".to_owned()),
        Effect::OrderRefused(refusal) => {
            assert!(!refusal.to_string().is_empty());
            let debug = format!("{refusal:?}");
            Some(debug.split([' ', '{']).next().unwrap_or_default().to_owned())
        }
        Effect::Forward(order) => Some(answer(pair, 1 - at, order.clone(), Asker::Peer)),
        _ => None,
    });
    let answers: Vec<String> = answers.collect();
    let [answer] = answers.as_slice() else { panic!("answered by {answers:?}") };
    answer.clone()
}

#[test]
fn each_order_in_each_state_of_the_pair() {
    for (state, pair, [at_l, at_r]) in MATRIX {
        let at_r = if *at_r == "=" { at_l } else { at_r };
        for (at, expected) in [(L, at_l), (R, at_r)] {
            let expected: Vec<&str> = expected.split_whitespace().collect();
            if !pair().nodes[at].up {
                assert!(expected.is_empty());
                continue;
            }
            assert_eq!(expected.len(), orders().len(), "{state}");
            for (order, expected) in orders().into_iter().zip(expected) {
                let mut pair = pair();
                let standings = |pair: &Pair| [L, R].map(|at| pair.nodes[at].manager.standing());
                let asked = |pair: &Pair| [L, R].map(|at| pair.nodes[at].asked.clone());
                let before = (standings(&pair), asked(&pair));
                let told = answer(&mut pair, at, order.clone(), Asker::Operator);
                assert_eq!(told, expected, "{state}: {order:?} at {at}");
                if expected != "+" {
                    assert_eq!((standings(&pair), asked(&pair)), before, "{state}: {order:?} at {at}");
                }
            }
        }
    }
}

#[test]
fn the_matrix_has_every_state_that_a_node_stays_in_or_goes_through() {
    let states = MATRIX.iter().flat_map(|(_, pair, _)| {
        let pair = pair();
        [L, R].map(|at| pair.nodes[at].manager.standing().state)
    });
    let states: BTreeSet<NodeState> = states.collect();
    assert_eq!(states, BTreeSet::from(NodeState::ALL));
}

#[test]
fn high_availability_is_switched_once_at_a_time() {
    let mut pair = off();
    assert_eq!(answer(&mut pair, L, Order::Enable, Asker::Operator), "+");
    assert_eq!(answer(&mut pair, L, Order::Enable, Asker::Operator), "BeingSwitched");
    pair.wait(60);
    assert_eq!(answer(&mut pair, L, Order::Enable, Asker::Operator), "+", "nothing came of the first");
}

#[test]
fn versions_that_do_not_work_together_are_not_paired() {
    let mut pair = off();
    pair.nodes[L] = Node::start_with(L, &pair.parameters, pair.now, |start| {
        start.enabled = false;
        start.version = "1.3.0".into();
    });
    pair.tell_services(L);
    pair.link_comes_up();
    let sentence = "l runs version 1.3.0 and r runs 1.2.0: upgrade one of them first";
    assert_eq!(pair.order(L, Order::Enable), sentence);
}

#[test]
fn users_are_not_added_or_removed_while_a_node_is_failed_over() {
    for (state, pair, _) in MATRIX {
        let pair = pair();
        let held = ["failing over", "idle", "failed over", "without services", "taking back"].contains(state)
            || ["failed, all at r", "r alone", "l stops"].contains(state);
        for node in pair.nodes.iter().filter(|node| node.up) {
            let users = node.manager.status(pair.now).users;
            assert_eq!(users.is_err(), held, "{state}: {users:?}");
        }
    }
    let users = Pair::idle().nodes[R].manager.status(Moment(2_000_000)).users;
    let sentence = "r is Running in Backup Mode: no user can be added to or removed from its group until it is Normal \
                    again";
    assert_eq!(users.unwrap_err().to_string(), sentence);
}
