//! What is told to those whose stanza or stream was refused.

use bytes::Bytes;
use everpresent_stanza::{
    Element, ErrorCondition, ErrorType, FrameError, Jid, StanzaError, StreamCondition, StreamError, build,
    ns, parse_stanza,
};

use crate::story::stanza;

#[test]
fn an_error_goes_back_without_the_content() {
    let message =
        stanza("<message from='a@b/c' to='d@e' id='&apos;7' xml:lang='en'><body>secret</body></message>");
    let error = StanzaError::new(ErrorCondition::ServiceUnavailable)
        .with_text("a < b")
        .with_by(Jid::new("e").unwrap());
    assert_eq!(
        message.error_reply(&error).unwrap(),
        "<message from='d@e' to='a@b/c' id='&apos;7' type='error'><error type='cancel' by='e'>\
         <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>\
         <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>a &lt; b</text></error></message>"
    );
}

#[test]
fn errors_and_results_are_never_answered() {
    let error = StanzaError::new(ErrorCondition::BadRequest);
    for xml in [
        "<message type='error'/>",
        "<presence type='error'/>",
        "<iq type='error' id='1'/>",
        "<iq type='result' id='1'/>",
        "<r xmlns='urn:xmpp:sm:3'/>",
    ] {
        assert_eq!(stanza(xml).error_reply(&error), None, "{xml}");
    }
    for xml in ["<message type='result'/>", "<presence/>", "<iq type='get' id='1'/>", "<iq/>"] {
        assert!(stanza(xml).error_reply(&error).is_some(), "{xml}");
    }
}

#[test]
fn a_malformed_address_is_not_sent_back() {
    let message = stanza("<message from='a@b/c' to='@&lt;' id='1'/>");
    let error = message.to().unwrap_err();
    let reply = parse_stanza(&message.error_reply(&error).unwrap()).unwrap();
    assert_eq!(
        (reply.attribute("from"), reply.attribute("to"), reply.id()),
        (None, Some("a@b/c"), Some("1"))
    );
}

#[test]
fn an_application_condition_stands_beside_the_defined_one() {
    let blocked = Bytes::from_static(b"<blocked xmlns='urn:xmpp:blocking:errors'/>");
    let error = StanzaError::new(ErrorCondition::NotAcceptable)
        .with_type(ErrorType::Cancel)
        .with_application(blocked);
    let reply = parse_stanza(&stanza("<message from='a@b'/>").error_reply(&error).unwrap()).unwrap();
    let error = reply.child_element(reply.child("error", ns::CLIENT).unwrap()).unwrap();
    assert!(error.has_child("not-acceptable", ns::STANZAS));
    assert!(error.has_child("blocked", ns::BLOCKING_ERRORS));
    assert_eq!(error.attr("type"), Some("cancel"));
}

#[test]
fn only_requests_get_a_result() {
    let request = stanza("<iq type='get' id='1' from='a@b/c' to='b'><ping xmlns='urn:xmpp:ping'/></iq>");
    assert_eq!(request.result_reply(b"").unwrap(), "<iq from='b' to='a@b/c' id='1' type='result'/>");
    let query = request.result_reply(b"<query xmlns='jabber:iq:version'/>").unwrap();
    assert!(parse_stanza(&query).unwrap().has_child("query", ns::VERSION));
    for xml in ["<iq type='result' id='1'/>", "<iq type='get'/>", "<message id='1' type='get'/>"] {
        assert_eq!(stanza(xml).result_reply(b""), None, "{xml}");
    }
}

#[test]
fn a_stream_error_has_a_form_for_each_transport() {
    let error = StreamError::from(FrameError::TooDeep(32));
    let details = "<policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>\
                   <text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>elements are nested more than 32 deep</text>";
    assert_eq!(error.to_bytes(), format!("<stream:error>{details}</stream:error>"));
    let alone =
        format!("<stream:error xmlns:stream='http://etherx.jabber.org/streams'>{details}</stream:error>");
    assert_eq!(error.to_websocket_bytes(), alone);
    let element: Element = format!("<s xmlns='urn:s'>{alone}</s>").parse().unwrap();
    assert!(element.has_child("error", ns::STREAM));
}

#[test]
fn our_side_of_a_stream_is_well_formed_from_header_to_end() {
    let header = build::stream_header("example.org", Some("a@b/'"), "id");
    let text = String::from_utf8(header.to_vec()).unwrap() + build::STREAM_CLOSE;
    let stream: Element = text.parse().unwrap();
    assert!(stream.is("stream", ns::STREAM));
    assert_eq!((stream.attr("to"), stream.attr("version")), (Some("a@b/'"), Some("1.0")));
}

#[test]
fn every_condition_of_the_rfc_is_there_once() {
    let mut stanza_names: Vec<&str> = ErrorCondition::ALL.iter().map(|condition| condition.name()).collect();
    let mut stream_names: Vec<&str> = StreamCondition::ALL.iter().map(|condition| condition.name()).collect();
    for (names, expected) in [(&mut stanza_names, 22), (&mut stream_names, 25)] {
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), expected);
    }
    for condition in ErrorCondition::ALL {
        let element: Element = String::from_utf8(StanzaError::new(*condition).to_bytes().to_vec())
            .unwrap()
            .replacen("<error", "<error xmlns='jabber:client'", 1)
            .parse()
            .unwrap();
        assert!(element.has_child(condition.name(), ns::STANZAS));
    }
}
