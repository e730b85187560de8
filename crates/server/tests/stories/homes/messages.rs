//! Messages to users of another home.

use crate::harness::{House, Person};

async fn with_carbons(house: &House, user: &str, resource: &str) -> Person {
    let mut person = house.online(user, resource).await;
    person.asks("set", "", "<enable xmlns='urn:xmpp:carbons:2'/>").await;
    person
}

/// The texts in a user's archive, oldest first.
async fn archived(person: &mut Person) -> Vec<String> {
    let query = "<query xmlns='urn:xmpp:mam:2'/>";
    let fin = person.asks("set", "", query).await;
    assert!(fin.has("fin"), "{fin:?}");
    person.has_heard().await
}

#[tokio::test]
async fn people_of_two_homes_chat() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.says("bob@example.org", "hello").await;
    let message = bob.message().await;
    assert_eq!(message.attribute("from").unwrap(), "alice@example.org/phone");
    assert_eq!(message.attribute("to").unwrap(), "bob@example.org");
    assert_eq!(message.text("body").unwrap(), "hello");
    assert!(message.has("stanza-id"), "bob's archive gave it an id: {message:?}");
    bob.says("alice@example.org/phone", "hello yourself").await;
    assert_eq!(alice.hears().await, "hello yourself");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn the_other_clients_of_both_get_copies() {
    let house = House::of_two_homes().await;
    let mut phone = with_carbons(&house, "alice", "phone").await;
    let mut tablet = with_carbons(&house, "alice", "tablet").await;
    let mut desk = with_carbons(&house, "bob", "desk").await;
    let mut pocket = with_carbons(&house, "bob", "pocket").await;
    for person in [&mut phone, &mut tablet, &mut desk, &mut pocket] {
        person.catches_up().await;
    }
    phone.says("bob@example.org/desk", "only for your desk").await;
    assert_eq!(desk.hears().await, "only for your desk");
    let copy = pocket.message().await;
    assert!(copy.has("received") && copy.has("forwarded"), "{copy:?}");
    let copy = tablet.message().await;
    assert!(copy.has("sent") && copy.has("forwarded"), "{copy:?}");
    assert_eq!(copy.attribute("from").unwrap(), "alice@example.org");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn both_archives_hold_the_conversation() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    alice.says("bob@example.org", "one").await;
    bob.hears().await;
    bob.says("alice@example.org", "two").await;
    alice.hears().await;
    assert_eq!(archived(&mut alice).await, ["one", "two"]);
    assert_eq!(archived(&mut bob).await, ["one", "two"]);
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_message_waits_for_somebody_of_the_other_home() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    alice.says("bob@example.org", "for later").await;
    alice.hears_from_the_home_of("bob").await;
    let mut bob = house.online("bob", "desk").await;
    let message = bob.message().await;
    assert_eq!(message.text("body").unwrap(), "for later");
    assert!(message.has("delay"), "{message:?}");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn errors_come_back() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let _bob = house.online("bob", "desk").await;
    let to_nobody = "<message to='bob@example.org/gone' id='n1'><body>x</body></message>";
    alice.client.send(to_nobody).await.unwrap();
    let refused = alice.message().await;
    assert!(refused.has("service-unavailable"), "{refused:?}");
    assert_eq!(refused.attribute("from").unwrap(), "bob@example.org/gone");
    assert_eq!(refused.attribute("id").unwrap(), "n1");

    let to_stranger = "<message to='nobody@example.org' type='chat' id='n2'><body>x</body></message>";
    alice.client.send(to_stranger).await.unwrap();
    let refused = alice.message().await;
    assert!(refused.has("service-unavailable"), "{refused:?}");
    assert_eq!(refused.attribute("id").unwrap(), "n2");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn who_is_blocked_there_is_refused_here() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    bob.asks("set", "", "<block xmlns='urn:xmpp:blocking'><item jid='alice@example.org'/></block>").await;
    bob.catches_up().await;
    let message = "<message to='bob@example.org' type='chat' id='b1'><body>x</body></message>";
    alice.client.send(message).await.unwrap();
    assert!(alice.message().await.has("service-unavailable"));
    assert!(bob.has_heard().await.is_empty());

    let message = "<message to='alice@example.org' type='chat' id='b2'><body>x</body></message>";
    bob.client.send(message).await.unwrap();
    let refused = bob.message().await;
    assert!(refused.has("not-acceptable") && refused.has("blocked"), "{refused:?}");
    assert!(alice.has_heard().await.is_empty());
    house.closes_in_balance().await;
}
