//! Well-formed XML that breaks the rules of the protocol.

use crate::harness::{Bystanders, House, PASSWORD, Raw, sasl};

const MESSAGE: &str = "<message to='bob@example.org' type='chat'><body>x</body></message>";

fn is_error(end: &str, condition: &str) {
    assert!(end.contains("<stream:error") && end.contains(&format!("<{condition}")), "{condition}: {end}");
    assert!(end.ends_with("</stream:stream>"), "{end}");
}

#[tokio::test]
async fn nothing_can_be_said_before_signing_in_and_binding() {
    let house = House::open().await;
    let mut bob = house.online("bob", "desk").await;
    for stanza in [
        MESSAGE,
        "<presence/>",
        "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>",
        "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
        "<resume xmlns='urn:xmpp:sm:3' previd='x' h='0'/>",
    ] {
        let mut stranger = house.knock().await;
        stranger.opens().await;
        stranger.says(stanza).await;
        is_error(&stranger.last_words().await, "not-authorized");
    }
    for stanza in [MESSAGE, "<presence/>", "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>"] {
        let mut unbound = house.knock().await;
        unbound.signs_in("mallory").await;
        unbound.says(stanza).await;
        is_error(&unbound.last_words().await, "not-authorized");
    }
    assert!(bob.has_heard().await.is_empty());
    house.closes_in_balance().await;
}

#[tokio::test]
async fn nobody_signs_in_twice_on_one_stream() {
    let house = House::open().await;
    let mut raw = house.knock().await;
    raw.signs_in("mallory").await;
    raw.says("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>bixuPWFsaWNlLHI9eA==</auth>").await;
    is_error(&raw.last_words().await, "policy-violation");

    let mut raw = house.raw("mallory", "x").await;
    raw.says("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>bixuPWFsaWNlLHI9eA==</auth>").await;
    is_error(&raw.last_words().await, "unsupported-stanza-type");

    let mut raw = Raw::tls(&house).await;
    raw.opens().await;
    let inline = "<bind xmlns='urn:xmpp:bind:0'/>";
    raw.says(sasl::authenticate("PLAIN", &sasl::plain("mallory", PASSWORD), inline)).await;
    assert!(sasl::outcome(&mut raw).await.contains("<bound"));
    raw.says(sasl::authenticate("PLAIN", &sasl::plain("alice", PASSWORD), inline)).await;
    is_error(&raw.last_words().await, "unsupported-stanza-type");
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn guessing_on_one_connection_ends_it() {
    let house = House::open().await;
    let mut raw = Raw::tls(&house).await;
    raw.opens().await;
    let mut guesses = 0;
    while raw.says(sasl::authenticate("PLAIN", &sasl::plain("alice", &format!("guess {guesses}")), "")).await
    {
        guesses += 1;
        let answer = raw.hears(">").await;
        if answer.contains("stream:error") || answer.contains("</stream:stream") {
            break;
        }
        raw.hears("</failure>").await;
        assert!(guesses < 20, "one may guess for ever");
    }
    house.closes_in_balance().await;
}

#[tokio::test]
async fn passwords_and_messages_do_not_travel_in_the_clear() {
    let house = House::open().await;
    let mut raw = Raw::tcp(house.address("c2s")).await;
    let features = raw.opens().await;
    assert!(features.contains("<required") && !features.contains("<mechanism"), "{features}");
    raw.says("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHg=</auth>").await;
    assert!(raw.hears("</failure>").await.contains("<invalid-mechanism"));

    // Even where there is no TLS on purpose, the password itself is not asked for.
    let mut raw = house.knock().await;
    assert!(!raw.opens().await.contains(">PLAIN<"));
    raw.says("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHg=</auth>").await;
    assert!(raw.hears("</failure>").await.contains("<invalid-mechanism"));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn what_is_injected_before_tls_is_not_heard_behind_it() {
    let house = House::open().await;
    let mut raw = Raw::tcp(house.address("c2s")).await;
    raw.opens().await;
    raw.says("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><presence/><auth xmlns='urn:x'/>").await;
    let said = raw.last_words().await;
    assert!(!said.contains("<success") && !said.contains("features"), "{said}");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn nobody_speaks_in_the_name_of_another() {
    let house = House::open().await;
    let mut bob = house.online("bob", "desk").await;
    let bystanders = Bystanders::chat(&house).await;
    for from in [
        "alice@example.org",
        "alice@example.org/phone",
        "mallory@example.org/other",
        "example.org",
        "",
        "@",
        "mallory@example.org.evil/x",
    ] {
        for stanza in [
            format!(
                "<message from='{from}' to='bob@example.org' type='chat'><body>trust me</body></message>"
            ),
            format!("<presence from='{from}' to='bob@example.org'/>"),
            format!("<iq from='{from}' to='bob@example.org/desk' type='set' id='1'><x xmlns='urn:x'/></iq>"),
        ] {
            let mut mallory = house.raw("mallory", "x").await;
            mallory.says(&stanza).await;
            is_error(&mallory.last_words().await, "invalid-from");
        }
    }
    bystanders.noticed_nothing().await;
    assert!(bob.catches_up().await.iter().all(|frame| !frame.attribute("from").unwrap().contains("alice")));
    for from in ["mallory@example.org/x", "mallory@example.org", "MALLORY@EXAMPLE.ORG"] {
        let mut mallory = house.raw("mallory", "x").await;
        mallory
            .says(format!(
                "<message from='{from}' to='bob@example.org' type='chat'><body>me</body></message>"
            ))
            .await;
        let message = bob.message().await;
        assert_eq!(
            message.attribute("from").unwrap(),
            "mallory@example.org/x",
            "stamped with the whole address"
        );
    }
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_forged_push_is_seen_to_come_from_its_sender() {
    let house = House::open().await;
    let mut bob = house.online("bob", "desk").await;
    let mut mallory = house.online("mallory", "x").await;
    let push =
        "<query xmlns='jabber:iq:roster'><item jid='mallory@example.org' subscription='both'/></query>";
    let refused = mallory.asks("set", "bob@example.org/desk", push).await;
    assert!(refused.has("service-unavailable"), "who may not see bob may not ask his client: {refused:?}");
    let refused = mallory.asks("set", "bob@example.org", push).await;
    assert_eq!(refused.attribute("type").unwrap(), "error");
    assert!(bob.catches_up().await.iter().all(|frame| frame.name() != "iq" || frame.has("ping")));
    house.closes_in_balance().await;
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused_and_the_stream_goes_on() {
    let house = House::open().await;
    let mut raw = house.raw("mallory", "x").await;
    for (stanza, condition) in [
        ("<iq type='get' id='q1'/>", "bad-request"),
        ("<iq type='get' id='q1'><a xmlns='urn:a'/><b xmlns='urn:b'/></iq>", "bad-request"),
        ("<iq type='nonsense' id='q1'><ping xmlns='urn:xmpp:ping'/></iq>", "bad-request"),
        ("<iq id='q1'><ping xmlns='urn:xmpp:ping'/></iq>", "bad-request"),
        ("<iq type='get' id='q1'><nothing xmlns='urn:known:by:nobody'/></iq>", "service-unavailable"),
        (
            "<iq type='get' id='q1' to='example.org'><nothing xmlns='urn:known:by:nobody'/></iq>",
            "service-unavailable",
        ),
        (
            "<iq type='get' id='q1' to='bob@example.org'><nothing xmlns='urn:known:by:nobody'/></iq>",
            "service-unavailable",
        ),
        (
            "<iq type='get' id='q1' to='other.example'><ping xmlns='urn:xmpp:ping'/></iq>",
            "remote-server-not-found",
        ),
        ("<iq type='get' id='q1' to='a@b@c'><ping xmlns='urn:xmpp:ping'/></iq>", "jid-malformed"),
        ("<iq type='set' id='q1'><query xmlns='jabber:iq:roster'/></iq>", "bad-request"),
        (
            "<iq type='set' id='q1'><query xmlns='jabber:iq:roster'><item jid='a@b@c'/></query></iq>",
            "jid-malformed",
        ),
        ("<iq type='set' id='q1'><block xmlns='urn:xmpp:blocking'/></iq>", "bad-request"),
        (
            "<iq type='set' id='q1'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>-1</max></set></query></iq>",
            "bad-request",
        ),
        ("<presence type='nonsense' id='q1'/>", "bad-request"),
        ("<presence type='subscribe' id='q1'/>", "bad-request"),
        ("<presence type='subscribe' to='other@other.example' id='q1'/>", "remote-server-not-found"),
    ] {
        raw.says(stanza).await;
        let answer = raw.settles().await;
        assert!(
            answer.contains("type='error'") && answer.contains(&format!("<{condition}")),
            "{stanza}: {answer}"
        );
        assert!(answer.contains("id='q1'"), "{stanza}: {answer}");
    }
    let no_id = "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>";
    raw.says(no_id).await;
    let answer = raw.settles().await;
    assert!(answer.contains("<bad-request") || answer.contains("type='result'"), "{answer}");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn elements_that_are_no_stanzas_end_the_stream() {
    let house = House::open().await;
    for nonza in [
        "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<message xmlns='urn:not:stanzas'/>",
        "<iq xmlns='jabber:server' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<a xmlns='urn:xmpp:sm:3' h='x'/>",
        "<a xmlns='urn:xmpp:sm:3'/>",
        "<dormant xmlns='urn:xmpp:csi:0'/>",
        "<mystery/>",
    ] {
        let mut raw = house.raw("mallory", "x").await;
        raw.says(nonza).await;
        raw.says("<iq type='get' id='after' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>").await;
        let answer = raw.hears(">").await;
        assert_eq!(answer, "<stream:error>", "{nonza}");
        is_error(&format!("{answer}{}", raw.last_words().await), "unsupported-stanza-type");
    }
    let mut raw = house.raw("mallory", "x").await;
    let header = crate::harness::raw::header();
    raw.says(format!("{}</stream:stream>", header.trim_start_matches("<?xml version='1.0'?>"))).await;
    let end = raw.last_words().await;
    assert!(end.contains("<stream:error"), "a second header: {end}");
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn acknowledgements_without_stream_management_do_no_harm() {
    let house = House::open().await;
    let mut raw = house.raw("mallory", "x").await;
    raw.says("<a xmlns='urn:xmpp:sm:3' h='1000'/>").await;
    let end = raw.last_words().await;
    assert!(end.contains("<stream:error"), "{end}");
    let mut raw = house.raw("mallory", "x").await;
    raw.says("<r xmlns='urn:xmpp:sm:3'/>").await;
    raw.settles().await;
    house.closes_in_balance().await;
}
