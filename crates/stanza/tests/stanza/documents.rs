//! WebSocket messages.

use bytes::Bytes;
use everpresent_stanza::{
    Frame, FrameError, Limits, StanzaKind, StreamCondition, build, parse_document, with_client_namespace,
};

fn parse(xml: &str) -> Result<Frame, FrameError> {
    parse_document(&Bytes::copy_from_slice(xml.as_bytes()), &Limits::SIGNED_IN)
}

#[test]
fn open_and_close_are_those_of_a_stream() {
    let open =
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0' xml:lang='en'/>";
    let Ok(Frame::StreamOpen(header)) = parse(open) else { panic!("no header") };
    assert_eq!((header.to.as_deref(), header.lang.as_deref()), (Some("example.org"), Some("en")));
    assert!(matches!(parse(build::WEBSOCKET_CLOSE), Ok(Frame::StreamClose)));
    let ours = build::websocket_open("example.org", None, "i'd");
    assert!(matches!(parse_document(&ours, &Limits::SIGNED_IN), Ok(Frame::StreamOpen(_))));
}

#[test]
fn a_stanza_keeps_its_bytes_and_loses_its_namespace_only_when_stamped() {
    let xml = "<message xmlns='jabber:client' to='a@b'><body>x</body></message>";
    let Ok(Frame::Stanza(stanza)) = parse(xml) else { panic!("no stanza") };
    assert_eq!((stanza.kind(), stanza.bytes().as_ref()), (StanzaKind::Message, xml.as_bytes()));
    assert_eq!(stanza.to_tcp_form(), "<message to='a@b'><body>x</body></message>");
    assert_eq!(with_client_namespace(&stanza.to_tcp_form()), xml);
}

#[test]
fn prefixes_and_declarations_are_understood() {
    let xml = "<?xml version='1.0'?> <c:message xmlns:c='jabber:client'><c:body>x</c:body></c:message>\n";
    let Ok(Frame::Stanza(stanza)) = parse(xml) else { panic!("no stanza") };
    assert_eq!(stanza.bytes(), "<message><body>x</body></message>");
}

#[test]
fn a_stanza_without_a_namespace_is_none() {
    let Ok(Frame::Stanza(stanza)) = parse("<message><body/></message>") else { panic!("no stanza") };
    assert_eq!((stanza.kind(), stanza.namespace()), (StanzaKind::Nonza, ""));
}

#[test]
fn a_message_that_is_not_one_element_is_refused() {
    for xml in ["", " ", "<a>", "<a/><b/>", "<a/>x", "</a>", "<?xml version='1.0'?>"] {
        assert_eq!(parse(xml).unwrap_err().condition(), StreamCondition::NotWellFormed, "{xml:?}");
    }
    let long = format!("<a>{}</a>", "x".repeat(Limits::SIGNED_IN.stanza_bytes));
    assert_eq!(parse(&long).unwrap_err(), FrameError::StanzaTooLong(Limits::SIGNED_IN.stanza_bytes));
    assert!(matches!(parse(&"<a>".repeat(10_000)), Err(FrameError::TooDeep(_))));
}

#[test]
fn what_goes_out_alone_declares_what_it_needs() {
    for (tcp, alone) in [
        ("<presence/>", "<presence xmlns='jabber:client'/>"),
        (
            "<iq  id='=>'><q xmlns='urn:q'/></iq>",
            "<iq xmlns='jabber:client'  id='=>'><q xmlns='urn:q'/></iq>",
        ),
        ("<message a='xmlns='><x/></message>", "<message xmlns='jabber:client' a='xmlns='><x/></message>"),
        ("<r xmlns='urn:xmpp:sm:3'/>", "<r xmlns='urn:xmpp:sm:3'/>"),
        ("<a h='1' xmlns = \"urn:xmpp:sm:3\"/>", "<a h='1' xmlns = \"urn:xmpp:sm:3\"/>"),
        ("<stream:features/>", "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>"),
    ] {
        let once = with_client_namespace(&Bytes::from_static(tcp.as_bytes()));
        assert_eq!(once, alone);
        assert_eq!(with_client_namespace(&once), alone, "twice is as once");
    }
}
