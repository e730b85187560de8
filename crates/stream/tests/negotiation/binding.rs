//! Somebody in the middle: channel bindings, flags and lists that were changed on the way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_stream::scram::client::{ClientBinding, ClientExchange};
use everpresent_stream::scram::{ScramError, downgrade_hash};
use everpresent_stream::{BindingKind, FailureReason, ScramHash};

use super::house::*;

#[test]
fn both_types_of_binding_work() {
    for binding in [bound_to_exporter(), ClientBinding::Bound(BindingKind::EndPoint, vec![0xd; 32])] {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        let features = visit.take();
        let list =
            xml("<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/>\
             <channel-binding type='tls-server-end-point'/></sasl-channel-binding>");
        assert_eq!(features.get_child("sasl-channel-binding", "urn:xmpp:sasl-cb:0"), Some(&list));
        let client = Password { mechanism: "SCRAM-SHA-512-PLUS", binding, ..alice() };
        assert_eq!(client.inline(&mut visit, "").name(), "success");
    }
}

/// How a sign-in with this mechanism and binding fails.
fn refused(mechanism: &str, binding: ClientBinding) -> (String, FailureReason) {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    let failure = Password { mechanism, binding, ..alice() }.classic(&mut visit);
    (condition(&failure), visit.failures[0].1)
}

#[test]
fn another_tls_connection_is_noticed() {
    let elsewhere = ClientBinding::Bound(BindingKind::Exporter, vec![0xf; 32]);
    let (condition, reason) = refused("SCRAM-SHA-256-PLUS", elsewhere);
    assert_eq!((condition.as_str(), reason), ("not-authorized", FailureReason::BindingDiffers));
}

#[test]
fn a_client_that_saw_no_plus_is_told_that_there_was_one() {
    let (condition, reason) = refused("SCRAM-SHA-256", ClientBinding::NotOffered);
    assert_eq!((condition.as_str(), reason), ("not-authorized", FailureReason::Downgraded));
}

#[test]
fn plus_without_binding_and_binding_without_plus_are_refused() {
    assert_eq!(refused("SCRAM-SHA-256-PLUS", ClientBinding::Unsupported).1, FailureReason::Malformed);
    assert_eq!(refused("SCRAM-SHA-256", bound_to_exporter()).1, FailureReason::Malformed);
}

#[test]
fn a_list_that_was_changed_on_the_way_shows_in_the_challenge() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    let features = visit.take();
    let texts = |name, namespace| -> Vec<String> {
        let list: &everpresent_stanza::Element = features.get_child(name, namespace).unwrap();
        list.children()
            .filter(|child| child.name() != "inline")
            .map(|child| child.attr("type").map_or_else(|| child.text(), str::to_owned))
            .collect()
    };
    let mechanisms = texts("authentication", "urn:xmpp:sasl:2");
    assert_eq!(mechanisms, texts("mechanisms", "urn:ietf:params:xml:ns:xmpp-sasl"));
    let bindings = texts("sasl-channel-binding", "urn:xmpp:sasl-cb:0");
    let seen = |mechanisms: &[String]| {
        let mechanisms: Vec<&str> = mechanisms.iter().map(String::as_str).collect();
        let bindings: Vec<&str> = bindings.iter().map(String::as_str).collect();
        downgrade_hash(ScramHash::Sha256, &mechanisms, Some(&bindings))
    };

    let (client, first) =
        ClientExchange::new(ScramHash::Sha256, "alice", "pencil", &ClientBinding::Unsupported, "nonce");
    visit.say(&authenticate("SCRAM-SHA-256", &STANDARD.encode(first), ""));
    let challenge = STANDARD.decode(visit.take().text()).unwrap();
    assert!(client.respond(&challenge, Some(&seen(&mechanisms))).is_ok());
    let stripped = seen(&mechanisms[1..]);
    assert_eq!(client.respond(&challenge, Some(&stripped)).err(), Some(ScramError::Downgraded));
}

/// How a PLAIN sign-in as somebody ends, with or without a claim in the header.
fn act_as(identity: &str, claimed: Option<&str>) -> everpresent_stanza::Element {
    let mut house = House::new();
    let mut visit = house.connection(tls());
    match claimed {
        Some(claimed) => visit.open_from(claimed),
        None => visit.open(),
    }
    visit.take();
    let message = STANDARD.encode(format!("{identity}\0alice\0pencil"));
    visit.say(&authenticate("PLAIN", &message, ""));
    visit.take()
}

#[test]
fn acting_as_somebody_else_is_refused() {
    assert_eq!(act_as("alice@example.org", None).name(), "success");
    assert_eq!(act_as("alice@example.org", Some("alice@example.org")).name(), "success");
    for (identity, claimed) in [
        ("bob@example.org", None),
        ("alice@example.com", None),
        ("alice", None),
        ("@", None),
        ("alice@example.org", Some("bob@example.org")),
    ] {
        assert_eq!(condition(&act_as(identity, claimed)), "invalid-authzid", "{identity}");
    }
}
