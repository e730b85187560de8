//! The two framings of SASL: RFC 6120 §6, and SASL2 (XEP-0388).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_stanza::{Element, ns};

use crate::compose::Compose;
use crate::error::FailureReason;

/// Longest SASL message that is looked at, in bytes before decoding.
pub const MAX_MESSAGE_BYTES: usize = 8 * 1024;

/// Which framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// RFC 6120.
    Classic,
    /// XEP-0388.
    Extended,
}

impl Profile {
    fn namespace(self) -> &'static str {
        match self {
            Self::Classic => ns::SASL,
            Self::Extended => ns::SASL2,
        }
    }

    /// A challenge.
    pub(crate) fn challenge(self, data: &[u8]) -> Element {
        Element::bare("challenge", self.namespace()).content(STANDARD.encode(data))
    }

    /// A failure. The condition is of the classic namespace in both (XEP-0388 §2.6.2).
    pub(crate) fn failure(self, reason: FailureReason) -> Element {
        Element::bare("failure", self.namespace()).child(Element::bare(reason.condition(), ns::SASL))
    }

    /// Whether the element is the client's `name` of this framing.
    pub(crate) fn is(self, element: &Element, name: &str) -> bool {
        element.is(name, self.namespace())
    }
}

/// Success of the classic framing, with the mechanism's last data (RFC 6120 §6.4.6).
pub(crate) fn classic_success(data: Option<&[u8]>) -> Element {
    let success = Element::bare("success", ns::SASL);
    match data {
        Some(data) => success.content(STANDARD.encode(data)),
        None => success,
    }
}

/// The initial response in a classic `<auth/>`: nothing is none, `=` is an empty one (RFC 6120 §6.4.2).
pub(crate) fn classic_initial(element: &Element) -> Result<Option<Vec<u8>>, FailureReason> {
    match element.text().trim() {
        "" => Ok(None),
        "=" => Ok(Some(Vec::new())),
        text => decode(text).map(Some),
    }
}

/// The data of a `<response/>` or `<initial-response/>`.
pub(crate) fn data(element: &Element) -> Result<Vec<u8>, FailureReason> {
    decode(element.text().trim())
}

fn decode(text: &str) -> Result<Vec<u8>, FailureReason> {
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(FailureReason::Encoding);
    }
    STANDARD.decode(text).map_err(|_| FailureReason::Encoding)
}

/// A PLAIN message (RFC 4616 §2).
pub(crate) struct PlainMessage {
    /// Whom the client wants to act as, empty for itself.
    pub(crate) authorization_identity: String,
    /// The user name.
    pub(crate) user: String,
    /// The password.
    pub(crate) password: Password,
}

impl PlainMessage {
    /// Reads it.
    pub(crate) fn parse(message: Vec<u8>) -> Result<Self, FailureReason> {
        let text = zeroize::Zeroizing::new(String::from_utf8(message).map_err(|_| FailureReason::Malformed)?);
        let mut parts = text.split('\0');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(identity), Some(user), Some(password), None)
                if !user.is_empty() && !password.is_empty() =>
            {
                Ok(Self {
                    authorization_identity: identity.to_owned(),
                    user: user.to_owned(),
                    password: Password(password.to_owned().into()),
                })
            }
            _ => Err(FailureReason::Malformed),
        }
    }
}

/// A password on its way to be checked. It is wiped when dropped and stays out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(zeroize::Zeroizing<String>);

impl Password {
    /// The password as the client sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}
