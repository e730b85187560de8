//! What routing asks of a stanza without building a tree, and what the builders write.

use bytes::Bytes;
use everpresent_stanza::{
    Element, ErrorCondition, IqType, MessageType, PresenceType, StanzaKind, build, ns, parse_stanza,
};

use crate::story::stanza;

#[test]
fn a_chat_message_is_read_without_a_tree() {
    let message = stanza(
        "<message from='romeo@example.org/x' to='Juliet@EXAMPLE.org/balcony' id='&quot;7' type='chat' xml:lang='en'>\
         <body>O &amp; </body><active xmlns='http://jabber.org/protocol/chatstates'/>\
         <stanza-id xmlns='urn:xmpp:sid:0' by='juliet@example.org' id='1'/></message>",
    );
    assert_eq!(message.kind(), StanzaKind::Message);
    assert_eq!(message.message_type(), MessageType::Chat);
    assert_eq!(message.to().unwrap().unwrap().as_str(), "juliet@example.org/balcony");
    assert_eq!(message.from().unwrap().unwrap().as_str(), "romeo@example.org/x");
    assert_eq!(message.id(), Some("\"7"));
    assert_eq!(message.attribute("xml:lang"), Some("en"));
    assert_eq!(message.attribute("lang"), None);
    assert!(message.child("body", ns::CLIENT).unwrap().has_text());
    assert_eq!(message.child_text("body", ns::CLIENT).as_deref(), Some("O & "));
    assert!(message.child("active", ns::CHAT_STATES).unwrap().is_empty_tag());
    assert!(!message.has_child("active", ns::CLIENT));
    let id = message.child_element(message.child("stanza-id", ns::STANZA_ID).unwrap()).unwrap();
    assert_eq!(id.attr("by"), Some("juliet@example.org"));
    let names: Vec<&str> = message.children().iter().map(|child| child.name()).collect();
    assert_eq!(names, ["body", "active", "stanza-id"]);
}

#[test]
fn a_child_is_found_where_it_lies() {
    let message = stanza("<message>t<![CDATA[]]><a/> <b> <c/>é</b ><d></d></message>");
    let children: Vec<Bytes> = message.children().iter().map(|child| message.child_bytes(child)).collect();
    assert_eq!(children, ["<a/>", "<b> <c/>é</b >", "<d></d>"]);
    assert_eq!(message.inner(), "t<![CDATA[]]><a/> <b> <c/>é</b ><d></d>".as_bytes());
    assert!(!message.child("d", ns::CLIENT).unwrap().has_text());
}

#[test]
fn other_elements_of_a_stream_are_nonzas_with_children_of_their_namespace() {
    let nonza = stanza(
        "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>AA==</initial-response></authenticate>",
    );
    assert_eq!(nonza.kind(), StanzaKind::Nonza);
    assert!(nonza.is("authenticate", ns::SASL2));
    assert_eq!(nonza.child_text("initial-response", ns::SASL2).as_deref(), Some("AA=="));
    assert_eq!(stanza("<message xmlns='urn:other'/>").kind(), StanzaKind::Nonza);
}

#[test]
fn types_are_those_of_the_rfc() {
    assert_eq!(stanza("<message/>").message_type(), MessageType::Normal);
    assert_eq!(stanza("<message type='nonsense'/>").message_type(), MessageType::Normal);
    assert_eq!(stanza("<presence/>").presence_type(), Ok(PresenceType::Available));
    assert_eq!(stanza("<presence type='subscribe'/>").presence_type(), Ok(PresenceType::Subscribe));
    assert_eq!(stanza("<iq id='1' type='set'/>").iq_type(), Ok(IqType::Set));
    for refused in [
        stanza("<presence type='available'/>").presence_type().unwrap_err(),
        stanza("<iq type='get'/>").iq_type().unwrap_err(),
        stanza("<iq id='1' type='ask'/>").iq_type().unwrap_err(),
    ] {
        assert_eq!(refused.condition, ErrorCondition::BadRequest);
    }
}

#[test]
fn a_malformed_address_is_told_as_such() {
    for to in ["a@", "@b", "a@b/", " ", "a@b@c"] {
        let error = stanza(&format!("<message to='{to}'/>")).to().unwrap_err();
        assert_eq!(error.condition, ErrorCondition::JidMalformed, "{to}");
    }
    assert_eq!(stanza("<message/>").to(), Ok(None));
}

#[test]
fn what_is_built_reads_back() {
    let forwarded = build::forwarded(
        &build::message(
            "a@b/c",
            "d@e",
            Some("chat"),
            Some("1<"),
            &build::text_element("body", ns::CLIENT, "x < y"),
        ),
        Some(&build::delay(1_031_699_305_000, Some("example.org"))),
    );
    let carbon = build::wrapped("sent", ns::CARBONS, &[], &forwarded);
    let outer = parse_stanza(&build::message("a@b", "a@b/d", None, None, &carbon)).unwrap();
    let expected: Element =
        "<message xmlns='jabber:client' from='a@b' to='a@b/d'><sent xmlns='urn:xmpp:carbons:2'>\
         <forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' from='example.org' \
         stamp='2002-09-10T23:08:25.000Z'/><message xmlns='jabber:client' from='a@b/c' to='d@e' id='1&lt;' \
         type='chat'><body>x &lt; y</body></message></forwarded></sent></message>"
            .parse()
            .unwrap();
    assert_eq!(outer.to_element().unwrap(), expected);
}

#[test]
fn features_carry_the_prefix_that_clients_expect() {
    let features: Element =
        "<features xmlns='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>\
         <ver xmlns='urn:xmpp:features:rosterver'/></features>"
            .parse()
            .unwrap();
    assert_eq!(
        build::element_bytes(&features),
        "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><ver xmlns='urn:xmpp:features:rosterver'/></stream:features>"
    );
    let iq: Element =
        "<iq xmlns='jabber:client' id='1'><query xmlns='jabber:iq:roster'/></iq>".parse().unwrap();
    assert_eq!(build::element_bytes(&iq), "<iq id='1'><query xmlns='jabber:iq:roster'/></iq>");
}
