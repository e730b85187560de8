//! Fuzz target: the negotiation of a stream, from bytes on. Run for longer by `cargo xtask fuzz`.
#![allow(
    clippy::disallowed_methods,
    reason = "a fuzzer looks at the clock and at the environment; the crate under test does not"
)]

#[cfg(test)]
#[path = "../../../stanza/tests/fuzz/driver.rs"]
mod driver;
#[cfg(test)]
#[allow(dead_code, reason = "made for more than this")]
#[path = "../negotiation/house.rs"]
mod house;

use everpresent_stanza::{Frame, Framer, Limits, StreamHeader};
use everpresent_stream::negotiation::MAX_SIGN_IN_FAILURES;
use everpresent_stream::{Channel, Input};
use house::{Event, House, Visit, alice, bindings, tls};

const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' to='example.org' version='1.0'>";

/// What clients say, with proofs that are wrong.
const SAYINGS: [&[u8]; 12] = [
    b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>biwsbj1hbGljZSxyPWFiYw==</auth>",
    b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHdyb25n</auth>",
    b"<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>Yz1iaXdzLHI9YWJjLHA9QUFBQQ==</response>",
    b"<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
    b"<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-256'><initial-response>biwsbj1hbGljZSxyPWFiYw==\
      </initial-response><user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'><software>x</software></user-agent>\
      <bind xmlns='urn:xmpp:bind:0'><tag>t</tag><enable xmlns='urn:xmpp:sm:3' resume='true'/></bind></authenticate>",
    b"<authenticate xmlns='urn:xmpp:sasl:2' mechanism='HT-SHA-256-EXPR'><initial-response>YWxpY2UAAAAAAAAAAAAAAAAAAAAA\
      AAAAAAAAAAAAAAAAAAAAAAAAAAAA</initial-response><fast xmlns='urn:xmpp:fast:0' count='1' invalidate='1'/>\
      <resume xmlns='urn:xmpp:sm:3' previd='00000000000000000000000000000001' h='0'/></authenticate>",
    b"<response xmlns='urn:xmpp:sasl:2'>Yz1iaXdzLHI9YWJjLHA9QUFBQQ==</response>",
    b"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>",
    b"<resume xmlns='urn:xmpp:sm:3' previd='00000000000000000000000000000001' h='4294967295'/>",
    b"<enable xmlns='urn:xmpp:sm:3' resume='true' max='1'/><message><body>x</body></message><presence/>",
    b"</stream:stream>",
];

const PIECES: [&[u8]; 18] = [
    b"PLAIN",
    b"SCRAM-SHA-1",
    b"SCRAM-SHA-512-PLUS",
    b"HT-SHA-256-ENDP",
    b"=",
    b"AAAA",
    b" h='",
    b" count='",
    b"-1",
    b"99999999999",
    b"true",
    b"<authorization-identifier/>",
    b"<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-EXPR'/>",
    b"<fast xmlns='urn:xmpp:fast:0'/>",
    b"<bind xmlns='urn:xmpp:bind:0'/>",
    b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    b"<inactive xmlns='urn:xmpp:csi:0'/>",
    b"</stream:stream>",
];

/// A reader behind a stream header.
fn reader() -> (Framer, StreamHeader) {
    let mut framer = Framer::new(Limits::BEFORE_SIGN_IN);
    framer.push(HEADER.as_bytes());
    match framer.next_frame() {
        Ok(Some(Frame::StreamOpen(header))) => (framer, header),
        other => panic!("{other:?}"),
    }
}

/// The bytes of a client as a connection hears them, up to where the stream ends.
fn hear(visit: &mut Visit<'_>, mut framer: Framer, bytes: &[u8]) {
    framer.push(bytes);
    let mut opened = visit.events.len();
    while visit.closed.is_none() && visit.established().is_none() {
        let input = match framer.next_frame() {
            Ok(Some(Frame::StreamOpen(header))) => Input::StreamOpened(header),
            Ok(Some(Frame::Stanza(stanza))) => match stanza.to_element() {
                Ok(element) => Input::Element(element),
                Err(_) => return,
            },
            Ok(Some(Frame::StreamClose)) => Input::StreamClosed,
            Ok(None) | Err(_) => return,
        };
        visit.tell(input);
        for event in &visit.events[opened..] {
            match event {
                Event::StartTls => framer = Framer::new(Limits::BEFORE_SIGN_IN),
                Event::Restart => framer.restart(),
                _ => {}
            }
        }
        opened = visit.events.len();
    }
}

fn behaviour(visit: &Visit<'_>) -> String {
    let sent: Vec<&str> = visit.sent.iter().take(8).map(|element| element.name()).collect();
    format!("{sent:?} {:?} {:?} {:?}", visit.events, visit.failures, visit.closed)
}

#[test]
fn negotiation_without_the_password() {
    driver::fuzz(&SAYINGS, &PIECES, |input| {
        let (kind, bytes) = input.split_first().unwrap_or((&0, b""));
        let channel = match kind % 3 {
            0 => tls(),
            1 => Channel::plain(),
            _ => Channel::web_socket(Some(bindings())),
        };
        let mut house = House::new();
        let mut visit = house.connection(channel);
        // Most of the corpus has no byte to spare in front.
        let (framer, header) = reader();
        visit.tell(Input::StreamOpened(header));
        hear(&mut visit, framer, if bytes.starts_with(b"<") { bytes } else { input });
        assert!(
            !visit.events.iter().any(|event| matches!(event, Event::SignedIn(..))),
            "no proof, no sign-in"
        );
        assert!(
            visit.binds.is_empty() && visit.established().is_none() && visit.negotiation.user().is_none()
        );
        assert!(visit.failures.len() <= usize::from(MAX_SIGN_IN_FAILURES), "{:?}", visit.failures);
        let seen = behaviour(&visit);
        assert!(house.tokens.is_empty());
        seen
    });
}

#[test]
fn negotiation_after_sign_in() {
    driver::fuzz(&SAYINGS, &PIECES, |input| {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.take();
        assert_eq!(alice().inline(&mut visit, "").name(), "success");
        // SASL2 goes on within the same stream.
        hear(&mut visit, reader().0, input);
        assert_eq!(visit.negotiation.user().map(|user| user.as_str()), Some("alice@example.org"));
        assert!(visit.binds.iter().all(|bind| bind.jid.to_bare().as_str() == "alice@example.org"));
        behaviour(&visit)
    });
}
