//! XMPP over WebSocket (RFC 7395), by the rules and against them.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::harness::{House, PASSWORD, sasl, soon};

const OPEN: &str = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>";

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn connect(house: &House) -> Self {
        let address = house.address("http");
        let mut request = format!("ws://{address}/xmpp-websocket").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "xmpp".parse().unwrap());
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _) =
            soon("a handshake", tokio_tungstenite::client_async(request, stream)).await.unwrap();
        Self(socket)
    }

    /// Signs in as mallory and binds.
    async fn signed_in(house: &House) -> Self {
        let mut socket = Self::connect(house).await;
        socket.says(OPEN).await;
        assert!(socket.hears().await.starts_with("<open "));
        assert!(socket.hears().await.contains("urn:xmpp:sasl:2"));
        let inline = "<bind xmlns='urn:xmpp:bind:0'><tag>web</tag></bind>";
        socket.says(&sasl::authenticate("PLAIN", &sasl::plain("mallory", PASSWORD), inline)).await;
        let success = socket.hears().await;
        assert!(success.contains("<bound"), "{success}");
        assert!(socket.hears().await.contains("features"));
        socket
    }

    async fn says(&mut self, text: &str) {
        // A server that has hung up is not spoken to.
        let _ = soon("a message to be taken", self.0.send(Message::text(text))).await;
    }

    /// The next message, which is text.
    async fn hears(&mut self) -> String {
        self.next().await.expect("the connection is over")
    }

    async fn next(&mut self) -> Option<String> {
        loop {
            match soon("a message", self.0.next()).await? {
                Ok(Message::Text(text)) => return Some(text.to_string()),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Binary(_) | Message::Frame(_)) => panic!("not text"),
                Ok(Message::Close(_)) | Err(_) => return None,
            }
        }
    }

    /// Everything up to the end.
    async fn last_words(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        while let Some(text) = self.next().await {
            words.push(text);
        }
        words
    }
}

#[tokio::test]
async fn a_browser_chats_and_says_goodbye() {
    let house = House::open().await;
    let mut bob = house.online("bob", "desk").await;
    let mut socket = Socket::signed_in(&house).await;
    socket.says("<presence xmlns='jabber:client'/>").await;
    assert!(socket.hears().await.starts_with("<presence "));
    socket.says("<message xmlns='jabber:client' to='bob@example.org' type='chat'><body>from the web</body></message>").await;
    let message = bob.message().await;
    assert_eq!(message.text("body").unwrap(), "from the web");
    bob.says(&message.attribute("from").unwrap(), "from the desk").await;
    let answer = socket.hears().await;
    assert!(
        answer.contains("jabber:client") && answer.contains("from the desk"),
        "stands for itself: {answer}"
    );
    socket.says("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>").await;
    assert!(socket.last_words().await.last().unwrap().starts_with("<close "));
    house.until_sessions(1, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn frames_that_are_not_one_element_end_the_stream() {
    let house = House::open().await;
    let presence = "<presence xmlns='jabber:client'/>";
    let nested = "<a>".repeat(7_000);
    for (text, condition) in [
        (format!("{presence}{presence}"), "not-well-formed"),
        ("<message xmlns='jabber:client'>".to_owned(), "not-well-formed"),
        ("hello".to_owned(), ""),
        (String::new(), ""),
        ("</message>".to_owned(), ""),
        ("<!DOCTYPE a><a/>".to_owned(), "restricted-xml"),
        (format!("<message xmlns='jabber:client'>{nested}</message>"), "policy-violation"),
        (crate::harness::raw::header(), ""),
        (format!("<message xmlns='jabber:client'><body>{}</body></message>", "x".repeat(262_144)), ""),
    ] {
        let mut socket = Socket::signed_in(&house).await;
        socket.says(&text).await;
        let words = socket.last_words().await;
        let shown = text.get(..40).unwrap_or(&text);
        // A message larger than a stanza may be is cut off by the WebSocket layer, which has its own way to say so.
        if text.len() < 262_144 {
            assert!(
                words.iter().any(|word| word.contains("error") && word.contains(condition)),
                "{shown}: {words:?}"
            );
            assert!(words.last().unwrap().starts_with("<close "), "{shown}: {words:?}");
        }
    }
    let mut socket = Socket::signed_in(&house).await;
    let _ = socket.0.send(Message::binary(presence.as_bytes().to_vec())).await;
    let words = socket.last_words().await;
    assert!(words.iter().any(|word| word.contains("error")), "{words:?}");
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn nothing_can_be_said_before_signing_in() {
    let house = House::open().await;
    for text in ["<message xmlns='jabber:client' to='bob@example.org'><body>x</body></message>", OPEN] {
        let mut socket = Socket::connect(&house).await;
        socket.says(OPEN).await;
        socket.hears().await;
        socket.hears().await;
        socket.says(text).await;
        let words = socket.last_words().await;
        assert!(words.iter().any(|word| word.contains("error")), "{words:?}");
    }
    let mut socket = Socket::connect(&house).await;
    socket.says("<presence xmlns='jabber:client'/>").await;
    let words = socket.last_words().await;
    assert!(
        words.iter().any(|word| word.contains("error")),
        "an element before the stream is open: {words:?}"
    );
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_socket_that_just_ends_leaves_nothing_behind() {
    let house = House::open().await;
    let socket = Socket::signed_in(&house).await;
    house.until_sessions(1, 0).await;
    drop(socket);
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}
