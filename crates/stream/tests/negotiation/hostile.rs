//! Clients that say things out of order, too often, or wrongly.

use everpresent_stanza::StreamCondition;
use everpresent_stream::negotiation::MAX_SIGN_IN_FAILURES;
use everpresent_stream::{Channel, FailureReason, Input};

use super::house::*;

const STANZAS: [&str; 3] = [
    "<message xmlns='jabber:client' to='bob@example.org'><body>hi</body></message>",
    "<presence xmlns='jabber:client'/>",
    "<iq xmlns='jabber:client' type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>",
];

fn closed_with(visit: &Visit<'_>, condition: StreamCondition) {
    assert_eq!(visit.closed, Some(Some(condition)));
    assert_eq!(visit.established(), None);
}

#[test]
fn nothing_is_heard_before_the_stream_is_open() {
    let mut house = House::new();
    let mut visit = house.connection(tls());
    visit.say(STANZAS[0]);
    closed_with(&visit, StreamCondition::NotAuthorized);
}

#[test]
fn stanzas_need_a_sign_in() {
    for stanza in STANZAS {
        let mut house = House::new();
        for channel in [Channel::plain(), tls()] {
            let mut visit = house.visit(channel);
            visit.say(stanza);
            closed_with(&visit, StreamCondition::NotAuthorized);
        }
    }
}

#[test]
fn stanzas_need_a_bound_resource() {
    for stanza in STANZAS {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.take();
        alice().inline(&mut visit, "");
        visit.say(stanza);
        closed_with(&visit, StreamCondition::NotAuthorized);
    }
}

#[test]
fn after_classic_success_a_new_header_has_to_come() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    alice().classic(&mut visit);
    visit.say(STANZAS[0]);
    closed_with(&visit, StreamCondition::NotAuthorized);
}

#[test]
fn the_new_header_is_for_the_same_domain() {
    let domains = ["example.org", "example.net"];
    let mut house = House::with(|offer| offer.domains = domains.map(|domain| domain.parse().unwrap()).into());
    let mut visit = house.visit(tls());
    visit.take();
    alice().classic(&mut visit);
    let elsewhere = header_to("example.net");
    visit.tell(Input::StreamOpened(elsewhere));
    closed_with(&visit, StreamCondition::HostUnknown);
}

#[test]
fn the_password_of_one_domain_is_not_tried_on_another() {
    let domains = ["example.net", "example.org"];
    let mut house = House::with(|offer| offer.domains = domains.map(|domain| domain.parse().unwrap()).into());
    let mut visit = house.connection(tls());
    let header = header_to("example.net");
    visit.tell(Input::StreamOpened(header));
    visit.take();
    assert_eq!(condition(&alice().classic(&mut visit)), "not-authorized");
    assert_eq!(visit.failures[0].0.as_ref().unwrap().as_str(), "alice@example.net");
}

#[test]
fn one_stream_has_one_identity() {
    for (first, namespace) in
        [("auth", "urn:ietf:params:xml:ns:xmpp-sasl"), ("authenticate", "urn:xmpp:sasl:2")]
    {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.take();
        alice().inline(&mut visit, "");
        visit.take();
        visit.say(&format!("<{first} xmlns='{namespace}' mechanism='PLAIN'/>"));
        closed_with(&visit, StreamCondition::PolicyViolation);
    }
}

#[test]
fn nothing_else_is_said_during_an_exchange() {
    for interruption in [
        STANZAS[2],
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>",
        "<response xmlns='urn:xmpp:sasl:2'>AA==</response>",
        "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    ] {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.take();
        visit.say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'/>");
        visit.say(interruption);
        closed_with(&visit, StreamCondition::PolicyViolation);
    }
}

#[test]
fn a_client_that_does_not_wait_for_an_answer_is_sent_away() {
    let mut house = House::new();
    house.holds = true;
    let mut visit = house.visit(tls());
    visit.take();
    alice().inline(&mut visit, "<bind xmlns='urn:xmpp:bind:0'/>");
    assert!(visit.negotiation.is_waiting());
    visit.say(STANZAS[0]);
    closed_with(&visit, StreamCondition::PolicyViolation);
    visit.tell(Input::TokensStored);
    assert_eq!(visit.established(), None, "a late answer changes nothing");
}

#[test]
fn a_response_needs_a_request() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.say("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AA==</response>");
    closed_with(&visit, StreamCondition::NotAuthorized);
}

#[test]
fn starttls_works_once_and_forgets_what_was_said_before() {
    let mut house = House::new();
    let mut visit = house.visit(Channel::plain());
    visit.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    visit.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    closed_with(&visit, StreamCondition::NotAuthorized);

    let mut visit = house.visit(tls());
    visit.take();
    visit.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    assert_eq!(visit.take().name(), "failure");
    assert_eq!(visit.closed, Some(None));
}

#[test]
fn sign_in_without_tls_is_not_heard() {
    let mut house = House::new();
    let mut visit = house.visit(Channel::plain());
    visit.take();
    assert_eq!(condition(&alice().classic(&mut visit)), "invalid-mechanism");
    visit.say(&authenticate("SCRAM-SHA-256", "AA==", ""));
    closed_with(&visit, StreamCondition::NotAuthorized);
}

#[test]
fn a_header_comes_when_it_is_due() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.open();
    closed_with(&visit, StreamCondition::PolicyViolation);
}

#[test]
fn malformed_messages_are_failures_and_count() {
    let cases = [
        (authenticate("SCRAM-SHA-256", "not base64!", ""), FailureReason::Encoding),
        (authenticate("SCRAM-SHA-256", &"A".repeat(8 * 1024 + 4), ""), FailureReason::Encoding),
        (authenticate("SCRAM-SHA-256", "AAAA", ""), FailureReason::Malformed),
        (authenticate("PLAIN", "AAAA", ""), FailureReason::Malformed),
        (authenticate("PLAIN", "/////w==", ""), FailureReason::Malformed),
        (authenticate("HT-SHA-256-EXPR", "AAAA", ""), FailureReason::Malformed),
        (authenticate("SCRAM-MD5", "AAAA", ""), FailureReason::UnknownMechanism),
        (authenticate("", "AAAA", ""), FailureReason::UnknownMechanism),
        // "n,,n=a@b,r=x": no local part has an at sign, so nobody has this name.
        (authenticate("SCRAM-SHA-1", "biwsbj1hQGIscj14", ""), FailureReason::Credentials),
    ];
    for (request, reason) in cases {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.take();
        for _ in 0..MAX_SIGN_IN_FAILURES {
            visit.say(&request);
        }
        assert_eq!(condition(&visit.take()), reason.condition());
        assert!(visit.failures.iter().all(|(_, seen)| *seen == reason), "{:?}", visit.failures);
        closed_with(&visit, StreamCondition::PolicyViolation);
    }
}

#[test]
fn negotiation_does_not_go_on_for_ever() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    alice().inline(&mut visit, "");
    let mut sent = 0;
    while visit.closed.is_none() {
        visit.say("<resume xmlns='urn:xmpp:sm:3' previd='guess' h='0'/>");
        sent += 1;
        assert!(sent < 100);
    }
    closed_with(&visit, StreamCondition::PolicyViolation);
}

#[test]
fn a_client_may_leave_at_any_time() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    visit.tell(Input::StreamClosed);
    assert_eq!(visit.closed, Some(None));
    visit.say(STANZAS[0]);
    visit.open();
    assert!(visit.sent.is_empty());
}
