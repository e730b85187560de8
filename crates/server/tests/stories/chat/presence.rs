//! Who sees whom, and when (RFC 6121 §4), and clients that nobody looks at (XEP-0352).

use crate::harness::person::told;
use crate::harness::{House, Person};

/// Makes the second see the first.
async fn let_see(seen: &mut Person, by: &mut Person) {
    let (a, b) = (seen.client.account().to_owned(), by.client.account().to_owned());
    by.sends(&format!("<presence to='{a}' type='subscribe'/>")).await;
    seen.sends(&format!("<presence to='{b}' type='subscribed'/>")).await;
    seen.catches_up().await;
    by.catches_up().await;
}

#[tokio::test]
async fn contacts_see_somebody_come_change_and_go() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let mut stranger = house.online("mallory", "x").await;
    stranger.catches_up().await;
    let_see(&mut alice, &mut bob).await;
    alice.sends("<presence><show>away</show><status>lunch</status></presence>").await;
    let presence = bob.presence().await;
    assert_eq!(told(&presence), "alice@example.org/phone");
    assert_eq!(
        (presence.text("show").unwrap(), presence.text("status").unwrap()),
        ("away".into(), "lunch".into())
    );

    let mut late = house.online("bob", "pocket").await;
    let seen = late.has_seen().await;
    assert!(
        seen.contains(&"alice@example.org/phone".to_owned()),
        "who comes later sees the last one: {seen:?}"
    );

    alice.sends("<presence type='unavailable'><status>bye</status></presence>").await;
    bob.catches_up().await;
    let gone = late.has_seen().await;
    assert_eq!(gone, ["alice@example.org/phone unavailable"]);
    assert!(stranger.has_seen().await.is_empty());
    alice.appears().await;
    bob.catches_up().await;
    alice.leaves().await;
    assert_eq!(told(&bob.presence().await), "alice@example.org/phone unavailable");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_connection_that_breaks_without_stream_management_is_seen_at_once() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let_see(&mut alice, &mut bob).await;
    drop(alice);
    assert_eq!(told(&bob.presence().await), "alice@example.org/phone unavailable");
    house.until_sessions(1, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_connection_that_breaks_with_stream_management_is_not_seen() {
    let house = House::open().await;
    let mut alice = house.resumable("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let_see(&mut alice, &mut bob).await;
    let away = alice.loses_connection();
    house.until_sessions(1, 1).await;
    assert!(bob.has_seen().await.is_empty());
    let mut alice = away.returns().await;
    alice.sends("<presence><show>chat</show></presence>").await;
    assert_eq!(bob.has_seen().await, ["alice@example.org/phone"]);
    house.closes_in_balance().await;
}

#[tokio::test]
async fn presence_shown_to_a_stranger_is_taken_back_at_the_end() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.sends("<presence to='bob@example.org/desk'><show>chat</show></presence>").await;
    assert_eq!(told(&bob.presence().await), "alice@example.org/phone");
    alice.sends("<presence><show>away</show></presence>").await;
    assert!(bob.has_seen().await.is_empty(), "changes are for contacts");
    drop(alice);
    assert_eq!(told(&bob.presence().await), "alice@example.org/phone unavailable");

    let mut alice = house.online("alice", "phone").await;
    alice.sends("<presence to='bob@example.org/desk'/>").await;
    alice.sends("<presence to='bob@example.org/desk' type='unavailable'/>").await;
    assert_eq!(bob.has_seen().await.len(), 2);
    alice.leaves().await;
    house.until_sessions(1, 0).await;
    assert!(bob.has_seen().await.is_empty(), "it was taken back already");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_new_connection_of_the_same_client_takes_over_unseen() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let_see(&mut alice, &mut bob).await;
    let mut new = house.person("alice", "phone").await;
    assert_eq!(alice.farewell().await, "conflict");
    assert!(bob.has_seen().await.is_empty(), "nobody left");
    new.appears().await;
    assert_eq!(bob.has_seen().await, ["alice@example.org/phone"]);
    drop(new);
    assert_eq!(told(&bob.presence().await), "alice@example.org/phone unavailable");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_client_that_nobody_looks_at_is_spared_until_there_is_a_message() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let_see(&mut alice, &mut bob).await;
    let mut raw = house.raw("bob", "pocket").await;
    raw.says("<presence/><inactive xmlns='urn:xmpp:csi:0'/>").await;
    raw.settles().await;
    // Whatever is sent now is an event and gets through; so nothing is asked of the server until the message is here.
    alice.sends("<presence><status>first</status></presence>").await;
    alice.sends("<presence><status>second</status></presence>").await;
    alice.sends("<message to='bob@example.org/pocket' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>").await;
    alice.says("bob@example.org/pocket", "wake up").await;
    let woken = raw.hears("wake up").await;
    assert!(!woken.contains("first"), "only the newest presence is worth sending: {woken}");
    let presence = woken.find("second").expect("what was held back comes before the message");
    assert!(presence < woken.find("wake up").unwrap());

    raw.hears("</message>").await;
    alice.sends("<presence><status>third</status></presence>").await;
    raw.says("<active xmlns='urn:xmpp:csi:0'/>").await;
    raw.hears("third").await;
    alice.sends("<presence><status>fourth</status></presence>").await;
    raw.hears("fourth").await;
    house.closes_in_balance().await;
}
