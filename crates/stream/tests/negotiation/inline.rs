//! Clients that do everything at once: SASL2 with Bind 2 and stream management inside.

use everpresent_session::row::TokenSlot;
use everpresent_stanza::StreamCondition;
use everpresent_stream::Input;
use everpresent_stream::bind::{BindError, Bound};
use everpresent_stream::negotiation::Resumed;

use super::house::*;

const AGENT: &str = "<user-agent id='D4565FA7-4d72-4749-b3d3-740edbf87770'>\
                     <software>AwesomeXMPP</software><device>phone</device></user-agent>";
const BIND: &str = "<bind xmlns='urn:xmpp:bind:0'><tag>AwesomeXMPP</tag><enable xmlns='urn:xmpp:sm:3' resume='1'/>\
                    <enable xmlns='urn:xmpp:carbons:2'/><inactive xmlns='urn:xmpp:csi:0'/></bind>";

fn resume(id: &str) -> String {
    format!("<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='4'/>")
}

fn address(success: &everpresent_stanza::Element) -> String {
    success.get_child("authorization-identifier", "urn:xmpp:sasl:2").unwrap().text()
}

#[test]
fn one_request_signs_in_binds_and_enables() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    let features = visit.take();
    let inline = features
        .get_child("authentication", "urn:xmpp:sasl:2")
        .and_then(|authentication| authentication.get_child("inline", "urn:xmpp:sasl:2"))
        .unwrap();
    let shown = xml(
        "<inline xmlns='urn:xmpp:sasl:2'><sm xmlns='urn:xmpp:sm:3'/><bind xmlns='urn:xmpp:bind:0'><inline>\
         <feature var='urn:xmpp:carbons:2'/><feature var='urn:xmpp:csi:0'/><feature var='urn:xmpp:sm:3'/></inline></bind>\
         <fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-EXPR</mechanism>\
         <mechanism>HT-SHA-256-ENDP</mechanism></fast></inline>",
    );
    assert_eq!(inline, &shown);

    let client = Password { mechanism: "SCRAM-SHA-256-PLUS", binding: bound_to_exporter(), ..alice() };
    let success = client.inline(&mut visit, &format!("{AGENT}{BIND}"));
    let request = visit.binds[0].clone();
    assert!(request.inline && request.carbons && request.inactive && request.enable.unwrap().resume);
    assert_eq!(request.user_agent.id.as_deref(), Some("d4565fa7-4d72-4749-b3d3-740edbf87770"));
    assert_eq!(request.user_agent.device.as_deref(), Some("phone"));
    assert!(request.jid.resource().as_str().starts_with("AwesomeXMPP/"));
    assert!(!request.jid.as_str().contains("d4565fa7"), "the id of the installation is not shown");

    assert_eq!(address(&success), request.jid.as_str());
    let bound = success.get_child("bound", "urn:xmpp:bind:0").unwrap();
    let enabled = bound.get_child("enabled", "urn:xmpp:sm:3").unwrap();
    assert_eq!((enabled.attr("id"), enabled.attr("max")), (Some(SESSION), Some("900")));
    assert_eq!(enabled.attr("location"), None);
    assert!(bound.has_child("metadata", "urn:xmpp:mam:2"));
    let features = visit.take();
    assert!(features.has_child("csi", "urn:xmpp:csi:0"));
    assert!(!features.has_child("bind", "urn:ietf:params:xml:ns:xmpp-bind"), "that is done");
    assert_eq!(visit.established(), Some(false));
    assert!(!visit.events.contains(&Event::Restart));
}

#[test]
fn success_waits_until_the_server_has_confirmed() {
    let mut house = House::new();
    house.holds = true;
    let mut visit = house.visit(tls());
    visit.take();
    let token = "<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-EXPR'/>";
    let inline = format!("{AGENT}{BIND}{}{token}", resume("never"));
    assert_eq!(alice().inline(&mut visit, &inline).name(), "nothing");
    for answer in [
        Input::TokensStored,
        Input::ResumeFailed { handled: Some(3) },
        Input::Bound(Box::new(Bound {
            jid: "alice@example.org/here".parse().unwrap(),
            enabled: None,
            inline: Vec::new(),
        })),
    ] {
        assert!(visit.negotiation.is_waiting());
        assert!(visit.sent.is_empty(), "nothing is said before");
        assert_eq!(visit.established(), None);
        visit.tell(answer);
    }
    let success = visit.take();
    assert_eq!(address(&success), "alice@example.org/here", "the server has the last word");
    assert_eq!(success.get_child("failed", "urn:xmpp:sm:3").unwrap().attr("h"), Some("3"));
    assert!(success.has_child("token", "urn:xmpp:fast:0"));
    let bound = success.get_child("bound", "urn:xmpp:bind:0").unwrap();
    assert!(bound.has_child("failed", "urn:xmpp:sm:3"), "enable was asked for and not granted");
    assert_eq!(visit.established(), Some(false));
}

#[test]
fn an_inline_resume_skips_bind_and_shows_no_features() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    let success = alice().inline(&mut visit, &format!("{BIND}{}", resume(SESSION)));
    assert_eq!(address(&success), "alice@example.org/old");
    let resumed = success.get_child("resumed", "urn:xmpp:sm:3").unwrap();
    assert_eq!((resumed.attr("previd"), resumed.attr("h")), (Some(SESSION), Some("17")));
    assert!(!success.has_child("bound", "urn:xmpp:bind:0"));
    assert!(visit.sent.is_empty() && visit.binds.is_empty());
    assert_eq!(visit.established(), Some(true));
}

#[test]
fn a_failed_inline_resume_goes_on_to_bind() {
    let mut house = House::new();
    house.ended.push(("gone".into(), 9));
    let mut visit = house.visit(tls());
    visit.take();
    let success = alice().inline(&mut visit, &format!("{BIND}{}", resume("gone")));
    assert_eq!(success.get_child("failed", "urn:xmpp:sm:3").unwrap().attr("h"), Some("9"));
    assert!(success.has_child("bound", "urn:xmpp:bind:0"));
    assert_eq!(visit.established(), Some(false));

    let mut visit = house.visit(tls());
    visit.take();
    let malformed = "<resume xmlns='urn:xmpp:sm:3' previd='x' h='many'/>";
    let success = alice().inline(&mut visit, &format!("{BIND}{malformed}"));
    assert!(String::from(&success).contains("bad-request") && success.has_child("bound", "urn:xmpp:bind:0"));
}

#[test]
fn nothing_asked_for_inline_leads_to_classic_bind_without_restart() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    assert_eq!(address(&alice().inline(&mut visit, "")), "alice@example.org");
    assert!(visit.take().has_child("bind", "urn:ietf:params:xml:ns:xmpp-bind"));
    assert_eq!(visit.established(), None);
    visit.say(
        "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    );
    assert_eq!(visit.established(), Some(false));
}

#[test]
fn a_bind_that_fails_is_no_failure_to_sign_in() {
    let mut house = House::new();
    house.bind_error = Some(BindError::ResourceConstraint);
    let mut visit = house.visit(tls());
    visit.take();
    assert_eq!(alice().inline(&mut visit, BIND).name(), "nothing");
    assert_eq!(visit.closed, Some(Some(StreamCondition::ResourceConstraint)));
    assert!(visit.failures.is_empty());
}

/// The resource that alice's client gets.
fn resource(house: &mut House, who: &Password<'_>, inline: &str) -> String {
    let mut visit = house.visit(tls());
    visit.take();
    who.inline(&mut visit, inline);
    visit.binds[0].jid.resource().to_string()
}

#[test]
fn an_installation_always_has_the_same_resource_on_every_node() {
    let bob = || Password { user: "bob", password: "wonderland", ..alice() };
    let other_agent = AGENT.replace("770'", "771'");
    let other_tag = BIND.replace("AwesomeXMPP", "Other");
    let mut node = House::new();
    let first = resource(&mut node, &alice(), &format!("{AGENT}{BIND}"));
    assert_eq!(resource(&mut node, &alice(), &format!("{AGENT}{BIND}")), first);
    assert_eq!(resource(&mut House::new(), &alice(), &format!("{AGENT}{BIND}")), first, "the partner node");
    assert_ne!(resource(&mut node, &bob(), &format!("{AGENT}{BIND}")), first);
    assert_ne!(resource(&mut node, &alice(), &format!("{other_agent}{BIND}")), first);
    assert_ne!(resource(&mut node, &alice(), &format!("{AGENT}{other_tag}")), first);
    let anonymous = [(); 2].map(|()| resource(&mut node, &alice(), BIND));
    assert_ne!(anonymous[0], anonymous[1], "without an id it is random");
}

#[test]
fn tags_that_are_too_long_or_no_resource_are_left_out() {
    let mut house = House::new();
    for tag in ["x".repeat(65), "\u{7f}".to_owned()] {
        let resource =
            resource(&mut house, &alice(), &format!("<bind xmlns='urn:xmpp:bind:0'><tag>{tag}</tag></bind>"));
        assert!(!resource.contains('/'), "{resource}");
    }
}

#[test]
fn an_installation_without_a_proper_id_gets_no_token() {
    let mut house = House::new();
    let token = "<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-EXPR'/>";
    for agent in ["", "<user-agent/>", "<user-agent id='me'/>"] {
        let mut visit = house.visit(tls());
        visit.take();
        let success = alice().inline(&mut visit, &format!("{agent}{BIND}{token}"));
        assert!(!success.has_child("token", "urn:xmpp:fast:0"), "{agent}");
    }
    assert!(house.tokens.is_empty());
    let mut visit = house.visit(tls());
    visit.take();
    assert!(alice().inline(&mut visit, &format!("{AGENT}{token}")).has_child("token", "urn:xmpp:fast:0"));
    assert_eq!(house.tokens[0].slot, TokenSlot::New);
}

#[test]
fn an_answer_that_was_not_asked_for_never_opens_a_session() {
    let jid = || "alice@example.org/x".parse().unwrap();
    let answers: [fn() -> Input; 3] =
        [|| Input::PasswordVerified(true), || Input::TokensStored, || Input::ResumeFailed { handled: None }];
    for answer in answers {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.tell(answer());
        assert_eq!(visit.closed, Some(Some(StreamCondition::InternalServerError)));
    }
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.tell(Input::Resumed(Resumed { jid: jid(), handled: 0 }));
    assert_eq!(visit.established(), None);
    let mut visit = house.visit(tls());
    visit.tell(Input::Bound(Box::new(Bound { jid: jid(), enabled: None, inline: Vec::new() })));
    assert_eq!(visit.established(), None);
}
