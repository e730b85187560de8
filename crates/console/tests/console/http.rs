//! The smallest HTTP client that can also misbehave.

use everpresent_console::{Connection, Console};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use crate::fake::TOKEN;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {:?}", self.body))
    }

    /// The code of a refusal, after checking that it has the right form.
    pub(crate) fn refusal(&self) -> String {
        let body = self.json();
        assert!(body["error"]["message"].is_string() && body["error"]["retry"].is_boolean(), "{body}");
        format!("{} {}", self.status, body["error"]["code"].as_str().unwrap())
    }
}

/// A connection to the console that seems to come from `peer`.
pub(crate) fn connect(console: &Console, peer: &str, encrypted: bool) -> DuplexStream {
    let (client, server) = tokio::io::duplex(256 * 1024);
    let connection = Connection { peer: format!("{peer}:4000").parse().unwrap(), encrypted };
    let console = console.clone();
    tokio::spawn(async move { console.serve_connection(server, connection, std::future::pending()).await });
    client
}

/// Sends a request as it is given and reads the answer to its end.
pub(crate) async fn raw(mut stream: DuplexStream, request: &[u8]) -> Answer {
    stream.write_all(request).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

/// A request with further header lines, from `peer`.
pub(crate) async fn request(console: &Console, peer: &str, line: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    let text = format!(
        "{line} HTTP/1.1\r\nHost: chat.example.org\r\nConnection: close\r\nContent-Length: {length}\r\n\
         Content-Type: application/json\r\n{headers}\r\n{body}"
    );
    raw(connect(console, peer, false), text.as_bytes()).await
}

/// A request of an operator on this machine.
pub(crate) async fn admin(console: &Console, line: &str, body: &str) -> Answer {
    request(console, "127.0.0.1", line, &format!("Authorization: Bearer {TOKEN}\r\n"), body).await
}
