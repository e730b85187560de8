//! XML that is meant to hurt the server, or through it another client.

use everpresent_stanza::Element;

use crate::harness::raw::header;
use crate::harness::{Bystanders, House, Raw};

/// What is sent behind a good stream header, and the condition of the stream error that answers it.
fn attacks() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let nested = |depth: usize| "<a>".repeat(depth);
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("21 KB of nested, unclosed elements", text(&nested(7_000)), "policy-violation"),
        (
            "the same inside a stanza",
            text(&format!("<message to='bob@example.org'>{}", nested(7_000))),
            "policy-violation",
        ),
        (
            "10,000 levels, closed",
            text(&format!("<message>{}{}</message>", nested(10_000), "</a>".repeat(10_000))),
            "policy-violation",
        ),
        ("a document type", text("<!DOCTYPE a [<!ENTITY x 'y'>]>"), "restricted-xml"),
        ("an entity", text("<message><body>&lol;</body></message>"), "restricted-xml"),
        ("a comment", text("<message><!-- x --></message>"), "restricted-xml"),
        ("a processing instruction", text("<message><?php x ?></message>"), "restricted-xml"),
        ("a second XML declaration", text("<?xml version='1.0'?>"), "restricted-xml"),
        ("an attribute twice", text("<message to='bob@example.org' a='1' a='2'/>"), "not-well-formed"),
        (
            "a prefix that nobody declared",
            text("<message to='bob@example.org'><p:x/></message>"),
            "not-well-formed",
        ),
        (
            "an attribute twice by two prefixes",
            text("<message xmlns:p='urn:x' xmlns:q='urn:x' p:a='' q:a=''/>"),
            "not-well-formed",
        ),
        ("a tag that closes another", text("<message><body></message>"), "not-well-formed"),
        (
            "the end of a recipient's stream",
            text("<message to='bob@example.org'></stream:stream>"),
            "not-well-formed",
        ),
        (
            "bytes that are no UTF-8",
            b"<message><body>\xff\xfe</body></message>".to_vec(),
            "unsupported-encoding",
        ),
        (
            "half a surrogate pair",
            b"<message><body>\xed\xa0\x80</body></message>".to_vec(),
            "unsupported-encoding",
        ),
        ("a NUL", text("<message><body>&#0;</body></message>"), "not-well-formed"),
        ("text between stanzas", text("hello?"), "bad-format"),
        (
            "too many attributes",
            text(&format!("<message {}/>", (0..200).map(|n| format!(" a{n}=''")).collect::<String>())),
            "policy-violation",
        ),
        ("a name without end", text(&format!("<{}", "n".repeat(9_000))), "policy-violation"),
    ]
}

fn is_refused(what: &str, end: &str, condition: &str) {
    assert!(end.contains("<stream:error") && end.contains(&format!("<{condition}")), "{what}: {end}");
    assert!(end.ends_with("</stream:stream>"), "{what}: {end}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_xml_before_sign_in_costs_one_connection() {
    let house = House::open().await;
    let bystanders = Bystanders::chat(&house).await;
    for (what, bytes, condition) in attacks() {
        let mut raw = house.knock().await;
        raw.opens().await;
        raw.says(bytes).await;
        is_refused(what, &raw.last_words().await, condition);
    }
    bystanders.noticed_nothing().await;
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_xml_after_sign_in_costs_one_session() {
    let house = House::open().await;
    let mut bob = house.online("bob", "desk").await;
    let bystanders = Bystanders::chat(&house).await;
    for (what, bytes, condition) in attacks() {
        let mut raw = house.raw("mallory", "x").await;
        raw.says("<presence/>").await;
        raw.settles().await;
        raw.says(bytes).await;
        is_refused(what, &raw.last_words().await, condition);
    }
    bystanders.noticed_nothing().await;
    bob.says("bob@example.org", "note to self").await;
    assert_eq!(bob.has_heard().await, ["note to self"], "and nothing of the attacks reached anybody");
    house.until_sessions(1, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_xml_in_place_of_a_stream_header_is_answered_with_one() {
    let house = House::open().await;
    for (bytes, condition) in [
        (
            "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY l2 '&lol;&lol;'>]>".to_owned(),
            "restricted-xml",
        ),
        ("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".to_owned(), "bad-format"),
        ("<a>".repeat(7_000), "bad-format"),
        (format!("<stream:stream {}", "a".repeat(20_000)), "policy-violation"),
        (header().replace("http://etherx.jabber.org/streams", "urn:other"), "invalid-namespace"),
        (header().replace("to='example.org'", "to='elsewhere.example'"), "host-unknown"),
    ] {
        let mut raw = house.knock().await;
        raw.says(&bytes).await;
        let end = raw.last_words().await;
        assert!(end.contains("<stream:stream"), "{end}");
        is_refused(&bytes[..30], &end, condition);
    }
    house.closes_in_balance().await;
}

/// Writes the same piece again and again until the server has had enough; how many bytes it took.
async fn pours(raw: &mut Raw, piece: &str) -> usize {
    const TOO_MUCH_BYTES: usize = 64 * 1024 * 1024;
    let mut poured = 0;
    while raw.says(piece).await {
        poured += piece.len();
        assert!(poured < TOO_MUCH_BYTES, "the server takes whatever it is given");
    }
    poured
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_ends_is_ended() {
    let house = House::open().await;
    let bystanders = Bystanders::chat(&house).await;
    let filler = "x".repeat(8 * 1024);
    for begin in
        ["<message to='bob@example.org'><body>", "<message to='", "<message><x a='", "<", "<message><", ""]
    {
        for signed_in in [false, true] {
            let mut raw = house.knock().await;
            if signed_in {
                raw.signs_in("mallory").await;
                raw.binds("x").await;
            } else {
                raw.opens().await;
            }
            raw.says(begin).await;
            pours(&mut raw, &filler).await;
        }
    }
    let mut raw = house.raw("mallory", "x").await;
    raw.says("<message to='bob@example.org'>").await;
    pours(&mut raw, &"<x/>".repeat(2_000)).await;
    bystanders.noticed_nothing().await;
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn the_limit_that_is_announced_is_the_limit() {
    const LIMIT: usize = 10_000;
    let house = House::with(&[("LIMITS_STANZA_BYTES", "10000")]).await;
    let mut bob = house.online("bob", "desk").await;
    let message = |length: usize| {
        let (begin, end) = ("<message to='bob@example.org' type='chat'><body>", "</body></message>");
        format!("{begin}{}{end}", "x".repeat(length - begin.len() - end.len()))
    };
    let mut alice = house.knock().await;
    alice.opens().await;
    alice.authenticates("alice").await;
    let features = alice.opens().await;
    assert!(features.contains("<max-bytes>10000</max-bytes>"), "{features}");
    alice.binds("phone").await;
    alice.says(message(LIMIT)).await;
    assert!(bob.hears().await.len() > LIMIT - 100);
    alice.says(message(LIMIT + 1)).await;
    is_refused("a byte too many", &alice.last_words().await, "policy-violation");
    assert!(bob.has_heard().await.is_empty());
    house.closes_in_balance().await;
}

#[tokio::test]
async fn whatever_one_client_sends_the_stream_of_another_stays_well_formed() {
    let house = House::open().await;
    let mut bob = house.knock().await;
    let mut stream = header();
    bob.opens().await;
    bob.authenticates("bob").await;
    let opened = bob.opens().await;
    stream.clear();
    stream.push_str(&opened);
    stream.push_str(&bob.binds("desk").await);
    bob.says("<presence/>").await;
    stream.push_str(&bob.settles().await);

    let mut mallory = house.knock().await;
    mallory.opens().await;
    mallory.authenticates("mallory").await;
    let evil = header().replace(" to=", " xmlns:evil='urn:evil' xmlns:j='jabber:client' to=");
    mallory.says(evil).await;
    mallory.hears("</stream:features>").await;
    mallory.binds("x").await;
    let tricks = [
        "<evil:x evil:y='1'><evil:z/></evil:x>",
        "<x xmlns:stream='urn:hijack'><stream:features/></x>",
        "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
        "<j:x j:y=''/>",
        "<x xmlns='' y='&#10;&#9;&quot;&apos;&lt;&gt;&amp;'/>",
        "<x xmlns='urn:a' xmlns:p='urn:b'><p:y xmlns:p='urn:c' p:z=''/><y xmlns=''/></x>",
        "<x><![CDATA[</x></message></stream:stream>]]></x>",
        "<x y=\"it's\" z='\"'>]]&gt;</x>",
        "<x xml:lang='en' xml:space='preserve'>\u{85}\u{2028}\u{10ffff}</x>",
    ];
    for (number, trick) in tricks.iter().enumerate() {
        let message = format!("message to='bob@example.org/desk' id='t{number}' type='chat'");
        mallory.says(format!("<{message}><body>x</body>{trick}</message>")).await;
        mallory.says(format!("<j:{message}><j:body>x</j:body>{trick}</j:message>")).await;
        mallory.says(format!("<presence to='bob@example.org/desk'>{trick}</presence>")).await;
        mallory.settles().await;
        stream.push_str(&bob.settles().await);
    }
    bob.says("</stream:stream>").await;
    stream.push_str(&bob.last_words().await);
    let whole = Element::from_reader(stream.as_bytes());
    let whole = whole.unwrap_or_else(|error| panic!("{error}: {stream}"));
    let messages: Vec<&Element> =
        whole.children().filter(|child| child.is("message", "jabber:client")).collect();
    assert_eq!(messages.len(), 2 * tricks.len());
    for message in messages {
        assert_eq!(message.attr("from"), Some("mallory@example.org/x"));
        assert_eq!(message.get_child("body", "jabber:client").unwrap().text(), "x");
    }
    house.closes_in_balance().await;
}
