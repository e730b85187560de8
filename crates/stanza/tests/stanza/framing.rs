//! Streams of well-behaved peers.

use everpresent_stanza::{Frame, FrameError, Framer, Limits, StreamCondition, ns};
use proptest::prelude::*;

use crate::story::{HEADER, cuts, described, drain, open_stream, open_stream_with, refusal, stanza};

/// All that a stream may hold, with everything that is awkward to cut.
fn conversation() -> String {
    format!(
        "{HEADER}\n\n<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism='PLAIN'>AGE=</auth >\r\n \
         <iq type='get' id='a&#x26;b'><ping xmlns='urn:xmpp:ping'/></iq><presence/>\t<presence></presence>\
         <message to='j@example.org' xml:lang='en' note='&lt;&apos;'><body>Grüße 😀 &amp; ]] <![CDATA[<b>]]>\
         </body><![CDATA[]]><x xmlns='jabber:x:oob'><url>u</url></x></message> \
         <message><stream:inner a='1'/><p:x xmlns:p='urn:p' p:a='2' b='\t'>t</p:x></message>\
         <r xmlns='urn:xmpp:sm:3'/></stream:stream> "
    )
}

proptest! {
    #[test]
    fn frames_do_not_depend_on_how_bytes_are_divided(cuts in cuts()) {
        let bytes = conversation();
        prop_assert_eq!(described(bytes.as_bytes(), &cuts), described(bytes.as_bytes(), &[]));
    }
}

#[test]
fn frames_are_the_same_byte_by_byte() {
    let bytes = conversation();
    let (expected, error) = described(bytes.as_bytes(), &[]);
    assert_eq!((expected.len(), error), (9, None));
    let mut framer = Framer::new(Limits::SIGNED_IN);
    let mut frames = 0;
    for byte in bytes.as_bytes() {
        framer.push(&[*byte]);
        frames += drain(&mut framer).unwrap().len();
    }
    assert_eq!(frames, expected.len());
    assert_eq!(framer.unread(), 0);
}

#[test]
fn what_needs_no_context_passes_as_the_bytes_that_came() {
    for xml in [
        "<message to=\"a@b\" xml:lang='en' ><body>x</body> </message >",
        "<message><body/><html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='urn:w'>x</body></html></message>",
        "<iq xmlns='jabber:client' type='result' id='1'/>",
        "<a xmlns='urn:xmpp:sm:3' h='1'/>",
        "<message>&#x41;<![CDATA[]]><![CDATA[<&]]><body><![CDATA[]]></body></message>",
    ] {
        assert_eq!(stanza(xml).bytes(), xml);
    }
}

#[test]
fn prefixes_are_resolved_whether_declared_within_the_stanza_or_on_the_header() {
    for (received, expected) in [
        (
            "<c:message xmlns:c='jabber:client' to='a'><c:body>x</c:body></c:message>",
            "<message to='a'><body>x</body></message>",
        ),
        (
            "<message><stream:x/></message>",
            "<message><x xmlns='http://etherx.jabber.org/streams'/></message>",
        ),
        (
            "<stream:error><a/></stream:error>",
            "<error xmlns='http://etherx.jabber.org/streams'><a xmlns='jabber:client'/></error>",
        ),
        (
            "<message><b xmlns:p='urn:p'><p:c><d/></p:c></b></message>",
            "<message><b><c xmlns='urn:p'><d xmlns='jabber:client'/></c></b></message>",
        ),
        (
            "<message><p:b xmlns:p='urn:p' p:a='1' a='2' xml:lang='de'/></message>",
            "<message><b xmlns='urn:p' a='2' xml:lang='de' xmlns:ns0='urn:p' ns0:a='1'/></message>",
        ),
        (
            "<message xmlns:p='urn:p' p:a='&lt;'><x xmlns=''/>&gt;</message>",
            "<message xmlns:ns0='urn:p' ns0:a='&lt;'><x xmlns=''/>&gt;</message>",
        ),
        ("<message xmlns:unused='urn:u'><body/></message>", "<message><body/></message>"),
    ] {
        assert_eq!(stanza(received).bytes(), expected);
    }
}

#[test]
fn a_resolved_stanza_is_read_back_as_it_was() {
    let resolved = stanza("<message xmlns:p='urn:p' p:a='1'><p:b p:c='2'>x</p:b></message>");
    let again = everpresent_stanza::parse_stanza(resolved.bytes()).unwrap();
    assert_eq!(again.bytes(), resolved.bytes());
    assert!(again.has_child("b", "urn:p"));
    assert_eq!(again.to_element().unwrap(), resolved.to_element().unwrap());
}

#[test]
fn a_stream_with_another_default_namespace_gives_the_same_stanzas() {
    let header = "<stream xmlns='http://etherx.jabber.org/streams' to='example.org'>";
    let mut framer = open_stream_with(header, Limits::SIGNED_IN);
    framer.push(b"<message xmlns='jabber:client'><body>x</body></message><error/>");
    let frames = drain(&mut framer).unwrap();
    let [Frame::Stanza(message), Frame::Stanza(error)] = frames.as_slice() else { panic!("{frames:?}") };
    assert_eq!(message.to_tcp_form(), "<message><body>x</body></message>");
    assert!(error.is("error", ns::STREAM));
    assert_eq!(error.bytes(), "<error xmlns='http://etherx.jabber.org/streams'/>");
}

#[test]
fn the_header_tells_whom_the_peer_wants() {
    let mut framer = Framer::new(Limits::BEFORE_SIGN_IN);
    framer.push(b"\n");
    framer.push(HEADER.as_bytes());
    let Ok(Some(Frame::StreamOpen(header))) = framer.next_frame() else { panic!("no header") };
    assert_eq!(header.to.as_deref(), Some("example.org"));
    assert_eq!(header.version.as_deref(), Some("1.0"));
    assert_eq!(header.lang.as_deref(), Some("de"));
    assert_eq!((header.from, header.id), (None, None));
    assert_eq!(header.default_namespace, *ns::CLIENT);
}

#[test]
fn a_header_that_opens_no_stream_is_refused() {
    let streams = "xmlns:stream='http://etherx.jabber.org/streams'";
    for (header, condition) in [
        ("<stream:stream xmlns:stream='urn:other'>", StreamCondition::InvalidNamespace),
        ("<stream:stream xmlns='jabber:client'>", StreamCondition::InvalidNamespace),
        (&format!("<stream:features {streams}>"), StreamCondition::BadFormat),
        (&format!("<stream:stream {streams} x:y='1'>"), StreamCondition::NotWellFormed),
        (&format!("<stream:stream {streams} to='a' to='b'>"), StreamCondition::NotWellFormed),
        ("GET / HTTP/1.1\r\n", StreamCondition::BadFormat),
        ("<?xml version='1.0' encoding='latin1'?>", StreamCondition::UnsupportedEncoding),
        ("\u{feff}<stream:stream", StreamCondition::BadFormat),
    ] {
        let mut framer = Framer::new(Limits::BEFORE_SIGN_IN);
        framer.push(header.as_bytes());
        let error = framer.next_frame().unwrap_err();
        assert_eq!(error.condition(), condition, "{header}: {error}");
    }
}

#[test]
fn white_space_between_stanzas_keeps_alive_and_costs_nothing() {
    let mut framer = open_stream();
    for _ in 0..1000 {
        framer.push(&[b' '; 1000]);
        assert!(drain(&mut framer).unwrap().is_empty());
        assert_eq!(framer.unread(), 0);
    }
    framer.push(b"\r\n<presence/>");
    assert_eq!(drain(&mut framer).unwrap().len(), 1);
    assert!(size_of::<Framer>() <= 1024, "an idle connection holds this: {}", size_of::<Framer>());
}

#[test]
fn a_stanza_may_be_as_long_as_the_limit_and_not_a_byte_more() {
    let limit = Limits::SIGNED_IN.stanza_bytes;
    let frame = "<message><body></body></message>".len();
    for piece in [limit + 1, 1400, 7] {
        for (length, fits) in [(limit, true), (limit + 1, false)] {
            let xml = format!("<message><body>{}</body></message>", "a".repeat(length - frame));
            let mut framer = open_stream();
            let mut result = Ok(Vec::new());
            for part in xml.as_bytes().chunks(piece) {
                framer.push(part);
                result = drain(&mut framer);
                assert!(framer.unread() <= limit + piece);
            }
            match result {
                Ok(frames) => assert!(fits && frames.len() == 1),
                Err(error) => assert!(!fits && error == FrameError::StanzaTooLong(limit), "{error}"),
            }
        }
    }
}

#[test]
fn sign_in_raises_the_limit() {
    let body = "a".repeat(Limits::BEFORE_SIGN_IN.stanza_bytes);
    let message = format!("<message><body>{body}</body></message>");
    let mut framer = open_stream_with(HEADER, Limits::BEFORE_SIGN_IN);
    framer.push(message.as_bytes());
    assert_eq!(drain(&mut framer).unwrap_err().condition(), StreamCondition::PolicyViolation);
    let mut framer = open_stream_with(HEADER, Limits::BEFORE_SIGN_IN);
    framer.set_limits(Limits::SIGNED_IN);
    framer.push(message.as_bytes());
    assert_eq!(drain(&mut framer).unwrap().len(), 1);
}

#[test]
fn a_stream_begins_anew_with_what_was_sent_ahead() {
    let mut framer = open_stream();
    framer.push(format!("<auth xmlns='{}'/>{HEADER}<presence/>", ns::SASL).as_bytes());
    assert!(matches!(framer.next_frame(), Ok(Some(Frame::Stanza(_)))));
    assert_eq!(framer.unread(), HEADER.len() + "<presence/>".len());
    framer.restart();
    let frames = drain(&mut framer).unwrap();
    assert!(matches!(frames.as_slice(), [Frame::StreamOpen(_), Frame::Stanza(_)]));
}

#[test]
fn nothing_counts_after_the_end_of_the_stream() {
    let mut framer = open_stream();
    framer.push(b"<presence/></stream:stream><message/>");
    assert_eq!(drain(&mut framer).unwrap().len(), 2);
    framer.push(&[b'<'; 1000]);
    assert!(matches!(framer.next_frame(), Ok(None)));
    assert_eq!(framer.unread(), 0);
}

#[test]
fn text_between_stanzas_is_refused() {
    for xml in ["hello", "<presence/>x", "&#32;", "<![CDATA[ ]]><presence/>", "<![CDATA[]]><presence/>", "]"]
    {
        assert_eq!(refusal(xml), FrameError::TextOutsideStanza, "{xml}");
    }
}
