//! Clean stops.

use super::*;

#[test]
fn l_said_goodbye_without_having_handed_over() {
    let mut pair = Pair::normal();
    pair.nodes[L].mode = Mode::Spooled;
    pair.look(L);
    pair.give(L, Input::Stop);
    assert!(pair.saw(L, &Effect::ReadyToStop), "the partner could not take its sessions");
    pair.set_row("l", "l", true);
    pair.give(R, Input::Goodbye(Reason::PeerReboot));
    pair.dies(L);
    pair.expect("down", "Normal, Peer Reboot");
    pair.serve(R, "l");
    pair.expect("down", "Running in Backup Mode, Peer Reboot");
}

#[test]
fn a_stop_does_not_wait_for_a_keeper_that_refuses_or_is_silent() {
    let mut pair = Pair::normal();
    pair.nodes[L].keeper_refuses = true;
    pair.give(L, Input::Stop);
    pair.keepers_work();
    assert!(pair.saw(L, &Effect::ReadyToStop));
    let mut pair = Pair::normal();
    pair.give(L, Input::Stop);
    pair.wait(59);
    assert!(!pair.saw(L, &Effect::ReadyToStop));
    pair.wait(1);
    assert!(pair.saw(L, &Effect::ReadyToStop));
}

#[test]
fn both_are_restarted_one_after_the_other() {
    let mut pair = Pair::normal();
    for (stopped, other) in [(L, R), (R, L)] {
        pair.give(stopped, Input::Stop);
        pair.keepers_work();
        assert!(pair.nodes[stopped].serves.is_empty());
        pair.give(other, Input::Goodbye(Reason::PeerReboot));
        pair.dies(stopped);
        assert_eq!(pair.shown(other), "Running in Backup Mode, Peer Reboot");
        pair.restarts(stopped);
        assert_eq!(pair.shown(stopped), "Failed Over, Initialization");
    }
    assert_eq!(pair.order(R, Order::Fallback(name("r"))), "accepted");
    pair.keepers_work();
    pair.expect("Normal", "Normal");
}

#[test]
pub(super) fn both_stop_at_nearly_the_same_time() {
    let mut pair = Pair::normal();
    pair.link = false;
    for at in [L, R] {
        pair.give(at, Input::Stop);
    }
    pair.expect("Failing Over, Peer Reboot", "Failing Over, Peer Reboot");
    pair.link = true;
    pair.beat();
    pair.expect("Failing Over, Peer Reboot", "Failing Over, Peer Reboot");
    for (at, home) in [(L, "l"), (R, "r")] {
        assert_eq!(pair.nodes[at].asked, [name(home)]);
        pair.yields(at, &name(home));
        assert!(pair.saw(at, &Effect::ReadyToStop), "the other takes nothing: it is written and released");
        assert!(!pair.nodes[at].states.iter().any(|(state, _)| *state == NodeState::Failed));
    }
}

#[test]
fn a_stop_during_the_stop_of_the_peer_takes_no_time() {
    let mut pair = Pair::normal();
    pair.give(L, Input::Stop);
    pair.give(R, Input::Stop);
    assert!(pair.saw(R, &Effect::ReadyToStop), "the partner is going too");
    pair.give(L, Input::Goodbye(Reason::PeerReboot));
    pair.dies(R);
    pair.yields(L, &name("l"));
    assert!(pair.saw(L, &Effect::ReadyToStop));
}

#[test]
fn a_failover_to_a_node_that_stops_is_given_up_and_nobody_has_failed() {
    let mut pair = Pair::normal();
    pair.order(L, Order::Failover(name("l")));
    pair.give(R, Input::Stop);
    pair.yields(L, &name("l"));
    pair.give(L, Input::Goodbye(Reason::PeerReboot));
    pair.dies(R);
    pair.serve(L, "l");
    pair.expect("Normal, Peer Reboot", "down");
    assert!(!pair.nodes[L].manager.standing().idle);
}
