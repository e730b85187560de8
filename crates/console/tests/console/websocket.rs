//! The WebSocket upgrade.

use everpresent_console::Console;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::DuplexStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::fake::{console, console_of, settings};
use crate::http::connect;

struct Client {
    socket: WebSocketStream<DuplexStream>,
    protocol: Option<String>,
}

impl Client {
    async fn open(
        console: &Console,
        from: (&str, bool),
        protocol: &str,
        proxied: Option<&str>,
    ) -> Result<Self, Error> {
        let mut request = "ws://chat.example.org/xmpp-websocket".into_client_request().unwrap();
        if !protocol.is_empty() {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        if let Some(address) = proxied {
            request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
            request.headers_mut().insert("x-forwarded-proto", "https".parse().unwrap());
        }
        let stream = connect(console, from.0, from.1);
        let (socket, response) = tokio_tungstenite::client_async(request, stream).await?;
        let protocol = response.headers().get("sec-websocket-protocol");
        Ok(Self { socket, protocol: protocol.map(|value| value.to_str().unwrap().to_owned()) })
    }

    async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    async fn next(&mut self) -> Option<Message> {
        self.socket.next().await?.ok()
    }
}

/// The status of a refused handshake.
fn refused(result: Result<Client, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("not an answer: {error}"),
        Ok(_) => panic!("the handshake was taken"),
    }
}

#[tokio::test]
async fn a_client_that_speaks_xmpp_is_handed_to_the_server() {
    let (_, console) = console();
    let mut client = Client::open(&console, ("192.0.2.1", true), "chat, xmpp", None).await.unwrap();
    assert_eq!(client.protocol.as_deref(), Some("xmpp"));
    assert_eq!(client.next().await, Some(Message::text("192.0.2.1 true")));
    client.send("<open/>").await;
    assert_eq!(client.next().await, Some(Message::text("<open/>")));
}

#[tokio::test]
async fn a_client_that_does_not_offer_xmpp_is_refused() {
    let (_, console) = console();
    for protocol in ["", "chat", "xmpp2"] {
        let result = Client::open(&console, ("192.0.2.1", true), protocol, None).await;
        assert_eq!(refused(result), 400, "{protocol:?}");
    }
}

#[tokio::test]
async fn passwords_do_not_cross_the_network_in_clear_unless_so_set() {
    let (fake, console) = console();
    assert_eq!(refused(Client::open(&console, ("192.0.2.1", false), "xmpp", None).await), 403);
    assert!(Client::open(&console, ("127.0.0.1", false), "xmpp", None).await.is_ok());
    let mut open = settings();
    open.websocket_allow_plain_remote = true;
    let console = console_of(fake, open);
    assert!(Client::open(&console, ("192.0.2.1", false), "xmpp", None).await.is_ok());
}

#[tokio::test]
async fn behind_a_local_proxy_the_client_is_known_by_its_own_address() {
    let (_, console) = console();
    let mut client =
        Client::open(&console, ("127.0.0.1", false), "xmpp", Some("198.51.100.7")).await.unwrap();
    assert_eq!(client.next().await, Some(Message::text("198.51.100.7 true")));
    let barred = Client::open(&console, ("127.0.0.1", false), "xmpp", Some("192.0.2.66")).await;
    assert_eq!(refused(barred), 503, "the server does not admit this address");
    let forged = Client::open(&console, ("203.0.113.5", false), "xmpp", Some("127.0.0.1")).await;
    assert_eq!(refused(forged), 403, "a stranger's word for being local counts for nothing");
}

#[tokio::test]
async fn a_message_above_the_limit_ends_the_socket_and_nothing_else() {
    let (_, console) = console();
    let mut hostile = Client::open(&console, ("192.0.2.1", true), "xmpp", None).await.unwrap();
    let mut other = Client::open(&console, ("192.0.2.2", true), "xmpp", None).await.unwrap();
    hostile.next().await;
    other.next().await;
    hostile.send(&"x".repeat(10_000)).await;
    assert!(matches!(hostile.next().await, Some(Message::Text(_))), "the limit itself is allowed");
    hostile.send(&"x".repeat(10_001)).await;
    assert!(!matches!(hostile.next().await, Some(Message::Text(_))));
    other.send("<r/>").await;
    assert_eq!(other.next().await, Some(Message::text("<r/>")));
}
