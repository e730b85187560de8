//! The server is stopped and started again on the same data.

use crate::harness::person::told;
use crate::harness::{House, Person};

async fn befriend(one: &mut Person, other: &mut Person) {
    for first_asks in [true, false] {
        let (a, b) = if first_asks { (&mut *one, &mut *other) } else { (&mut *other, &mut *one) };
        let (from, to) = (a.client.account().to_owned(), b.client.account().to_owned());
        a.sends(&format!("<presence to='{to}' type='subscribe'/>")).await;
        b.sends(&format!("<presence to='{from}' type='subscribed'/>")).await;
    }
    one.catches_up().await;
    other.catches_up().await;
}

#[tokio::test]
async fn clients_are_let_go_without_being_told_that_their_session_ended() {
    let house = House::open().await;
    let alice = house.resumable("alice", "phone").await;
    let mut raw = house.raw("bob", "desk").await;
    let house = house.restarted().await;
    let last = raw.last_words().await;
    assert!(!last.contains("stream:error") && !last.contains("</stream:stream>"), "{last}");
    assert!(alice.farewell().await.contains("without ending the stream"));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn nobody_sees_anybody_leave() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.resumable("bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    alice.sends("<presence><show>away</show></presence>").await;
    bob.catches_up().await;
    let house = house.restarted().await;
    drop((alice, bob));

    let mut bob = house.online("bob", "desk").await;
    let seen = bob.catches_up().await;
    let alices = seen.iter().map(told).filter(|told| told.starts_with("alice"));
    assert_eq!(alices.collect::<Vec<_>>(), ["alice@example.org/phone"], "alice is shown as she was");
    let away = seen.iter().find(|frame| frame.attribute("from").unwrap().starts_with("alice")).unwrap();
    assert_eq!(away.text("show").unwrap(), "away");

    let mut alice = house.person("alice", "phone").await;
    assert!(bob.catches_up().await.is_empty(), "her signing in anew is no change yet");
    alice.appears().await;
    assert_eq!(bob.has_seen().await, ["alice@example.org/phone"]);
    house.until_sessions(2, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_session_that_cannot_go_on_is_told_exactly_how_far_it_got() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    for number in 0..5 {
        alice.says("bob@example.org", &number.to_string()).await;
    }
    alice.client.all_acknowledged().await.unwrap();
    let handled = u32::try_from(alice.client.counters().stanzas_sent).unwrap();
    let house = house.restarted().await;
    let (condition, h) = alice.loses_connection().by_way_of(&house.options("alice")).fails_to_return().await;
    assert_eq!(condition, "item-not-found");
    assert_eq!(h, Some(handled));
    let mut bob = house.online("bob", "desk").await;
    assert_eq!(bob.has_heard().await, ["0", "1", "2", "3", "4"]);
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_was_not_received_is_delivered_once() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.catches_up().await;
    let away = alice.loses_connection();
    house.until_sessions(1, 1).await;
    bob.says("alice@example.org", "into the queue").await;
    bob.says("carol@example.org", "into the spool").await;
    let house = house.restarted().await;
    drop(away);
    let mut alice = house.online("alice", "phone").await;
    assert_eq!(alice.has_heard().await, ["into the queue"]);
    let mut carol = house.online("carol", "x").await;
    assert_eq!(carol.has_heard().await, ["into the spool"]);
    alice.leaves().await;
    carol.leaves().await;
    house.until_sessions(0, 1).await;
    let house = house.restarted().await;
    for user in ["alice", "carol"] {
        let mut again = house.online(user, "again").await;
        assert!(again.has_heard().await.is_empty(), "{user} has it already");
    }
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_was_received_and_acknowledged_does_not_come_back() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    bob.says("alice@example.org", "hello").await;
    assert_eq!(alice.hears().await, "hello");
    // Her client has answered the server's request before its next question is answered.
    alice.catches_up().await;
    alice.catches_up().await;
    let house = house.restarted().await;
    let mut alice = house.online("alice", "phone").await;
    assert!(alice.has_heard().await.is_empty());
    house.closes_in_balance().await;
}

#[tokio::test]
async fn directed_presence_is_taken_back_even_by_the_server_that_came_after() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    alice.sends("<presence to='bob@example.org'/>").await;
    let house = house.restarted().await;
    let mut bob = house.online("bob", "desk").await;
    bob.catches_up().await;
    house.kick("alice@example.org/phone").await;
    assert_eq!(bob.has_seen().await, ["alice@example.org/phone unavailable"]);
    house.closes_in_balance().await;
}

#[tokio::test]
async fn who_comes_back_in_vain_gets_with_another_resource_what_came_for_the_old_session() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.resumable("bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    let house = house.restarted().await;
    drop(bob);
    let mut bob = house.online("bob", "desk").await;
    bob.catches_up().await;
    bob.says("alice@example.org", "before she is back").await;

    // Her client learns on one connection that its session cannot go on, and opens another one for a new session.
    let (condition, _) = alice.loses_connection().by_way_of(&house.options("alice")).fails_to_return().await;
    assert_eq!(condition, "item-not-found");
    bob.says("alice@example.org/phone", "to the old address").await;
    let mut alice = house.person("alice", "tablet").await;
    bob.says("alice@example.org", "while she signs in").await;
    alice.appears().await;
    assert_eq!(alice.has_heard().await, ["before she is back", "to the old address", "while she signs in"]);
    let seen = ["alice@example.org/tablet", "alice@example.org/phone unavailable"];
    assert_eq!(bob.has_seen().await, seen, "somebody is there all the time");
    house.until_sessions(2, 0).await;
    house.closes_in_balance().await;
}
