//! What degrades a pair and moves nobody.

use super::*;

#[test]
pub(super) fn witness_lost_alone() {
    let mut pair = Pair::normal();
    pair.database(L, false);
    pair.database(R, false);
    pair.wait(300);
    pair.expect("Normal, Witness Unreachable", "Normal, Witness Unreachable");
    assert!(pair.saw(L, &Effect::Alert(Alert::WitnessUnreachable)));
    pair.database(L, true);
    pair.expect("Normal", "Normal, Witness Unreachable");
}

#[test]
pub(super) fn link_lost_alone() {
    let mut pair = Pair::normal();
    pair.link_breaks();
    pair.wait(300);
    pair.expect("Normal, Peer Link Down", "Normal, Peer Link Down");
    pair.logged(L, "peer down, time since last heartbeat[s]= 60");
    pair.logged(L, "peer states vector changed to [Normal,Unknown]");
    pair.link_comes_up();
    pair.expect("Normal", "Normal");
    pair.logged(L, "peer up");
}

#[test]
fn a_link_that_stands_but_carries_nothing_is_no_link() {
    let mut pair = Pair::normal();
    pair.link = false;
    pair.wait(59);
    pair.expect("Normal", "Normal");
    pair.wait(1);
    pair.expect("Normal, Peer Link Down", "Normal, Peer Link Down");
}

#[test]
pub(super) fn any_owner_with_neither_grant_nor_lease() {
    let mut pair = Pair::normal();
    pair.link_breaks();
    pair.database(L, false);
    let served = pair.stops_serving(L);
    pair.expect("Normal, Fenced", "Normal, Peer Link Down");
    pair.nodes[L].serves = served;
    pair.look(L);
    pair.expect("Normal, Witness Unreachable", "Normal, Peer Link Down");
}

#[test]
fn a_fenced_owner_whose_users_were_taken_is_failed_over() {
    let mut pair = Pair::normal();
    pair.link_breaks();
    pair.stops_serving(L);
    pair.serve(R, "l");
    pair.link_comes_up();
    pair.expect("Failed Over, Fenced", "Running in Backup Mode, Peer Down");
}

#[test]
pub(super) fn a_backup_that_is_fenced_stays_the_backup() {
    let mut pair = Pair::failed_over();
    let served = pair.stops_serving(R);
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Fenced");
    pair.nodes[R].serves = served;
    pair.beat();
    pair.expect("Failed Over, Initialization", "Running in Backup Mode, Peer Down");
}

#[test]
fn a_home_that_leaves_protected_mode_is_alarmed() {
    let mut pair = Pair::normal();
    pair.nodes[R].mode = Mode::Leaving;
    pair.look(R);
    assert!(pair.saw(R, &Effect::Alert(Alert::SyncLost)));
    assert!(!pair.saw(L, &Effect::Alert(Alert::SyncLost)));
}

#[test]
fn operators_see_the_peer_as_it_says_it_is_or_that_it_says_nothing() {
    let mut pair = Pair::idle();
    pair.wait(3);
    let status = pair.nodes[R].manager.status(pair.now);
    let peer = status.peer.unwrap();
    assert_eq!((peer.state, peer.reason, peer.link), (NodeState::Idle, Reason::OnAdminRequest, true));
    assert_eq!((peer.heartbeat_age, peer.serves), (Some(std::time::Duration::ZERO), vec![]));
    assert_eq!(pair.now.since(status.since), std::time::Duration::from_secs(3));
    pair.dies(L);
    pair.wait(60);
    let peer = pair.nodes[R].manager.status(pair.now).peer.unwrap();
    assert_eq!((peer.state, peer.reason, peer.link), (NodeState::Unknown, Reason::PeerDown, false));
    assert_eq!(peer.heartbeat_age, Some(std::time::Duration::from_secs(60)));
}

#[test]
fn the_next_wake_is_when_something_changes_by_time_alone() {
    let mut pair = Pair::normal();
    pair.link = false;
    let last = pair.now;
    let wake = pair.nodes[L].manager.next_wake(pair.now).unwrap();
    assert_eq!(wake.since(last), pair.parameters.keep_alive_timeout);
    pair.now = wake;
    pair.give(L, Input::Tick);
    assert_eq!(pair.shown(L), "Normal, Peer Link Down");
    assert_eq!(pair.nodes[L].manager.next_wake(pair.now), None, "nothing more comes by time alone");
}

#[test]
fn what_was_heard_before_the_link_was_lost_does_not_count_when_it_stands_again() {
    let mut pair = Pair::normal();
    pair.link_breaks();
    pair.give(L, Input::LinkUp);
    assert_eq!(pair.shown(L), "Normal, Peer Link Down");
    pair.link_comes_up();
    pair.expect("Normal", "Normal");
}
