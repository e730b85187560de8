//! Peers that want to cost us something, or to cut others off.

use std::fmt::Write as _;

use everpresent_stanza::{Frame, FrameError, Framer, Limits, StreamCondition};
use proptest::prelude::*;
use rxml::{Parse, Parser};

use crate::story::{HEADER, cuts, described, drain, open_stream, open_stream_with, refusal, stanza};

#[test]
fn constructs_that_xmpp_forbids_are_refused() {
    for (xml, condition) in [
        ("<!DOCTYPE a [<!ENTITY x 'y'>]>", StreamCondition::RestrictedXml),
        ("<message><!ENTITY x 'y'></message>", StreamCondition::RestrictedXml),
        ("<message><!-- hidden --></message>", StreamCondition::RestrictedXml),
        ("<!-- hidden -->", StreamCondition::RestrictedXml),
        ("<?xml-stylesheet href='x'?>", StreamCondition::RestrictedXml),
        ("<?xml version='1.0'?>", StreamCondition::RestrictedXml),
        ("<message><?php ?></message>", StreamCondition::RestrictedXml),
        ("<message>&lol;</message>", StreamCondition::RestrictedXml),
        ("<message a='&lol;'/>", StreamCondition::RestrictedXml),
        ("<message>&#0;</message>", StreamCondition::NotWellFormed),
        ("<message>&#xD800;</message>", StreamCondition::NotWellFormed),
        ("<message>&#xFFFE;</message>", StreamCondition::NotWellFormed),
        ("<message>\u{ffff}</message>", StreamCondition::NotWellFormed),
        ("<message>\u{1}</message>", StreamCondition::NotWellFormed),
        ("<message>]]></message>", StreamCondition::NotWellFormed),
        ("<message a='<'/>", StreamCondition::NotWellFormed),
        ("<message a=b/>", StreamCondition::NotWellFormed),
        ("<message a='1'b='2'/>", StreamCondition::NotWellFormed),
        ("<message a/>", StreamCondition::NotWellFormed),
        ("<message></iq>", StreamCondition::NotWellFormed),
        ("<message/ >", StreamCondition::NotWellFormed),
        ("< message/>", StreamCondition::NotWellFormed),
        ("<1/>", StreamCondition::NotWellFormed),
        ("<a:b:c/>", StreamCondition::NotWellFormed),
        ("<:a/>", StreamCondition::NotWellFormed),
    ] {
        assert_eq!(refusal(xml).condition(), condition, "{xml}");
    }
}

#[test]
fn a_document_type_before_the_header_is_refused() {
    let mut framer = Framer::new(Limits::BEFORE_SIGN_IN);
    framer.push(b"<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'>]>");
    assert_eq!(framer.next_frame().unwrap_err().condition(), StreamCondition::RestrictedXml);
}

#[test]
fn namespace_tricks_that_break_a_recipients_parser_are_refused() {
    use FrameError::{DuplicateAttribute, NameNotAscii, NamespaceNotUri, ReservedNamespace, XmlId};
    let xml_namespace = "http://www.w3.org/XML/1998/namespace";
    let xmlns_namespace = "http://www.w3.org/2000/xmlns/";
    for (xml, expected) in [
        ("<message a='1' a='2'/>".to_owned(), DuplicateAttribute),
        ("<message><x a='1' b='' a='2'/></message>".to_owned(), DuplicateAttribute),
        ("<message><x><y xml:lang='a' xml:lang='b'/></x></message>".to_owned(), DuplicateAttribute),
        ("<message xmlns='jabber:client' xmlns='jabber:client'/>".to_owned(), DuplicateAttribute),
        ("<message xmlns:p='urn:p' xmlns:p='urn:p'/>".to_owned(), DuplicateAttribute),
        ("<message xmlns:p='urn:p' xmlns:q='urn:p' p:a='1' q:a='1'/>".to_owned(), DuplicateAttribute),
        ("<message xmlns:xmlns='urn:p'/>".to_owned(), ReservedNamespace),
        ("<message xmlns:xml='urn:p'/>".to_owned(), ReservedNamespace),
        (format!("<message xmlns='{xml_namespace}'/>"), ReservedNamespace),
        (format!("<message><x xmlns='{xmlns_namespace}'/></message>"), ReservedNamespace),
        (format!("<message xmlns:p='{xml_namespace}'/>"), ReservedNamespace),
        (format!("<message xmlns:p='{xmlns_namespace}'/>"), ReservedNamespace),
        ("<message><xml:x/></message>".to_owned(), ReservedNamespace),
        ("<message><xmlns:x/></message>".to_owned(), ReservedNamespace),
        ("<message><x xmlns='urn:a}b'/></message>".to_owned(), NamespaceNotUri),
        ("<message><x xmlns='urn:a b'/></message>".to_owned(), NamespaceNotUri),
        ("<message><x xmlns='urn:a|b'/></message>".to_owned(), NamespaceNotUri),
        ("<message><p:x xmlns:p='urn:ü'/></message>".to_owned(), NamespaceNotUri),
        ("<message><x xmlns='&#10;'/></message>".to_owned(), NamespaceNotUri),
        ("<message><x xmlns='urn:%zz'/></message>".to_owned(), NamespaceNotUri),
        ("<message><x xml:id='1'/></message>".to_owned(), XmlId),
        ("<message><ü/></message>".to_owned(), NameNotAscii),
        ("<message \u{a66e}='1'/>".to_owned(), NameNotAscii),
    ] {
        assert_eq!(refusal(&xml), expected, "{xml}");
    }
    for xml in [
        "<p:message/>",
        "<message p:a='1'/>",
        "<message><p:x/></message>",
        "<message><p:x xmlns:p=''/></message>",
    ] {
        assert_eq!(refusal(xml).condition(), StreamCondition::NotWellFormed, "{xml}");
    }
}

#[test]
fn invalid_utf8_is_refused_wherever_it_stands() {
    for bytes in [
        b"<message>\xff</message>".as_slice(),
        b"<message>\xc3\x28</message>",
        b"<message a='\xed\xa0\x80'/>",
        b"<message>\xf8\x88\x80\x80\x80</message>",
        b"<message>\xc0\x80</message>",
    ] {
        assert_eq!(refusal(bytes).condition(), StreamCondition::UnsupportedEncoding, "{bytes:?}");
    }
}

#[test]
fn ten_thousand_levels_end_at_the_cap() {
    for limits in [Limits::BEFORE_SIGN_IN, Limits::SIGNED_IN] {
        let unclosed = "<a>".repeat(10_000);
        let closed = format!("{unclosed}{}", "</a>".repeat(10_000));
        for xml in [unclosed, closed] {
            let mut framer = open_stream_with(HEADER, limits);
            framer.push(xml.as_bytes());
            assert_eq!(drain(&mut framer).unwrap_err(), FrameError::TooDeep(limits.depth));
            assert_eq!(framer.unread(), 0, "an ended stream keeps nothing");
        }
    }
    let depth = Limits::SIGNED_IN.depth;
    let deepest = format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(stanza(&deepest).to_element().is_ok());
}

#[test]
fn the_parts_of_a_stanza_are_counted() {
    let limits = Limits::SIGNED_IN;
    let attributes = |count: usize| {
        (0..count).fold(String::new(), |mut all, index| {
            let _ = write!(all, " a{index}=''");
            all
        })
    };
    let name = |length: usize| "n".repeat(length);
    let nested = |count: usize| format!("<iq><q>{}</q></iq>", "<i/>".repeat(count));
    for (fits, too_many, expected) in [
        (
            format!("<iq{}/>", attributes(limits.attributes)),
            format!("<iq{}/>", attributes(limits.attributes + 1)),
            FrameError::TooManyAttributes(limits.attributes),
        ),
        (
            format!("<iq>{}</iq>", "<i/>".repeat(limits.children)),
            format!("<iq>{}</iq>", "<i/>".repeat(limits.children + 1)),
            FrameError::TooManyChildren(limits.children),
        ),
        (
            nested(limits.elements - 2),
            nested(limits.elements - 1),
            FrameError::TooManyElements(limits.elements),
        ),
        (
            format!("<{}/>", name(limits.name_bytes)),
            format!("<{}/>", name(limits.name_bytes + 1)),
            FrameError::NameTooLong(limits.name_bytes),
        ),
        (
            format!("<a {}=''/>", name(limits.name_bytes)),
            format!("<a {}=''/>", name(limits.name_bytes + 1)),
            FrameError::NameTooLong(limits.name_bytes),
        ),
    ] {
        stanza(&fits);
        assert_eq!(refusal(&too_many), expected);
    }
}

#[test]
fn what_never_ends_is_cut_off() {
    for (start, endless) in [
        ("<", "n"),
        ("<message ", "n"),
        ("<message a='", "v"),
        ("<message a='", "&amp;"),
        ("<message ", " "),
        ("<message>", "t"),
        ("<message>", "&#65;"),
        ("<message><![CDATA[", "c"),
        ("<message>", "]"),
        ("<message>", "\r"),
        ("</stream:stream", " "),
        ("<message></message", "\n"),
        ("<message>&#x", "0"),
        ("<message>", "<a/>"),
        ("<message a='1' ", "b='1' "),
        ("<![CDATA[", "]"),
    ] {
        let mut framer = open_stream();
        framer.push(start.as_bytes());
        let piece = endless.repeat(1024);
        let result = (0..1024).try_for_each(|_| {
            framer.push(piece.as_bytes());
            assert!(framer.unread() <= Limits::SIGNED_IN.stanza_bytes + piece.len());
            drain(&mut framer).map(|_| ())
        });
        let error = result.expect_err(start);
        assert!(!matches!(error, FrameError::NotOneDocument), "{start}{endless}: {error}");
    }
}

#[test]
fn a_header_that_never_ends_is_cut_off() {
    for endless in ["<stream:stream ", "<?xml ", "<?xml version='1.0'?>"] {
        let mut framer = Framer::new(Limits::BEFORE_SIGN_IN);
        framer.push(endless.as_bytes());
        framer.push(&[b' '; 8 * 1024]);
        assert_eq!(
            framer.next_frame().unwrap_err().condition(),
            StreamCondition::PolicyViolation,
            "{endless}"
        );
    }
}

#[test]
fn resolving_prefixes_does_not_multiply_the_input() {
    let uri = format!("urn:{}", "u".repeat(8000));
    let xml = format!("<iq xmlns:p='{uri}'><q>{}</q></iq>", "<p:i/>".repeat(8000));
    assert_eq!(refusal(xml), FrameError::StanzaTooLong(Limits::SIGNED_IN.stanza_bytes));
}

#[test]
fn an_error_stands_and_nothing_is_kept() {
    let mut framer = open_stream();
    framer.push(b"<presence/><message a='1' a='2'>");
    assert!(matches!(framer.next_frame(), Ok(Some(Frame::Stanza(_)))));
    for _ in 0..3 {
        assert_eq!(framer.next_frame().unwrap_err(), FrameError::DuplicateAttribute);
        framer.push(&[b'x'; 1000]);
        assert_eq!(framer.unread(), 0);
    }
}

/// Pieces of markup that make most sequences nearly well-formed.
fn markup() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        8 => proptest::sample::select(vec![
            "<message>", "</message>", "<message ", "<body>", "</body>", "<x/>", "<x ", "/>", ">", " xmlns='urn:a'",
            " xmlns:p='urn:p'", " xmlns=''", "<p:y>", "</p:y>", " p:a='1'", " a='&amp;'", " a=\"'\"", " xml:lang='de'",
            "<![CDATA[", "]]>", "]", "&lt;", "&#10;", "text", " ", "\r\n", "😀", "<stream:z/>", "</stream:stream>",
        ]).prop_map(str::to_owned),
        1 => ".{0,3}",
    ];
    proptest::collection::vec(token, 0..30).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300), cuts in cuts()) {
        let (_, error) = described(&bytes, &cuts);
        prop_assert_eq!(described(&bytes, &[]).1, error);
    }

    #[test]
    fn random_markup_does_no_harm_however_it_is_divided(markup in markup(), cuts in cuts()) {
        let bytes = format!("{HEADER}<message>{markup}");
        prop_assert_eq!(described(bytes.as_bytes(), &cuts), described(bytes.as_bytes(), &[]));
    }

    #[test]
    fn what_is_let_through_is_well_formed_on_any_other_stream(markup in markup()) {
        let mut framer = open_stream();
        framer.push(format!("<message>{markup}</message>").as_bytes());
        while let Ok(Some(frame)) = framer.next_frame() {
            let Frame::Stanza(stanza) = frame else { continue };
            // Another stream binds no prefix but `stream`; this parser checks namespaces wholly.
            let mut parser = Parser::new();
            let stream = format!("<stream:stream xmlns='jabber:client' xmlns:stream='urn:other'>{}",
                String::from_utf8(stanza.to_tcp_form().to_vec()).unwrap());
            let mut bytes = stream.as_bytes();
            let result = parser.parse_all(&mut bytes, false, |_| {});
            prop_assert!(matches!(result, Err(rxml::error::EndOrError::NeedMoreData)), "{:?}: {}", result, stream);
            prop_assert!(stanza.to_element().is_ok());
            let again = everpresent_stanza::parse_stanza(&stanza.to_tcp_form()).unwrap();
            prop_assert_eq!(again.to_element().unwrap(), stanza.to_element().unwrap());
        }
    }
}
