//! Reading SCRAM messages (RFC 5802 §7).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Longest nonce that either side may send, in bytes.
pub(super) const MAX_NONCE_BYTES: usize = 256;

/// Why a SCRAM exchange failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScramError {
    /// A message does not follow the grammar, or asks for an extension that must be understood.
    #[error("the SCRAM message is malformed")]
    Malformed,
    /// The mechanism asks for channel binding and the message for none, or the other way round.
    #[error("mechanism and channel-binding flag do not fit")]
    BindingFlag,
    /// The channel-binding type was not offered.
    #[error("this channel-binding type was not offered")]
    BindingNotOffered,
    /// The client says that no channel binding was offered, and it was: somebody changed the list on the way.
    #[error("the list of mechanisms was changed on the way")]
    Downgraded,
    /// Channel-binding data or header differ: the two ends see different connections.
    #[error("the channel bindings differ")]
    BindingDiffers,
    /// The proof does not fit: wrong password, or no such user.
    #[error("the proof does not fit")]
    Proof,
    /// The server's nonce, salt, iteration count or signature is not what it must be.
    #[error("the server did not prove who it is")]
    Server,
}

/// The `gs2-header`: channel-binding flag and authorization identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gs2Header {
    pub(super) flag: BindingFlag,
    /// Unescaped, empty if none was given.
    pub(super) authorization_identity: String,
    /// The header as it was written.
    pub(super) text: String,
}

/// The channel-binding flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BindingFlag {
    /// `n`: the client cannot.
    Unsupported,
    /// `y`: the client can, and thinks that the server cannot.
    NotOffered,
    /// `p=name`: bound.
    Bound(String),
}

impl Gs2Header {
    /// Reads the header and gives back the rest of the message.
    pub(super) fn parse(message: &str) -> Result<(Self, &str), ScramError> {
        let mut parts = message.splitn(3, ',');
        let (Some(flag), Some(identity), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ScramError::Malformed);
        };
        let flag = match flag {
            "n" => BindingFlag::Unsupported,
            "y" => BindingFlag::NotOffered,
            _ => match flag.strip_prefix("p=") {
                Some(name) if !name.is_empty() => BindingFlag::Bound(name.to_owned()),
                _ => return Err(ScramError::Malformed),
            },
        };
        let authorization_identity = match identity.strip_prefix("a=") {
            Some(name) => unescape(name)?,
            None if identity.is_empty() => String::new(),
            None => return Err(ScramError::Malformed),
        };
        let text = message[..message.len() - rest.len()].to_owned();
        Ok((Self { flag, authorization_identity, text }, rest))
    }
}

/// The value of an attribute that must be here.
pub(super) fn value<'a>(attribute: Option<&'a str>, name: &str) -> Result<&'a str, ScramError> {
    attribute
        .and_then(|text| text.strip_prefix(name))
        .and_then(|text| text.strip_prefix('='))
        .ok_or(ScramError::Malformed)
}

/// Undoes `=2C` and `=3D` of a name; any other `=` is refused, so is an empty name.
pub(super) fn unescape(name: &str) -> Result<String, ScramError> {
    let mut pieces = name.split('=');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (character, rest) = match (piece.strip_prefix("2C"), piece.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            _ => return Err(ScramError::Malformed),
        };
        text.push(character);
        text.push_str(rest);
    }
    if text.is_empty() || text.contains('\0') { Err(ScramError::Malformed) } else { Ok(text) }
}

/// Writes `,` and `=` of a name as `=2C` and `=3D`.
pub(super) fn escape(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// Checks a nonce: printable ASCII without comma, of bounded length.
pub(super) fn nonce(text: &str) -> Result<&str, ScramError> {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
    if text.is_empty() || text.len() > MAX_NONCE_BYTES || !printable {
        return Err(ScramError::Malformed);
    }
    Ok(text)
}

/// Decodes base64.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, ScramError> {
    STANDARD.decode(text).map_err(|_| ScramError::Malformed)
}

/// Encodes base64.
pub(super) fn encode(data: impl AsRef<[u8]>) -> String {
    STANDARD.encode(data)
}
