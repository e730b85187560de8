//! Resource binding (RFC 6120 §7, XEP-0386) as the server is asked for it and answers it.

use everpresent_stanza::{Element, ErrorCondition, ErrorType, FullJid, StreamCondition, ns};

use crate::compose::Compose;
use crate::management::Enable;
use crate::sasl2::UserAgent;

/// What a client that signed in wants bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindRequest {
    /// The address: its resource is what the client asked for, stable for a client installation, or random.
    pub jid: FullJid,
    /// Whether the client chose the resource itself. If it did not, and somebody else has the address, the server may
    /// bind another one.
    pub chosen_by_client: bool,
    /// The client installation: an older session of the same one ends (XEP-0386 §3.2).
    pub user_agent: UserAgent,
    /// Whether it is Bind 2, whose clients fetch from the archive what they missed.
    pub inline: bool,
    /// Stream management, if it is wanted right away. The answer goes into [`Bound::enabled`].
    pub enable: Option<Enable>,
    /// Whether carbons are wanted right away (XEP-0280).
    pub carbons: bool,
    /// Whether the session begins inactive (XEP-0352).
    pub inactive: bool,
}

/// A resource that is bound, and confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The address.
    pub jid: FullJid,
    /// The answer to [`BindRequest::enable`]; `None` is answered with `<failed/>` if it was asked for.
    pub enabled: Option<crate::management::Enabled>,
    /// More children of `<bound/>`, such as the archive's `<metadata/>` (XEP-0386 §3.2) or re-login limits.
    pub inline: Vec<Element>,
}

/// Why a resource could not be bound (RFC 6120 §7.6.2, §7.7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BindError {
    /// Somebody else has the address and keeps it.
    Conflict,
    /// The user may not bind a resource.
    NotAllowed,
    /// The user, or the node, has as many sessions as it may have.
    ResourceConstraint,
    /// It went wrong here.
    Internal,
}

impl BindError {
    /// Error type and condition of the answer to a classic bind.
    fn stanza_error(self) -> (ErrorType, ErrorCondition) {
        match self {
            Self::Conflict => (ErrorType::Modify, ErrorCondition::Conflict),
            Self::NotAllowed => (ErrorType::Cancel, ErrorCondition::NotAllowed),
            Self::ResourceConstraint => (ErrorType::Wait, ErrorCondition::ResourceConstraint),
            Self::Internal => (ErrorType::Cancel, ErrorCondition::InternalServerError),
        }
    }

    /// The stream error after a Bind 2 request: the client is signed in by then, so it gets no SASL failure, which
    /// would make it doubt its password or its token.
    pub(crate) fn stream_condition(self) -> StreamCondition {
        match self {
            Self::Conflict => StreamCondition::Conflict,
            Self::NotAllowed => StreamCondition::PolicyViolation,
            Self::ResourceConstraint => StreamCondition::ResourceConstraint,
            Self::Internal => StreamCondition::InternalServerError,
        }
    }
}

/// A classic bind request: the iq's id, and the resource that is asked for.
pub(crate) fn classic_request(element: &Element) -> Option<(String, Option<String>)> {
    let is_set = element.is("iq", ns::CLIENT) && element.attr("type") == Some("set");
    let bind = is_set.then(|| element.get_child("bind", ns::BIND)).flatten()?;
    let resource = bind.get_child("resource", ns::BIND).map(|resource| resource.text());
    Some((element.attr("id")?.to_owned(), resource.filter(|resource| !resource.is_empty())))
}

/// The answer to a classic bind.
pub(crate) fn classic_result(id: &str, jid: &FullJid) -> Element {
    let jid = Element::bare("jid", ns::BIND).content(jid.as_str());
    iq(id, "result").child(Element::bare("bind", ns::BIND).child(jid))
}

/// The error answer to a classic bind.
pub(crate) fn classic_error(id: &str, error: BindError) -> Element {
    let (kind, condition) = error.stanza_error();
    iq_error(id, kind, condition)
}

/// The error answer to a classic bind whose resource is no resource.
pub(crate) fn bad_resource(id: &str) -> Element {
    iq_error(id, ErrorType::Modify, ErrorCondition::BadRequest)
}

/// The answer to the session request of RFC 3921 §3, which some clients still send once a resource is bound: it does
/// nothing. `None` if the element is something else.
pub fn legacy_session_result(element: &Element) -> Option<Element> {
    let asked = element.is("iq", ns::CLIENT)
        && element.attr("type") == Some("set")
        && element.has_child("session", ns::SESSION);
    asked.then(|| iq(element.attr("id").unwrap_or_default(), "result"))
}

fn iq(id: &str, kind: &str) -> Element {
    Element::bare("iq", ns::CLIENT).attribute("type", kind).attribute("id", id)
}

fn iq_error(id: &str, kind: ErrorType, condition: ErrorCondition) -> Element {
    let error = Element::bare("error", ns::CLIENT)
        .attribute("type", kind.name())
        .child(Element::bare(condition.name(), ns::STANZAS));
    iq(id, "error").child(error)
}
