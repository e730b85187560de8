//! `<authenticate/>` and `<success/>` of SASL2 (XEP-0388) with the features that are negotiated inside them: Bind 2
//! (XEP-0386), stream management (XEP-0198 §9), tokens (XEP-0484).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_stanza::{Element, ns};

use crate::compose::{Compose, boolean};
use crate::error::FailureReason;
use crate::management::{Enable, MalformedManagement, Resume};
use crate::sasl;

/// Longest description of software or device that is kept, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 128;
/// Longest Bind 2 tag that becomes part of a resource, in characters; a longer one is left out.
pub const MAX_TAG_CHARS: usize = 64;

/// The client installation that signs in (XEP-0388 §2.3). Not to be shown to other users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserAgent {
    /// Its id, a UUID in lower case. An id that is none is dropped.
    pub id: Option<String>,
    /// The software, cut to [`MAX_DESCRIPTION_CHARS`].
    pub software: Option<String>,
    /// The device, cut to [`MAX_DESCRIPTION_CHARS`].
    pub device: Option<String>,
}

/// A Bind 2 request (XEP-0386 §3.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct InlineBind {
    /// What the client wants in its resource.
    pub(crate) tag: Option<String>,
    /// Stream management wanted.
    pub(crate) enable: Option<Enable>,
    /// Carbons wanted (XEP-0280).
    pub(crate) carbons: bool,
    /// The session begins inactive (XEP-0352).
    pub(crate) inactive: bool,
}

/// The client signs in with a token (XEP-0484 §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct InlineToken {
    /// Its own count of uses.
    pub(crate) count: Option<u32>,
    /// The token shall end with this use.
    pub(crate) invalidate: bool,
}

/// An `<authenticate/>` request without its SASL part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Authenticate {
    pub(crate) user_agent: UserAgent,
    pub(crate) bind: Option<InlineBind>,
    pub(crate) resume: Option<Result<Resume, MalformedManagement>>,
    pub(crate) token: Option<InlineToken>,
    /// Name of the mechanism that a new token is wanted for.
    pub(crate) request_token: Option<String>,
}

impl Authenticate {
    /// Reads all but mechanism and initial response.
    pub(crate) fn parse(element: &Element) -> Result<Self, FailureReason> {
        let resume = element.get_child("resume", ns::SM).map(Resume::parse);
        let request_token = element.get_child("request-token", ns::FAST);
        Ok(Self {
            user_agent: element.get_child("user-agent", ns::SASL2).map(user_agent).unwrap_or_default(),
            bind: element.get_child("bind", ns::BIND2).map(inline_bind).transpose()?,
            resume,
            token: element.get_child("fast", ns::FAST).map(inline_token).transpose()?,
            request_token: request_token.and_then(|request| request.attr("mechanism")).map(str::to_owned),
        })
    }

    /// Reads the initial response, if there is one.
    pub(crate) fn initial(element: &Element) -> Result<Option<Vec<u8>>, FailureReason> {
        element.get_child("initial-response", ns::SASL2).map(sasl::data).transpose()
    }
}

fn user_agent(element: &Element) -> UserAgent {
    let text = |name| {
        let text: String =
            element.get_child(name, ns::SASL2)?.text().trim().chars().take(MAX_DESCRIPTION_CHARS).collect();
        (!text.is_empty()).then_some(text)
    };
    let id = element.attr("id").filter(|id| is_uuid(id)).map(str::to_ascii_lowercase);
    UserAgent { id, software: text("software"), device: text("device") }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn inline_bind(element: &Element) -> Result<InlineBind, FailureReason> {
    let tag = element.get_child("tag", ns::BIND2).map(|tag| tag.text().trim().to_owned());
    let enable = element.get_child("enable", ns::SM).map(Enable::parse).transpose();
    Ok(InlineBind {
        tag: tag.filter(|tag| !tag.is_empty() && tag.chars().count() <= MAX_TAG_CHARS),
        enable: enable.map_err(|_| FailureReason::Malformed)?,
        carbons: element.has_child("enable", ns::CARBONS),
        inactive: element.has_child("inactive", ns::CSI),
    })
}

fn inline_token(element: &Element) -> Result<InlineToken, FailureReason> {
    let count = element.attr("count").map(str::parse).transpose();
    let invalidate = element.attr("invalidate").map_or(Some(false), boolean);
    Ok(InlineToken {
        count: count.map_err(|_| FailureReason::Malformed)?,
        invalidate: invalidate.ok_or(FailureReason::Malformed)?,
    })
}

/// `<success/>` with the mechanism's last data, the address that the client has now, and the answers to what it asked
/// for inline.
pub(crate) fn success(
    data: Option<&[u8]>,
    address: &str,
    inline: impl IntoIterator<Item = Element>,
) -> Element {
    let mut success = Element::bare("success", ns::SASL2);
    if let Some(data) = data {
        success = success.child(Element::bare("additional-data", ns::SASL2).content(STANDARD.encode(data)));
    }
    let address = Element::bare("authorization-identifier", ns::SASL2).content(address);
    success.child(address).children_from(inline)
}

/// `<bound/>` around the answers of the features that were asked for (XEP-0386 §3.2).
pub(crate) fn bound(inline: impl IntoIterator<Item = Element>) -> Element {
    Element::bare("bound", ns::BIND2).children_from(inline)
}
