//! Users who are assigned to another home while they are away: they, and those who write to them, notice nothing.

use everpresent_console::Administration as _;
use everpresent_console::administration::{AssignOrder, AssignReport};
use everpresent_session::ids::{Epoch, HomeName};
use everpresent_session::time::Timestamp;
use everpresent_stanza::BareJid;
use everpresent_store::{HomeRow, NodeRow};

use super::contacts::befriend;
use crate::harness::{House, Person, until};

/// Two homes whose nodes are known to the cluster.
async fn house() -> House {
    let house = House::of_two_homes().await;
    let store = &house.server.node().store;
    let first = store.nodes().await.unwrap().remove(0);
    store.join_node(&NodeRow { name: HomeName::new("imp2"), seen: Timestamp(1), ..first }).await.unwrap();
    house
}

async fn assign(house: &House, user: &str, to: &str) -> AssignReport {
    let users = vec![format!("{user}@example.org")];
    let order = AssignOrder::To { node: to.to_owned(), users };
    house.server.admin().assign_users(order).await.unwrap()
}

/// How many sessions of a user the second home has.
fn sessions_at_second_home(house: &House, user: &str) -> usize {
    let user = BareJid::new(&format!("{user}@example.org")).unwrap();
    house.second_home().enter(|state| state.owner.ledger().sessions_of(&user).count())
}

#[tokio::test]
async fn a_user_who_is_away_moves_with_all_that_waits() {
    let house = house().await;
    let mut alice = house.online("alice", "phone").await;
    let mut carol = house.online("carol", "desk").await;
    let mut bob = house.online("bob", "desk").await;
    befriend(&mut alice, &mut carol).await;
    befriend(&mut alice, &mut bob).await;
    alice.leaves().await;
    carol.says("alice@example.org", "before").await;
    let refused = assign(&house, "alice", "imp2").await;
    assert!(refused.failed[0].message.contains("filed before old ones"), "{refused:?}");

    drop((carol, bob));
    let house = house.restarted().await;
    let mut carol = house.online("carol", "desk").await;
    let mut bob = house.online("bob", "desk").await;
    assert_eq!(assign(&house, "alice", "imp2").await, AssignReport { moved: 1, ..Default::default() });
    carol.says("alice@example.org", "after").await;

    let mut alice = house.online("alice", "tablet").await;
    assert_eq!(sessions_at_second_home(&house, "alice"), 1);
    assert_eq!([alice.hears().await, alice.hears().await], ["before", "after"]);
    alice.leaves().await;
    let mut alice = house.online("alice", "watch").await;
    for contact in ["bob@example.org/desk", "carol@example.org/desk"] {
        until_seen(&mut alice, contact).await;
    }
    for person in [&mut carol, &mut bob] {
        until_seen(person, "alice@example.org/watch").await;
        person.sends("<presence><show>away</show></presence>").await;
        assert_eq!(alice.presence().await.text("show").as_deref(), Some("away"));
    }
    alice.says("carol@example.org", "here").await;
    assert_eq!(carol.hears().await, "here");
    house.closes_in_balance().await;
}

async fn until_seen(person: &mut Person, address: &str) {
    while person.presence().await.attribute("from").unwrap() != address {}
}

#[tokio::test]
async fn a_user_with_a_session_stays_whether_or_not_it_has_a_connection() {
    let house = house().await;
    let alice = house.resumable("alice", "phone").await;
    let refused = assign(&house, "alice", "imp2").await;
    assert_eq!(refused.moved, 0);
    assert!(refused.failed[0].message.contains("1 session"), "{refused:?}");
    let away = alice.loses_connection();
    house.until_sessions(0, 1).await;
    assert_eq!(assign(&house, "alice", "imp2").await.moved, 0);
    let _alice = away.returns().await;
    house.kick("alice@example.org").await;
    until("the session to end", || {
        house.home().enter(|state| state.owner.ledger().sessions().next().is_none())
    })
    .await;
    assert_eq!(assign(&house, "alice", "imp2").await.moved, 1);
    assert_eq!(assign(&house, "alice", "imp2").await, AssignReport::default(), "she is there already");
    assert_eq!(assign(&house, "zoe", "imp2").await.failed.len(), 1, "there is no zoe");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_node_that_starts_rises_above_all_other_homes() {
    let house = house().await;
    let store = house.server.node().store.clone();
    let other = HomeRow {
        home: HomeName::new("imp3"),
        owner: "imp3".into(),
        incarnation: None,
        epoch: Epoch(40),
        beat: 99,
        replica: None,
        grant_seconds: 60,
    };
    store.insert_home(&other).await.unwrap();
    let first = store.nodes().await.unwrap().remove(0);
    let third = NodeRow { name: other.home.clone(), group: "branch".into(), ..first };
    store.join_node(&third).await.unwrap();

    let house = house.restarted().await;
    let store = &house.server.node().store;
    assert_eq!(store.read_home(&HomeName::new("imp1")).await.unwrap().unwrap().epoch, Epoch(41));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_is_sent_to_the_old_home_goes_on_to_the_new_one() {
    let house = house().await;
    let mut bob = house.online("bob", "desk").await;
    let alice = BareJid::new("alice@example.org").unwrap();
    assert_eq!(assign(&house, "alice", "imp2").await.moved, 1);
    // A node that has not heard of it yet.
    house.server.node().directory.learn(&alice, &HomeName::new("imp1"));
    bob.says("alice@example.org", "to the old address").await;
    bob.hears_from_the_home_of("carol").await;
    house.server.node().directory.forget(&alice);
    let mut alice = house.online("alice", "phone").await;
    assert_eq!(alice.hears().await, "to the old address");
    house.closes_in_balance().await;
}
