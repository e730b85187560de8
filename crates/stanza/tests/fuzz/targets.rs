//! What is fuzzed, and what must hold whatever comes.

use bytes::Bytes;
use everpresent_stanza::{
    Element, ErrorCondition, Frame, FrameError, Framer, Limits, Mark, RawStanza, Stamp, StanzaError,
    parse_document, parse_stanza, with_client_namespace,
};

use crate::driver::fuzz;

const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' xmlns:e='urn:e' to='example.org' version='1.0' xml:lang='de'>";

const STANZAS: [&[u8]; 9] = [
    b"<message to='bob@example.org' type='chat' id='1'><body>Hello &lt;&#x20AC;&amp;\xc3\xbc</body></message>",
    b"<message from='a@b/c' to='d@e/f'><x xmlns='urn:x'><y z='1'/></x><e:z e:q='\"'/><!-- no --></message>",
    b"<presence><show>away</show><priority>-1</priority><c xmlns='http://jabber.org/protocol/caps' ver='x='/></presence>",
    b"<iq type='get' id='i'><query xmlns='jabber:iq:roster'/></iq> \n <iq type='result' id='r'/>",
    b"<message><body><![CDATA[</body>]]></body><stanza-id xmlns='urn:xmpp:sid:0' by='b' id='i'/></message>",
    b"<p:message xmlns:p='jabber:client'><p:body xml:lang='en'>x</p:body></p:message>",
    b"<message xmlns='jabber:client' xmlns:s='urn:s'><body xmlns='' s:a=''/></message>",
    b"<r xmlns='urn:xmpp:sm:3'/><a xmlns='urn:xmpp:sm:3' h='7'/></stream:stream>",
    b"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>",
];

const PIECES: [&[u8]; 34] = [
    b"<a>",
    b"</a>",
    b"<a/>",
    b"<",
    b">",
    b"/>",
    b"</",
    b"='",
    b"'",
    b"\"",
    b"&lt;",
    b"&#x",
    b"&#10;",
    b";",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?",
    b"?>",
    b"<!DOCTYPE",
    b"<!ENTITY",
    b" xmlns='",
    b" xmlns:p='urn:p'",
    b"p:",
    b"e:",
    b"xml:",
    b"xmlns:",
    b"stream:",
    b" a='1'",
    b"</message>",
    b"</stream:stream>",
    b"jabber:client",
    b"\xf4\x8f\xbf\xbf",
];

/// What a reader made of its bytes, in a few words.
type Behaviour = (Vec<&'static str>, Option<String>);

fn in_words(frame: &Frame) -> &'static str {
    match frame {
        Frame::StreamOpen(_) => "open",
        Frame::Stanza(stanza) if stanza.children().is_empty() => "empty stanza",
        Frame::Stanza(_) => "stanza",
        Frame::StreamClose => "close",
    }
}

/// Frames and the error that ended them, when the bytes come in pieces of these lengths (the last one again and again).
fn read(bytes: &[u8], pieces: &[usize]) -> (Vec<Frame>, Option<FrameError>) {
    let mut framer = Framer::new(Limits::SIGNED_IN);
    let (mut frames, mut rest, mut number) = (Vec::new(), bytes, 0);
    while !rest.is_empty() {
        let length = pieces[number.min(pieces.len() - 1)].clamp(1, rest.len());
        number += 1;
        let (piece, after) = rest.split_at(length);
        rest = after;
        framer.push(piece);
        assert!(
            framer.unread() <= Limits::SIGNED_IN.stanza_bytes + length,
            "more is held than a stanza may be"
        );
        loop {
            match framer.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(framer.next_frame().unwrap_err(), error, "an error stands");
                    return (frames, Some(error));
                }
            }
        }
    }
    (frames, None)
}

/// A stanza that was accepted means the same within the stream of any recipient, whose parser is another one.
fn is_fit_for_any_stream(stanza: &[u8]) {
    let mut document =
        b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>".to_vec();
    document.extend_from_slice(stanza);
    document.extend_from_slice(b"</stream:stream>");
    let parsed = Element::from_reader(document.as_slice());
    let parsed = parsed.unwrap_or_else(|error| panic!("{error}: {}", document.escape_ascii()));
    assert_eq!(parsed.children().count(), 1, "one stanza is one element: {}", document.escape_ascii());
}

fn behaviour(frames: &[Frame], error: Option<FrameError>) -> Behaviour {
    (frames.iter().take(8).map(in_words).collect(), error.map(|error| error.to_string()))
}

#[test]
fn xml_reader() {
    fuzz(&STANZAS, &PIECES, |input| {
        let mut bytes = HEADER.as_bytes().to_vec();
        bytes.extend_from_slice(input);
        let (frames, error) = read(&bytes, &[bytes.len()]);
        let cut = input.len() % 7 + 1;
        for pieces in [vec![HEADER.len() + 3, 1, cut], vec![HEADER.len() + input.len() / 2, input.len()]] {
            let (again, also) = read(&bytes, &pieces);
            assert_eq!(error, also, "the same error however the bytes come");
            assert_eq!(format!("{frames:?}"), format!("{again:?}"), "the same frames however the bytes come");
        }
        for frame in &frames {
            if let Frame::Stanza(stanza) = frame {
                is_fit_for_any_stream(stanza.bytes());
            }
        }
        behaviour(&frames, error)
    });
}

#[test]
fn stream_header() {
    fuzz(
        &[HEADER.as_bytes(), b"\n<stream:stream", b"<?xml version='1.0' encoding='UTF-8'?>"],
        &PIECES,
        |input| {
            let (frames, error) = read(input, &[input.len().max(1)]);
            let (again, also) = read(input, &[1]);
            assert_eq!(format!("{frames:?} {error:?}"), format!("{again:?} {also:?}"));
            assert!(
                frames.is_empty() || matches!(frames[0], Frame::StreamOpen(_)),
                "a stream begins with its header"
            );
            behaviour(&frames, error)
        },
    );
}

/// Looks into every corner of a stanza.
fn explore(stanza: &RawStanza) {
    let _ = (stanza.kind(), stanza.id(), stanza.type_(), stanza.from(), stanza.to());
    let _ = (
        stanza.message_type(),
        stanza.presence_type(),
        stanza.iq_type(),
        stanza.child_text("body", "jabber:client"),
    );
    for child in stanza.children() {
        stanza.child_element(child).unwrap();
    }
    stanza.to_element().unwrap();
    let error = StanzaError::new(ErrorCondition::BadRequest);
    for reply in
        [stanza.error_reply(&error), stanza.result_reply(b"<x xmlns='urn:x'/>")].into_iter().flatten()
    {
        parse_stanza(&reply).unwrap();
    }
}

/// What routing does to a stanza changes what it should and nothing else.
fn survives_restamping(stanza: &RawStanza) {
    let to = "o'neill&<co>\"@example.org/a\nb";
    let first_child = stanza.children().first().map(|child| child.range());
    let remove = |child: &everpresent_stanza::Child| Some(child.range()) == first_child;
    let append = [Bytes::from_static(b"<delay xmlns='urn:xmpp:delay'/>")];
    let stamp = Stamp {
        from: Mark::Remove,
        to: Mark::Set(to),
        remove: Some(&remove),
        append: &append,
        ..Stamp::default()
    };
    let stamped = stanza.restamp(&stamp);
    let again = parse_stanza(&stamped).unwrap_or_else(|error| panic!("{error}: {}", stamped.escape_ascii()));
    assert_eq!(again.attribute("to"), Some(to));
    assert_eq!(again.attribute("from"), None);
    assert_eq!(again.name(), stanza.name());
    let expected = stanza.children().len() - usize::from(first_child.is_some()) + 1;
    assert_eq!(again.children().len(), expected, "{}", stamped.escape_ascii());
    let plain = stanza.restamp(&Stamp::default());
    assert_eq!(parse_stanza(&plain).unwrap().to_element().unwrap(), stanza.to_element().unwrap());
    parse_stanza(&with_client_namespace(&plain)).unwrap();
}

#[test]
fn stanza_parser() {
    fuzz(&STANZAS, &PIECES, |input| {
        let mut bytes = HEADER.as_bytes().to_vec();
        bytes.extend_from_slice(input);
        let (frames, error) = read(&bytes, &[bytes.len()]);
        for frame in &frames {
            if let Frame::Stanza(stanza) = frame {
                explore(stanza);
                survives_restamping(stanza);
            }
        }
        // The same reader for what the database holds must at least not fall over.
        let stored =
            parse_stanza(&Bytes::copy_from_slice(input)).map(|stanza| stanza.children().len().min(4));
        (behaviour(&frames, error), stored.map_err(|error| error.to_string()))
    });
}

#[test]
fn websocket_document() {
    fuzz(&STANZAS, &PIECES, |input| {
        let document = Bytes::copy_from_slice(input);
        let frame = parse_document(&document, &Limits::SIGNED_IN);
        if let Ok(Frame::Stanza(stanza)) = &frame {
            explore(stanza);
            is_fit_for_any_stream(&stanza.restamp(&Stamp::default()));
        }
        frame.map(|frame| in_words(&frame)).map_err(|error| error.to_string())
    });
}
