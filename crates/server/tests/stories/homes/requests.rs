//! Requests to users of another home, and their answers.

use super::contacts::befriend;
use crate::harness::House;

#[tokio::test]
async fn clients_of_two_homes_ask_each_other() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    let ask = "<iq type='set' id='q1' to='bob@example.org/desk'><x xmlns='urn:example:x'/></iq>";
    alice.client.send(ask).await.unwrap();
    let question = bob.push().await;
    assert_eq!(question.attribute("from").unwrap(), "alice@example.org/phone");
    bob.client.answer(&question).unwrap();
    bob.catches_up().await;
    alice.hears_from_the_home_of("bob").await;
    let frames = alice.catches_up().await;
    let answer = frames.iter().find(|frame| frame.attribute("id").as_deref() == Some("q1")).unwrap();
    assert_eq!(answer.attribute("type").unwrap(), "result");
    assert_eq!(answer.attribute("from").unwrap(), "bob@example.org/desk");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn strangers_learn_nothing_by_asking() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let ping = "<ping xmlns='urn:xmpp:ping'/>";
    assert!(alice.asks("get", "bob@example.org/desk", ping).await.has("service-unavailable"));
    assert!(alice.asks("get", "nobody@example.org/desk", ping).await.has("service-unavailable"));
    assert!(bob.catches_up().await.iter().all(|frame| frame.name() != "iq"));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn an_account_answers_in_its_own_home() {
    let house = House::of_two_homes().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
    let items = "<query xmlns='http://jabber.org/protocol/disco#items'/>";
    assert!(alice.asks("get", "bob@example.org", info).await.has("service-unavailable"));
    assert!(!alice.asks("get", "bob@example.org", items).await.has("item"));
    let roster = alice.asks("get", "bob@example.org", "<query xmlns='jabber:iq:roster'/>").await;
    assert!(roster.has("forbidden"), "{roster:?}");

    befriend(&mut alice, &mut bob).await;
    let answer = alice.asks("get", "bob@example.org", info).await;
    assert!(answer.has("identity"), "{answer:?}");
    let answer = alice.asks("get", "bob@example.org", items).await;
    assert_eq!(answer.element().find("item").unwrap().attribute("jid").unwrap(), "bob@example.org/desk");
    house.closes_in_balance().await;
}
