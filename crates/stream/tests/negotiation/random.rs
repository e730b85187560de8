//! Whatever is sent, in whatever order: no panic, and no session without a proof.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_stream::negotiation::MAX_SIGN_IN_FAILURES;
use everpresent_stream::{Channel, Input};
use proptest::prelude::*;

use super::house::*;

/// Inline requests that make sign-ins long-winded.
const INLINE: &str = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/><bind xmlns='urn:xmpp:bind:0'/>\
    <resume xmlns='urn:xmpp:sm:3' previd='00000000000000000000000000000001' h='0'/>\
    <fast xmlns='urn:xmpp:fast:0'/><request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-EXPR'/>";

#[derive(Debug, Clone)]
enum Move {
    Open,
    Close,
    Say(String),
    /// A whole sign-in with a wrong password.
    Guess(String, bool),
}

fn message() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        Just("n,,n=alice,r=abc".to_owned()),
        Just("p=tls-exporter,,n=alice,r=abc".to_owned()),
        Just("\0alice\0wrong".to_owned()),
        Just("c=biws,r=abc,p=AAAA".to_owned()),
        "[a-z=,]{0,40}",
    ];
    let bytes = proptest::collection::vec(any::<u8>(), 0..64);
    prop_oneof![text.prop_map(String::into_bytes), bytes, Just([b"alice\0", &[0; 32][..]].concat())]
        .prop_map(|message| STANDARD.encode(message))
}

fn mechanism() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "SCRAM-SHA-1",
        "SCRAM-SHA-256",
        "SCRAM-SHA-512-PLUS",
        "PLAIN",
        "HT-SHA-256-EXPR",
        "HT-SHA-256-ENDP",
        "NONE",
    ])
}

fn step() -> impl Strategy<Value = Move> {
    let sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    prop_oneof![
        1 => Just(Move::Open),
        1 => Just(Move::Close),
        4 => (mechanism(), message()).prop_map(move |(mechanism, data)| {
            Move::Say(format!("<auth xmlns='{sasl}' mechanism='{mechanism}'>{data}</auth>"))
        }),
        4 => (mechanism(), message()).prop_map(|(mechanism, data)| Move::Say(authenticate(mechanism, &data, INLINE))),
        4 => (message(), any::<bool>()).prop_map(move |(data, extended)| {
            let namespace = if extended { "urn:xmpp:sasl:2" } else { sasl };
            Move::Say(format!("<response xmlns='{namespace}'>{data}</response>"))
        }),
        1 => Just(Move::Say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>".into())),
        1 => Just(Move::Say("<enable xmlns='urn:xmpp:sm:3'/>".into())),
        1 => Just(Move::Say(format!("<resume xmlns='urn:xmpp:sm:3' previd='{SESSION}' h='0'/>"))),
        1 => Just(Move::Say("<iq xmlns='jabber:client' type='set' id='b'>\
                <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>".to_owned())),
        1 => ("[a-z]{1,8}", "[a-z:0-9]{0,12}").prop_map(|(name, namespace)| {
            Move::Say(format!("<{name} xmlns='x{namespace}'/>"))
        }),
        1 => ("[a-z]{1,8}", any::<bool>()).prop_map(|(password, extended)| Move::Guess(password, extended)),
    ]
}

fn channel() -> impl Strategy<Value = Channel> {
    prop_oneof![Just(Channel::plain()), Just(tls()), Just(Channel::web_socket(None))]
}

fn play(visit: &mut Visit<'_>, step: &Move) {
    match step {
        Move::Open => visit.tell(Input::StreamOpened(header_to("example.org"))),
        Move::Close => visit.tell(Input::StreamClosed),
        Move::Say(text) => visit.say(text),
        Move::Guess(password, extended) => {
            // Where sign-in is not possible at present this says nothing, so what came before must not be mistaken.
            visit.sent.clear();
            let (client, first) = everpresent_stream::scram::client::ClientExchange::new(
                everpresent_stream::ScramHash::Sha256,
                "alice",
                password,
                &everpresent_stream::scram::client::ClientBinding::Unsupported,
                "abc",
            );
            let first = STANDARD.encode(first);
            let namespace = if *extended { "urn:xmpp:sasl:2" } else { "urn:ietf:params:xml:ns:xmpp-sasl" };
            visit.say(&match extended {
                true => authenticate("SCRAM-SHA-256", &first, INLINE),
                false => format!("<auth xmlns='{namespace}' mechanism='SCRAM-SHA-256'>{first}</auth>"),
            });
            let Some(challenge) = visit.sent.pop_front().filter(|element| element.name() == "challenge")
            else {
                return;
            };
            let challenge = STANDARD.decode(challenge.text()).unwrap();
            if let Ok((response, _)) = client.respond(&challenge, None) {
                visit.say(&format!("<response xmlns='{namespace}'>{}</response>", STANDARD.encode(response)));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_signs_in_without_the_password(
        channel in channel(),
        plain_text in any::<bool>(),
        opens in prop::bool::weighted(0.8),
        steps in proptest::collection::vec(step(), 0..40),
    ) {
        let mut house = House::with(|offer| offer.allow_plain_text = plain_text);
        let mut visit = house.connection(channel);
        if opens {
            visit.open();
        }
        for step in &steps {
            play(&mut visit, step);
        }
        prop_assert_eq!(visit.established(), None);
        prop_assert_eq!(visit.negotiation.user(), None);
        prop_assert!(visit.binds.is_empty());
        prop_assert!(!visit.events.iter().any(|event| matches!(event, Event::SignedIn(..))));
        prop_assert!(visit.house.tokens.is_empty());
        prop_assert!(visit.failures.len() <= usize::from(MAX_SIGN_IN_FAILURES));
    }

    #[test]
    fn whatever_follows_a_sign_in_is_of_that_user(steps in proptest::collection::vec(step(), 0..20)) {
        let mut house = House::new();
        let mut visit = house.visit(tls());
        visit.take();
        let bob = Password { mechanism: "SCRAM-SHA-1", user: "bob", password: "wonderland", ..alice() };
        prop_assert_eq!(bob.inline(&mut visit, "").name().to_owned(), "success");
        for step in &steps {
            play(&mut visit, step);
        }
        prop_assert_eq!(visit.negotiation.user().unwrap().as_str(), "bob@example.org");
        prop_assert!(visit.binds.iter().all(|bind| bind.jid.to_bare().as_str() == "bob@example.org"));
        prop_assert!(visit.established() != Some(true), "the only session there is alice's");
    }
}
