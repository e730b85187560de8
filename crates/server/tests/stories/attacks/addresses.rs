//! Addresses at the edge of what an address may be (RFC 7622), and beyond.

use crate::harness::{DOMAIN, House, Person};

/// The longest part that an address may have.
const MAX_PART_BYTES: usize = 1_023;

/// Everything that is written, still is: a message is acknowledged, archived and delivered.
async fn writes_go_on(house: &House) {
    let mut carol = house.resumable("carol", "witness").await;
    carol.says("dave@example.org", "is this written?").await;
    tokio::time::timeout(crate::harness::PATIENCE, carol.client.all_acknowledged())
        .await
        .expect("the database takes nothing any more")
        .unwrap();
    let mut dave = house.online("dave", "witness").await;
    assert_eq!(dave.hears().await, "is this written?");
    carol.leaves().await;
    dave.leaves().await;
}

async fn answer_to(person: &mut Person, stanza: &str) -> Vec<String> {
    person.client.send(stanza).await.unwrap();
    person.catches_up().await.iter().map(|frame| frame.as_text().into_owned()).collect()
}

#[tokio::test]
async fn messages_to_strange_addresses_are_refused_or_delivered() {
    let house = House::open().await;
    let mut alice = house.online("alice", "phone").await;
    let mut bob = house.online("bob", "desk").await;
    let long = "l".repeat(MAX_PART_BYTES);
    let too_long = "l".repeat(MAX_PART_BYTES + 1);
    for (to, condition) in [
        (format!("{too_long}@{DOMAIN}"), "jid-malformed"),
        (format!("bob@{DOMAIN}/{too_long}"), "jid-malformed"),
        (format!("bob@{DOMAIN}/"), "jid-malformed"),
        (format!("bob@{too_long}"), "jid-malformed"),
        (format!("{long}@{DOMAIN}"), "service-unavailable"),
        (format!("{long}@{DOMAIN}/{long}"), "policy-violation"),
        ("b ob@example.org".to_owned(), "jid-malformed"),
        ("b&quot;ob@example.org".to_owned(), "jid-malformed"),
        ("bob@exa mple.org".to_owned(), "jid-malformed"),
        ("bob\u{200e}\u{202e}@example.org".to_owned(), "jid-malformed"),
        ("\u{1f600}@example.org".to_owned(), "service-unavailable"),
    ] {
        let stanza = format!("<message to='{to}' type='chat' id='m'><body>x</body></message>");
        let answers = answer_to(&mut alice, &stanza).await;
        let refused = answers.iter().any(|answer| answer.contains("type='error'"));
        assert!(refused, "{to}: {answers:?}");
        let known = ["jid-malformed", "service-unavailable", "policy-violation"];
        let as_said = answers.iter().any(|answer| answer.contains(condition));
        let otherwise = answers.iter().any(|answer| known.iter().any(|known| answer.contains(known)));
        // What an emoji or a mark may stand in depends on the profile of strings; that it is refused does not.
        assert!(as_said || (!to.is_ascii() && otherwise), "{to}: {answers:?}");
    }
    for to in [
        format!("BOB@EXAMPLE.ORG/{long}"),
        format!("bob@{DOMAIN}/ünï and space"),
        "Bob@example.org".to_owned(),
    ] {
        alice.says(&to, "hello").await;
        assert_eq!(bob.hears().await, "hello", "{to}");
    }
    writes_go_on(&house).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn resources_at_the_edge_are_bound_or_refused() {
    let house = House::open().await;
    let long = "r".repeat(MAX_PART_BYTES);
    let mut raw = house.knock().await;
    raw.signs_in("alice").await;
    for resource in ["r".repeat(MAX_PART_BYTES + 1), "\u{e000}".to_owned(), "&#x7f;".to_owned()] {
        let refused = raw.binds(&resource).await;
        assert!(refused.contains("type='error'") && refused.contains("<bad-request"), "{refused}");
    }
    drop(raw);
    let mut raw = house.raw("alice", &long).await;
    raw.says("<presence/>").await;
    raw.settles().await;
    let mut bob = house.online("bob", "desk").await;
    bob.says(&format!("alice@{DOMAIN}/{long}"), "long name you have").await;
    assert!(raw.hears("</message>").await.contains("long name you have"));
    let mut raw = house.knock().await;
    raw.signs_in("alice").await;
    assert!(raw.binds("ünï &amp; cödé").await.contains("type='result'"));
    raw.says(format!("<message to='bob@{DOMAIN}' type='chat'><body>hi</body></message>")).await;
    assert_eq!(bob.message().await.attribute("from").unwrap(), format!("alice@{DOMAIN}/ünï & cödé"));
    let mut raw = house.knock().await;
    raw.signs_in("alice").await;
    assert!(
        raw.binds("").await.contains("type='result'"),
        "an empty resource leaves the choice to the server"
    );
    writes_go_on(&house).await;
    house.closes_in_balance().await;
}

/// A valid address that is longer than a database's index takes.
fn beyond_the_index() -> String {
    let label = "d".repeat(60);
    let domain = vec![label; 8].join(".");
    format!("{}@{domain}", "l".repeat(MAX_PART_BYTES))
}

#[tokio::test]
async fn a_contact_too_long_to_be_stored_is_refused_and_stops_nobody() {
    let house = House::open().await;
    let mut mallory = house.online("mallory", "x").await;
    let jid = beyond_the_index();
    let set = format!("<query xmlns='jabber:iq:roster'><item jid='{jid}'/></query>");
    let answer = mallory.asks("set", "", &set).await;
    writes_go_on(&house).await;
    assert!(answer.has("jid-malformed") || answer.has("policy-violation"), "{answer:?}");
    let answers = answer_to(&mut mallory, &format!("<presence type='subscribe' to='{jid}' id='s'/>")).await;
    assert!(answers.iter().any(|answer| answer.contains("type='error'")), "{answers:?}");
    let local = format!("{}@{DOMAIN}", "l".repeat(MAX_PART_BYTES));
    mallory.asks("set", "", &format!("<query xmlns='jabber:iq:roster'><item jid='{local}'/></query>")).await;
    mallory.sends(&format!("<presence type='subscribe' to='{local}'/>")).await;
    writes_go_on(&house).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_blocked_address_too_long_to_be_stored_is_refused_and_stops_nobody() {
    let house = House::open().await;
    let mut mallory = house.online("mallory", "x").await;
    let jid = format!("{}/{}", beyond_the_index(), "r".repeat(MAX_PART_BYTES));
    for element in ["block", "unblock"] {
        let change = format!("<{element} xmlns='urn:xmpp:blocking'><item jid='{jid}'/></{element}>");
        let answer = mallory.asks("set", "", &change).await;
        writes_go_on(&house).await;
        if element == "block" {
            assert!(answer.has("jid-malformed") || answer.has("policy-violation"), "{answer:?}");
        }
    }
    house.closes_in_balance().await;
}

#[tokio::test]
async fn archive_preferences_and_directed_presence_of_long_addresses_stop_nobody() {
    let house = House::open().await;
    let mut mallory = house.online("mallory", "x").await;
    let jid = format!("{}/{}", beyond_the_index(), "r".repeat(MAX_PART_BYTES));
    let prefs = format!(
        "<prefs xmlns='urn:xmpp:mam:2' default='roster'><always><jid>{jid}</jid></always><never/></prefs>"
    );
    mallory.asks("set", "", &prefs).await;
    for number in 0..50 {
        let to = format!("{number}{}@{DOMAIN}/{}", "l".repeat(1_000), "r".repeat(MAX_PART_BYTES));
        mallory.sends(&format!("<presence to='{to}'/>")).await;
    }
    mallory.says(&format!("mallory@{DOMAIN}/{}", "r".repeat(MAX_PART_BYTES)), "to myself").await;
    let id = "i".repeat(8_000);
    mallory
        .sends(&format!("<message to='bob@example.org' type='chat' id='{id}'><body>x</body></message>"))
        .await;
    writes_go_on(&house).await;
    let house = house.restarted().await;
    writes_go_on(&house).await;
    house.closes_in_balance().await;
}
