//! What a node starts with, and what happens to it if it is told too late that high availability is enabled.

use super::*;

fn starts_idle(enabled: bool) -> (Pair, Vec<Effect>) {
    let mut pair = Pair::idle();
    let kept = pair.nodes[L].manager.standing();
    pair.dies(L);
    pair.nodes[L] = Node::start(L, &pair.parameters, enabled, Some(kept), pair.now);
    pair.tell_services(L);
    let effects = pair.give(L, Input::Tick);
    (pair, effects)
}

#[test]
fn an_idle_node_that_knows_from_the_start_starts_no_service() {
    let (mut pair, _) = starts_idle(true);
    pair.link_comes_up();
    pair.expect("Idle, Initialization", "Running in Backup Mode, On Admin Request");
    assert!(!pair.saw(L, &Effect::StartServices));
    assert!(!pair.nodes[L].states.iter().any(|(state, _)| *state == NodeState::Unknown));
}

#[test]
fn an_idle_node_that_is_told_late_is_idle_all_the_same() {
    let (mut pair, _) = starts_idle(false);
    pair.give(L, Input::Enabled(true));
    pair.link_comes_up();
    pair.expect("Idle, Initialization", "Running in Backup Mode, On Admin Request");
    assert!(pair.nodes[L].manager.standing().idle);
    assert!(pair.saw(L, &Effect::StopServices));
}

#[test]
fn what_was_kept_counts_once() {
    let (mut pair, _) = starts_idle(false);
    for enabled in [true, false, true] {
        pair.give(L, Input::Enabled(enabled));
    }
    pair.link_comes_up();
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, On Admin Request");
}

#[test]
fn a_node_without_high_availability_runs_its_services() {
    let (pair, _) = starts_idle(false);
    assert!(pair.saw(L, &Effect::StartServices));
    assert_eq!(pair.shown(L), "Unknown, High Availability Not Enabled");
}
