//! Rosters and subscriptions (RFC 6121 §2, §3), and keeping people away (XEP-0191).

use everpresent_client::Frame;

use crate::harness::{House, Person};

const ROSTER: &str = "jabber:iq:roster";

/// A client as clients are: it asks for the roster, then appears.
async fn with_roster(house: &House, user: &str, resource: &str) -> Person {
    let mut person = house.person(user, resource).await;
    person.asks("get", "", &format!("<query xmlns='{ROSTER}'/>")).await;
    person.appears().await;
    person.catches_up().await;
    person
}

fn item(frame: &Frame) -> (String, String, Option<String>) {
    let item = frame.element().find("item").unwrap_or_else(|| panic!("no item in {frame:?}"));
    let of = |name: &str| item.attribute(name).map(std::borrow::Cow::into_owned);
    (of("jid").unwrap(), of("subscription").unwrap_or_default(), of("ask"))
}

/// Each sees the other.
async fn befriend(one: &mut Person, other: &mut Person) {
    let (a, b) = (one.client.account().to_owned(), other.client.account().to_owned());
    one.sends(&format!("<presence to='{b}' type='subscribe'/>")).await;
    other.sends(&format!("<presence to='{a}' type='subscribed'/>")).await;
    other.sends(&format!("<presence to='{a}' type='subscribe'/>")).await;
    one.sends(&format!("<presence to='{b}' type='subscribed'/>")).await;
    one.catches_up().await;
    other.catches_up().await;
}

#[tokio::test]
async fn a_contact_is_kept_and_told_to_all_clients() {
    let house = House::open().await;
    let mut phone = with_roster(&house, "alice", "phone").await;
    let mut tablet = with_roster(&house, "alice", "tablet").await;
    let mut ignorant = house.online("alice", "ignorant").await;
    let set = format!(
        "<query xmlns='{ROSTER}'><item jid='bob@example.org' name='Bob &amp; Co'><group>Work</group></item></query>"
    );
    let answer = phone.asks("set", "", &set).await;
    assert_eq!(answer.attribute("type").unwrap(), "result");
    for person in [&mut phone, &mut tablet] {
        let push = person.push().await;
        assert_eq!(item(&push), ("bob@example.org".into(), "none".into(), None));
        assert_eq!(push.element().find("item").unwrap().attribute("name").unwrap(), "Bob & Co");
        assert_eq!(push.text("group").unwrap(), "Work");
        person.client.answer(&push).unwrap();
    }
    let pushed = ignorant.catches_up().await;
    assert!(!pushed.iter().any(|frame| frame.has("item")), "who did not ask for the roster gets no pushes");

    let house = house.restarted().await;
    let mut phone = house.person("alice", "phone").await;
    let roster = phone.asks("get", "", &format!("<query xmlns='{ROSTER}'/>")).await;
    assert_eq!(item(&roster).0, "bob@example.org");
    let remove =
        format!("<query xmlns='{ROSTER}'><item jid='bob@example.org' subscription='remove'/></query>");
    phone.asks("set", "", &remove).await;
    assert_eq!(item(&phone.push().await).1, "remove");
    let roster = phone.asks("get", "", &format!("<query xmlns='{ROSTER}'/>")).await;
    assert!(!roster.has("item"));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn two_people_become_contacts_and_part_again() {
    let house = House::open().await;
    let mut alice = with_roster(&house, "alice", "phone").await;
    let mut bob = with_roster(&house, "bob", "desk").await;
    alice.sends("<presence to='bob@example.org' type='subscribe'/>").await;
    assert_eq!(
        item(&alice.push().await),
        ("bob@example.org".into(), "none".into(), Some("subscribe".into()))
    );
    let request = bob.presence().await;
    assert_eq!(request.attribute("type").unwrap(), "subscribe");
    assert_eq!(request.attribute("from").unwrap(), "alice@example.org", "asked from account to account");

    bob.sends("<presence to='alice@example.org' type='subscribed'/>").await;
    assert_eq!(item(&bob.push().await), ("alice@example.org".into(), "from".into(), None));
    assert_eq!(item(&alice.push().await), ("bob@example.org".into(), "to".into(), None));
    assert_eq!(alice.has_seen().await, ["bob@example.org/desk"], "the answer itself came with the push");

    bob.sends("<presence to='alice@example.org' type='subscribe'/>").await;
    alice.sends("<presence to='bob@example.org' type='subscribed'/>").await;
    let seen = bob.has_seen().await;
    assert!(seen.contains(&"alice@example.org/phone".to_owned()), "{seen:?}");
    let roster = alice.asks("get", "", &format!("<query xmlns='{ROSTER}'/>")).await;
    assert_eq!(item(&roster), ("bob@example.org".into(), "both".into(), None));
    alice.catches_up().await;

    alice.sends("<presence to='bob@example.org' type='unsubscribe'/>").await;
    let seen = alice.has_seen().await;
    assert!(seen.contains(&"bob@example.org/desk unavailable".to_owned()), "{seen:?}");
    let roster = alice.asks("get", "", &format!("<query xmlns='{ROSTER}'/>")).await;
    assert_eq!(item(&roster).1, "from");
    bob.catches_up().await;
    bob.sends("<presence><show>away</show></presence>").await;
    assert!(alice.has_seen().await.is_empty(), "alice does not see bob any more");
    alice.sends("<presence><show>dnd</show></presence>").await;
    assert_eq!(bob.has_seen().await.len(), 1, "bob still sees alice");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_request_waits_for_somebody_who_is_not_there() {
    let house = House::open().await;
    let mut alice = with_roster(&house, "alice", "phone").await;
    alice.sends("<presence to='bob@example.org' type='subscribe'/>").await;
    let house = house.restarted().await;
    let mut bob = house.online("bob", "desk").await;
    let request = bob.presence().await;
    assert_eq!(request.attribute("type").unwrap(), "subscribe");
    bob.sends("<presence to='alice@example.org' type='unsubscribed'/>").await;
    bob.leaves().await;
    let mut bob = house.online("bob", "desk").await;
    assert!(bob.has_seen().await.iter().all(|seen| !seen.contains("subscribe")), "answered once is answered");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn who_is_blocked_sees_and_says_nothing() {
    let house = House::open().await;
    let mut alice = with_roster(&house, "alice", "phone").await;
    let mut bob = with_roster(&house, "bob", "desk").await;
    befriend(&mut alice, &mut bob).await;
    let block = "<block xmlns='urn:xmpp:blocking'><item jid='bob@example.org'/></block>";
    assert_eq!(alice.asks("set", "", block).await.attribute("type").unwrap(), "result");
    assert_eq!(bob.has_seen().await, ["alice@example.org/phone unavailable"]);

    bob.client
        .send("<message to='alice@example.org' type='chat' id='b1'><body>hello?</body></message>")
        .await
        .unwrap();
    let refused = bob.message().await;
    assert!(refused.has("service-unavailable"), "as if nobody were there: {refused:?}");
    bob.sends("<presence><show>away</show></presence>").await;
    assert!(alice.has_seen().await.is_empty());
    alice
        .client
        .send("<message to='bob@example.org' type='chat' id='a1'><body>x</body></message>")
        .await
        .unwrap();
    let refused = alice.message().await;
    assert!(refused.has("not-acceptable") && refused.has("blocked"), "{refused:?}");

    alice.sends("<presence><show>dnd</show></presence>").await;
    assert!(bob.has_seen().await.is_empty());
    let house = house.restarted().await;
    let mut alice = with_roster(&house, "alice", "phone").await;
    let list = alice.asks("get", "", "<blocklist xmlns='urn:xmpp:blocking'/>").await;
    assert_eq!(list.element().find("item").unwrap().attribute("jid").unwrap(), "bob@example.org");
    let mut bob = with_roster(&house, "bob", "desk").await;
    assert!(bob.has_seen().await.is_empty(), "a block outlives the server");

    alice.asks("set", "", "<unblock xmlns='urn:xmpp:blocking'/>").await;
    assert_eq!(bob.has_seen().await, ["alice@example.org/phone"]);
    bob.says("alice@example.org", "hello again").await;
    assert_eq!(alice.hears().await, "hello again");
    house.closes_in_balance().await;
}
