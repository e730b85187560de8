//! Contacts of another home: subscriptions, presence, probes.

use crate::harness::{House, Person};

const ROSTER: &str = "jabber:iq:roster";

/// Each sees the other.
pub(super) async fn befriend(one: &mut Person, other: &mut Person) {
    for first_asks in [true, false] {
        let (a, b) = if first_asks { (&mut *one, &mut *other) } else { (&mut *other, &mut *one) };
        let (from, to) = (a.client.account().to_owned(), b.client.account().to_owned());
        a.sends(&format!("<presence to='{to}' type='subscribe'/>")).await;
        arrived(a, b).await;
        b.sends(&format!("<presence to='{from}' type='subscribed'/>")).await;
        arrived(b, a).await;
    }
    one.catches_up().await;
    other.catches_up().await;
}

/// What the one sent to the other is there.
async fn arrived(one: &mut Person, other: &mut Person) {
    let user = other.client.account().split_once('@').unwrap().0.to_owned();
    one.hears_from_the_home_of(&user).await;
}

async fn subscription(person: &mut Person) -> String {
    let roster = person.asks("get", "", &format!("<query xmlns='{ROSTER}'/>")).await;
    let item = roster.element().find("item").unwrap_or_else(|| panic!("no item in {roster:?}"));
    item.attribute("subscription").unwrap().into_owned()
}

#[tokio::test]
async fn people_of_two_homes_become_contacts_and_part_again() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.sends("<presence to='bob@example.org' type='subscribe'/>").await;
    let request = bob.presence().await;
    assert_eq!(request.attribute("type").unwrap(), "subscribe");
    assert_eq!(request.attribute("from").unwrap(), "alice@example.org");
    bob.sends("<presence to='alice@example.org' type='subscribed'/>").await;
    bob.hears_from_the_home_of("alice").await;
    assert!(alice.has_seen().await.contains(&"bob@example.org/desk".to_owned()));
    assert_eq!(subscription(&mut alice).await, "to");
    assert_eq!(subscription(&mut bob).await, "from");

    // She asks once more: bob's home answers for him.
    alice.sends("<presence to='bob@example.org' type='subscribe'/>").await;
    alice.hears_from_the_home_of("bob").await;
    assert_eq!(alice.has_seen().await, ["bob@example.org/desk"]);
    assert!(bob.has_seen().await.is_empty());

    alice.sends("<presence to='bob@example.org' type='unsubscribe'/>").await;
    alice.hears_from_the_home_of("bob").await;
    assert!(alice.has_seen().await.contains(&"bob@example.org/desk unavailable".to_owned()));
    assert_eq!(subscription(&mut alice).await, "none");
    assert_eq!(subscription(&mut bob).await, "none");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn contacts_see_each_other_come_change_and_go() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    alice.sends("<presence><show>away</show></presence>").await;
    let presence = bob.presence().await;
    assert_eq!(presence.attribute("from").unwrap(), "alice@example.org/phone");
    assert_eq!(presence.text("show").unwrap(), "away");

    let mut late = house.online("bob", "pocket").await;
    late.hears_from_the_home_of("alice").await;
    let seen = late.catches_up().await;
    let alices =
        seen.iter().find(|frame| frame.attribute("from").is_some_and(|from| from.starts_with("alice")));
    assert_eq!(alices.unwrap().text("show").unwrap(), "away", "who comes later asks and is told");
    assert_eq!(alice.presence().await.attribute("from").unwrap(), "bob@example.org/pocket");

    alice.leaves().await;
    assert_eq!(bob.presence().await.attribute("from").unwrap(), "bob@example.org/pocket");
    let gone = bob.presence().await;
    assert_eq!(gone.attribute("from").unwrap(), "alice@example.org/phone");
    assert_eq!(gone.attribute("type").unwrap(), "unavailable");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn the_end_of_a_broken_session_is_seen_in_the_other_home() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    drop(alice);
    let gone = bob.presence().await;
    assert_eq!(gone.attribute("from").unwrap(), "alice@example.org/phone");
    assert_eq!(gone.attribute("type").unwrap(), "unavailable");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn contacts_are_known_after_the_server_came_back() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    alice.sends("<presence to='dave@example.org'/>").await;
    let house = house.restarted().await;
    let mut bob = house.online("bob", "desk").await;
    let mut dave = house.online("dave", "desk").await;
    bob.hears_from_the_home_of("alice").await;
    assert!(bob.has_seen().await.contains(&"alice@example.org/phone".to_owned()), "as she was");
    dave.catches_up().await;
    house.kick("alice@example.org/phone").await;
    let gone = "alice@example.org/phone unavailable";
    bob.hears_from_the_home_of("alice").await;
    assert_eq!(bob.has_seen().await, [gone]);
    assert_eq!(dave.has_seen().await, [gone], "directed presence is taken back too");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn presence_is_shown_to_a_stranger_and_taken_back() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.sends("<presence to='bob@example.org/desk'><status>hi</status></presence>").await;
    assert_eq!(bob.presence().await.text("status").unwrap(), "hi");
    alice.leaves().await;
    let gone = bob.presence().await;
    assert_eq!(gone.attribute("type").unwrap(), "unavailable");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_client_probes_and_is_answered() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    for user in ["bob", "nobody"] {
        let to = format!("{user}@example.org");
        alice.client.send(&format!("<presence type='probe' to='{to}'/>")).await.unwrap();
        let answer = alice.presence().await;
        assert_eq!(answer.attribute("type").unwrap(), "unsubscribed", "nobody learns who exists");
        assert_eq!(answer.attribute("from").unwrap(), to);
    }
    befriend(&mut alice, &mut bob).await;
    alice.client.send("<presence type='probe' to='bob@example.org'/>").await.unwrap();
    assert_eq!(alice.presence().await.attribute("from").unwrap(), "bob@example.org/desk");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn blocking_ends_presence_and_unblocking_brings_it_back() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    alice.asks("set", "", "<block xmlns='urn:xmpp:blocking'><item jid='bob@example.org'/></block>").await;
    let gone = bob.presence().await;
    assert_eq!(gone.attribute("type").unwrap(), "unavailable");
    bob.sends("<presence><show>away</show></presence>").await;
    bob.hears_from_the_home_of("alice").await;
    assert!(alice.has_seen().await.is_empty());
    alice.asks("set", "", "<unblock xmlns='urn:xmpp:blocking'/>").await;
    assert_eq!(bob.presence().await.attribute("from").unwrap(), "alice@example.org/phone");
    alice.hears_from_the_home_of("bob").await;
    assert_eq!(alice.has_seen().await, ["bob@example.org/desk"], "what she missed she is told");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn whoever_is_removed_from_a_roster_is_told() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    let remove =
        format!("<query xmlns='{ROSTER}'><item jid='bob@example.org' subscription='remove'/></query>");
    alice.asks("set", "", &remove).await;
    alice.hears_from_the_home_of("bob").await;
    assert_eq!(bob.has_seen().await.first().unwrap(), "alice@example.org/phone unavailable");
    assert_eq!(subscription(&mut bob).await, "none");
    house.closes_in_balance().await;
}
