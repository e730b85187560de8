//! Messages find their people (RFC 6121 §8), copies find their other clients (XEP-0280).

use crate::harness::{House, Person};

async fn with_carbons(house: &House, user: &str, resource: &str) -> Person {
    let mut person = house.online(user, resource).await;
    let answer = person.asks("set", "", "<enable xmlns='urn:xmpp:carbons:2'/>").await;
    assert_eq!(answer.attribute("type").unwrap(), "result");
    person
}

#[tokio::test]
async fn a_message_to_a_full_address_reaches_that_client_alone() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut desk = house.online("bob", "desk").await;
    let mut pocket = house.online("bob", "pocket").await;
    alice.says("bob@example.org/desk", "at your desk?").await;
    let message = desk.message().await;
    assert_eq!(message.attribute("from").unwrap(), "alice@example.org/phone");
    assert_eq!(message.attribute("to").unwrap(), "bob@example.org/desk");
    assert_eq!(message.text("body").unwrap(), "at your desk?");
    assert!(pocket.has_heard().await.is_empty());
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_message_to_the_account_reaches_all_who_want_messages() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut desk = house.online("bob", "desk").await;
    let mut pocket = house.online("bob", "pocket").await;
    let mut silent = house.online("bob", "silent").await;
    let mut absent = house.person("bob", "absent").await;
    pocket.sends("<presence><priority>20</priority></presence>").await;
    silent.sends("<presence><priority>-1</priority></presence>").await;
    alice.says("bob@example.org", "anybody?").await;
    assert_eq!(desk.hears().await, "anybody?");
    assert_eq!(pocket.hears().await, "anybody?");
    assert!(silent.has_heard().await.is_empty(), "a negative priority asks not to get such messages");
    assert!(absent.has_heard().await.is_empty());
    alice.says("bob@example.org/silent", "psst").await;
    assert_eq!(silent.hears().await, "psst", "but can be addressed");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_chat_message_to_a_client_that_has_gone_finds_another() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut desk = house.online("bob", "desk").await;
    alice.says("bob@example.org/gone", "where are you?").await;
    assert_eq!(desk.hears().await, "where are you?");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_came_while_nobody_was_there_comes_once_and_with_its_time() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    alice.says("bob@example.org", "one").await;
    alice.says("bob@example.org/nowhere", "two").await;
    let mut silent = house.person("bob", "silent").await;
    silent.sends("<presence><priority>-5</priority></presence>").await;
    assert!(silent.has_heard().await.is_empty(), "it waits for somebody who takes messages");

    let mut bob = house.online("bob", "desk").await;
    for expected in ["one", "two"] {
        let message = bob.message().await;
        assert_eq!(message.text("body").unwrap(), expected);
        let delay = message.element().find("delay").unwrap();
        assert_eq!(delay.attribute("from").unwrap(), "example.org");
        assert!(delay.attribute("stamp").unwrap().ends_with('Z'));
    }
    let mut later = house.online("bob", "pocket").await;
    assert!(later.has_heard().await.is_empty());
    assert!(bob.has_heard().await.is_empty());
    bob.leaves().await;
    later.leaves().await;
    let mut again = house.online("bob", "desk").await;
    assert!(again.has_heard().await.is_empty(), "nothing is delivered twice");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_cannot_be_delivered_is_refused_and_the_sender_knows_which() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let _bob = house.online("bob", "desk").await;
    for (to, kind, condition) in [
        ("nobody@example.org", "chat", "service-unavailable"),
        ("example.org", "chat", "service-unavailable"),
        ("romeo@montague.example", "chat", "remote-server-not-found"),
        ("montague.example", "normal", "remote-server-not-found"),
        ("bob@example.org/gone", "normal", "service-unavailable"),
        ("bob@example.org", "groupchat", "service-unavailable"),
        ("@example.org", "chat", "jid-malformed"),
        ("bob@", "chat", "jid-malformed"),
        ("bob@example.org/", "chat", "jid-malformed"),
    ] {
        let stanza = format!("<message to='{to}' type='{kind}' id='m-{condition}'><body>x</body></message>");
        alice.client.send(&stanza).await.unwrap();
        let error = alice.message().await;
        assert_eq!(error.attribute("type").unwrap(), "error", "{to}");
        assert_eq!(error.attribute("id").unwrap(), format!("m-{condition}"));
        assert!(error.has(condition), "{to}: {error:?}");
    }
    house.closes_in_balance().await;
}

#[tokio::test]
async fn errors_and_answers_are_never_answered() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    alice.catches_up().await;
    for stanza in [
        "<message to='nobody@example.org' type='error' id='1'><body>x</body></message>",
        "<message to='a@montague.example' type='error' id='2'><body>x</body></message>",
        "<iq to='bob@example.org/gone' type='result' id='3'/>",
        "<iq to='montague.example' type='error' id='4'/>",
        "<presence to='nobody@example.org' type='unavailable'/>",
        "<presence to='bob@example.org' type='error'/>",
    ] {
        alice.client.send(stanza).await.unwrap();
        let answers = alice.catches_up().await;
        let answers: Vec<_> = answers.iter().filter(|frame| !frame.has("ping")).collect();
        assert!(answers.is_empty(), "{stanza} was answered with {answers:?}");
    }
    house.closes_in_balance().await;
}

#[tokio::test]
async fn other_clients_get_a_copy_of_what_was_sent_and_received() {
    let house = House::open().await;
    let mut phone = with_carbons(&house, "alice", "phone").await;
    let mut tablet = with_carbons(&house, "alice", "tablet").await;
    let mut plain = house.online("alice", "plain").await;
    let mut bob = with_carbons(&house, "bob", "desk").await;
    let mut pocket = with_carbons(&house, "bob", "pocket").await;
    phone.says("bob@example.org/desk", "hello").await;
    assert_eq!(bob.hears().await, "hello");
    for (person, direction) in [(&mut tablet, "sent"), (&mut pocket, "received")] {
        let copy = person.message().await;
        let account = person.client.account().to_owned();
        assert_eq!(copy.attribute("from").unwrap(), account, "clients trust their own account only");
        let carbon = copy.element().find(direction).unwrap();
        let forwarded = carbon.find("message").unwrap();
        assert_eq!(forwarded.attribute("from").unwrap(), "alice@example.org/phone");
        assert_eq!(forwarded.attribute("to").unwrap(), "bob@example.org/desk");
        assert_eq!(copy.text("body").unwrap(), "hello");
    }
    assert!(plain.has_heard().await.is_empty(), "nobody gets copies unasked");
    assert!(phone.has_heard().await.is_empty(), "the sender has it");
    assert!(bob.has_heard().await.is_empty(), "the recipient has it");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn private_messages_are_not_copied_and_carbons_can_be_switched_off() {
    let house = House::open().await;
    let mut phone = house.online("alice", "phone").await;
    let mut tablet = with_carbons(&house, "alice", "tablet").await;
    let _bob = house.online("bob", "desk").await;
    let private = "<private xmlns='urn:xmpp:carbons:2'/><no-copy xmlns='urn:xmpp:hints'/>";
    let secret =
        format!("<message to='bob@example.org/desk' type='chat'><body>secret</body>{private}</message>");
    phone.sends(&secret).await;
    assert!(tablet.has_heard().await.is_empty());
    tablet.asks("set", "", "<disable xmlns='urn:xmpp:carbons:2'/>").await;
    phone.says("bob@example.org/desk", "later").await;
    assert!(tablet.has_heard().await.is_empty());
    house.closes_in_balance().await;
}
