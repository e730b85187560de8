//! Signing in by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_stream::ScramHash;
use everpresent_stream::scram::client::{ClientBinding, ClientExchange};

use super::Raw;

const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";

/// Begins SCRAM-SHA-256 without channel binding: the server's challenge, decoded.
pub(crate) async fn challenge(raw: &mut Raw, user: &str, password: &str) -> (ClientExchange, String) {
    let (exchange, first) =
        ClientExchange::new(ScramHash::Sha256, user, password, &ClientBinding::Unsupported, "fyko+d2lbbFg");
    let first = STANDARD.encode(first);
    raw.says(format!("<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256'>{first}</auth>")).await;
    let challenge = raw.hears("</challenge>").await;
    let text = challenge.trim_end_matches("</challenge>").rsplit_once('>').unwrap().1;
    (exchange, String::from_utf8(STANDARD.decode(text).unwrap()).unwrap())
}

/// A whole sign-in with SCRAM-SHA-256: the server's last answer.
pub(crate) async fn scram(raw: &mut Raw, user: &str, password: &str) -> String {
    let (exchange, challenge) = challenge(raw, user, password).await;
    let (response, _) = exchange.respond(challenge.as_bytes(), None).unwrap();
    raw.says(format!("<response xmlns='{SASL}'>{}</response>", STANDARD.encode(response))).await;
    outcome(raw).await
}

/// The `<success/>` or `<failure/>` that ends a sign-in.
pub(crate) async fn outcome(raw: &mut Raw) -> String {
    let mut answer = raw.hears(">").await;
    let end = if answer.contains("<failure") { "</failure>" } else { "</success>" };
    if !answer.ends_with("/>") {
        answer.push_str(&raw.hears(end).await);
    }
    answer
}

/// An `<authenticate/>` of SASL2.
pub(crate) fn authenticate(mechanism: &str, initial: &[u8], inline: &str) -> String {
    let initial = STANDARD.encode(initial);
    format!(
        "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='{mechanism}'>\
         <initial-response>{initial}</initial-response>{inline}</authenticate>"
    )
}

/// The message of PLAIN.
pub(crate) fn plain(user: &str, password: &str) -> Vec<u8> {
    format!("\0{user}\0{password}").into_bytes()
}
