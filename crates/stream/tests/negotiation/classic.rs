//! Clients that follow RFC 6120: STARTTLS, SASL, stream restart, bind.

use everpresent_stanza::Namespace;
use everpresent_stanza::StreamCondition;
use everpresent_stream::bind::{BindError, legacy_session_result};
use everpresent_stream::{Channel, Input, Transport};

use super::house::*;

#[test]
fn starttls_then_scram_then_bind() {
    let mut house = House::new();
    let mut visit = house.visit(Channel::plain());
    let features = visit.take();
    assert!(features.has_child("starttls", "urn:ietf:params:xml:ns:xmpp-tls"));
    assert!(!features.has_child("mechanisms", "urn:ietf:params:xml:ns:xmpp-sasl"), "no sign-in without TLS");
    assert!(!features.has_child("authentication", "urn:xmpp:sasl:2"));

    visit.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    assert_eq!(visit.take().name(), "proceed");
    assert_eq!(visit.events, [Event::StartTls]);

    visit.open();
    let features = visit.take();
    assert!(!features.has_child("starttls", "urn:ietf:params:xml:ns:xmpp-tls"));
    let mechanisms = features.get_child("mechanisms", "urn:ietf:params:xml:ns:xmpp-sasl").unwrap();
    let names: Vec<String> = mechanisms.children().map(|mechanism| mechanism.text()).collect();
    assert_eq!(
        names.join(" "),
        "SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 PLAIN"
    );

    assert_eq!(alice().classic(&mut visit).name(), "success");
    assert_eq!(visit.events[2..], [Event::Restart]);
    visit.open();
    let features = visit.take();
    for (name, namespace) in [
        ("bind", "urn:ietf:params:xml:ns:xmpp-bind"),
        ("session", "urn:ietf:params:xml:ns:xmpp-session"),
        ("sm", "urn:xmpp:sm:3"),
        ("csi", "urn:xmpp:csi:0"),
        ("ver", "urn:xmpp:features:rosterver"),
        ("sub", "urn:xmpp:features:pre-approval"),
        ("limits", "urn:xmpp:stream-limits:0"),
    ] {
        assert!(features.has_child(name, namespace), "{name}");
    }

    visit.say(
        "<iq xmlns='jabber:client' type='set' id='b1'>\
         <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>desk</resource></bind></iq>",
    );
    let expected = xml("<iq xmlns='jabber:client' type='result' id='b1'>\
         <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/desk</jid></bind></iq>");
    assert_eq!(visit.take(), expected);
    assert_eq!(visit.established(), Some(false));
    let ids: Vec<&str> = visit.headers.iter().map(|header| header.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "each stream has its own id");
}

#[test]
fn every_mechanism_signs_in() {
    for mechanism in ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"] {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.take();
        let success = Password { mechanism, ..alice() }.classic(&mut visit);
        assert_eq!(success.name(), "success", "{mechanism}");
        assert_eq!(visit.negotiation.user().unwrap().as_str(), "alice@example.org");
    }
    for mechanism in ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS"] {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.take();
        let success = Password { mechanism, binding: bound_to_exporter(), ..alice() }.classic(&mut visit);
        assert_eq!(success.name(), "success", "{mechanism}");
    }
}

/// Signs alice in and takes the features.
fn signed_in(visit: &mut Visit<'_>) {
    visit.take();
    assert_eq!(alice().classic(visit).name(), "success");
    visit.open();
    visit.take();
}

const BIND: &str =
    "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";

#[test]
fn without_a_wish_the_resource_is_random() {
    let mut house = House::new();
    let mut resources = Vec::new();
    for _ in 0..2 {
        let mut visit = house.visit(tls());
        signed_in(&mut visit);
        visit.say(BIND);
        assert!(!visit.binds[0].chosen_by_client);
        resources.push(visit.binds[0].jid.resource().to_string());
    }
    assert_ne!(resources[0], resources[1]);
}

#[test]
fn a_refused_bind_can_be_tried_again() {
    let mut house = House::new();
    house.bind_error = Some(BindError::ResourceConstraint);
    let mut visit = house.visit(tls());
    signed_in(&mut visit);
    visit.say(BIND);
    let error = visit.take();
    assert_eq!((error.attr("type"), error.attr("id")), (Some("error"), Some("b")));
    let error = error.get_child("error", "jabber:client").unwrap();
    assert_eq!(error.attr("type"), Some("wait"));
    assert!(error.has_child("resource-constraint", "urn:ietf:params:xml:ns:xmpp-stanzas"));

    visit.house.bind_error = None;
    let control = BIND.replace("'/></iq>", "'><resource>&#x7f;</resource></bind></iq>");
    visit.say(&control);
    assert!(String::from(&visit.take()).contains("bad-request"));
    visit.say(BIND);
    assert_eq!(visit.take().attr("type"), Some("result"));
    assert_eq!(visit.established(), Some(false));
}

#[test]
fn a_session_is_resumed_instead_of_bound() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    signed_in(&mut visit);
    visit.say(&format!("<resume xmlns='urn:xmpp:sm:3' previd='{SESSION}' h='4'/>"));
    assert_eq!(visit.take(), xml(&format!("<resumed xmlns='urn:xmpp:sm:3' previd='{SESSION}' h='17'/>")));
    assert_eq!(visit.established(), Some(true));
    assert!(visit.binds.is_empty());
}

#[test]
fn a_failed_resume_tells_what_was_handled_and_leads_to_bind() {
    let mut house = House::new();
    house.ended.push(("gone".into(), 9));
    let mut visit = house.visit(tls());
    signed_in(&mut visit);
    visit.say("<resume xmlns='urn:xmpp:sm:3' previd='gone' h='4'/>");
    let failed = visit.take();
    assert_eq!(failed.attr("h"), Some("9"));
    assert!(failed.has_child("item-not-found", "urn:ietf:params:xml:ns:xmpp-stanzas"));
    visit.say("<resume xmlns='urn:xmpp:sm:3' previd='never' h='4'/>");
    assert_eq!(visit.take().attr("h"), None);
    visit.say("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    assert!(visit.take().has_child("unexpected-request", "urn:ietf:params:xml:ns:xmpp-stanzas"));
    assert_eq!(visit.established(), None);
    visit.say(BIND);
    assert_eq!(visit.established(), Some(false));
}

#[test]
fn nobody_resumes_the_session_of_somebody_else() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    Password { user: "bob", password: "wonderland", ..alice() }.classic(&mut visit);
    visit.open();
    visit.take();
    visit.say(&format!("<resume xmlns='urn:xmpp:sm:3' previd='{SESSION}' h='4'/>"));
    assert_eq!(visit.take().name(), "failed");
}

#[test]
fn the_old_session_request_does_nothing_and_is_answered() {
    let asked = "<iq xmlns='jabber:client' type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>";
    let answer = legacy_session_result(&xml(asked)).unwrap();
    assert_eq!(answer, xml("<iq xmlns='jabber:client' type='result' id='s'/>"));
    assert_eq!(legacy_session_result(&xml(BIND)), None);
}

#[test]
fn an_exchange_can_begin_without_a_message_and_be_given_up() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    visit.say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>");
    assert_eq!(visit.take(), xml("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'></challenge>"));
    visit.say("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    assert_eq!(condition(&visit.take()), "aborted");
    visit.say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>");
    visit.take();
    visit.say("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AGFsaWNlAHBlbmNpbA==</response>");
    assert_eq!(visit.take().name(), "success");
}

#[test]
fn loopback_can_go_without_tls_but_never_with_plain() {
    let mut house = House::with(|offer| offer.allow_plain_text = true);
    let mut visit = house.visit(Channel::plain());
    let features = String::from(&visit.take());
    assert!(features.contains("starttls") && !features.contains("required"));
    assert!(features.contains("SCRAM-SHA-256<") && !features.contains("PLAIN") && !features.contains("PLUS"));
    assert!(!features.contains("urn:xmpp:sasl:2"), "SASL2 needs TLS");
    let failure = Password { mechanism: "PLAIN", ..alice() }.classic(&mut visit);
    assert_eq!(condition(&failure), "invalid-mechanism");
    assert_eq!(alice().classic(&mut visit).name(), "success");
}

#[test]
fn a_web_socket_has_its_own_headers_and_no_starttls() {
    let mut house = House::new();
    let mut visit = house.visit(Channel::web_socket(Some(Default::default())));
    let open = visit.headers[0].to_bytes(Transport::WebSocket);
    let open = xml(std::str::from_utf8(&open).unwrap());
    assert!(open.is("open", "urn:ietf:params:xml:ns:xmpp-framing"));
    assert_eq!((open.attr("from"), open.attr("version")), (Some("example.org"), Some("1.0")));
    let features = String::from(&visit.take());
    assert!(
        !features.contains("starttls") && !features.contains("PLUS") && !features.contains("channel-binding")
    );
    assert!(!features.contains("urn:xmpp:fast:0"), "no tokens without channel binding");
    assert_eq!(alice().classic(&mut visit).name(), "success");
    visit.open();
    assert!(visit.take().has_child("bind", "urn:ietf:params:xml:ns:xmpp-bind"));

    let mut bare = house.visit(Channel::web_socket(None));
    bare.take();
    bare.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    assert_eq!(bare.take().name(), "failure");
    assert_eq!(bare.closed, Some(None));
}

#[test]
fn headers_are_answered_with_the_claimed_address_and_checked() {
    let mut house = House::new();
    let mut visit = house.connection(tls());
    visit.open_from("Alice@Example.org/x");
    let bytes = visit.headers[0].to_bytes(Transport::Tcp);
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.contains(" from='example.org' to='alice@example.org'"), "{text}");

    let refused = |change: fn(&mut everpresent_stanza::StreamHeader), condition| {
        let mut house = House::new();
        let mut visit = house.connection(tls());
        let mut header = header_to("example.org");
        change(&mut header);
        visit.tell(Input::StreamOpened(header));
        assert_eq!(visit.headers.len(), 1, "an error needs an open stream");
        assert_eq!(visit.closed, Some(Some(condition)));
    };
    refused(|header| header.to = Some("example.com".into()), StreamCondition::HostUnknown);
    refused(|header| header.to = None, StreamCondition::HostUnknown);
    refused(|header| header.to = Some("a@@b/'<".into()), StreamCondition::HostUnknown);
    refused(|header| header.version = None, StreamCondition::UnsupportedVersion);
    refused(|header| header.version = Some("0.9".into()), StreamCondition::UnsupportedVersion);
    refused(
        |header| header.default_namespace = Namespace::new("jabber:server"),
        StreamCondition::InvalidNamespace,
    );
    refused(|header| header.from = Some("alice@example.com".into()), StreamCondition::InvalidFrom);
    refused(|header| header.from = Some("@".into()), StreamCondition::InvalidFrom);
}
