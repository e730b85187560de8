//! Why a stream's bytes were refused.

use crate::error::StreamCondition;

/// What was wrong with a peer's bytes. Each is fatal for its stream; [`FrameError::condition`] names the stream
/// error to send.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FrameError {
    /// The stanza goes on beyond its limit in bytes.
    #[error("stanza is longer than {0} bytes")]
    StanzaTooLong(usize),
    /// The stream header goes on beyond its limit in bytes.
    #[error("stream header is longer than {0} bytes")]
    HeaderTooLong(usize),
    /// Elements are nested more deeply than allowed.
    #[error("elements are nested more than {0} deep")]
    TooDeep(usize),
    /// The stanza holds too many elements.
    #[error("stanza holds more than {0} elements")]
    TooManyElements(usize),
    /// The stanza holds too many direct children.
    #[error("stanza holds more than {0} direct children")]
    TooManyChildren(usize),
    /// An element has too many attributes.
    #[error("element has more than {0} attributes")]
    TooManyAttributes(usize),
    /// The name of an element or attribute is too long.
    #[error("name is longer than {0} bytes")]
    NameTooLong(usize),
    /// A name has characters outside ASCII. XML 1.0 changed its mind about them in its fifth edition, and many
    /// clients' parsers still follow the fourth: such a name would end the stream of its recipient.
    #[error("names of elements and attributes must be ASCII")]
    NameNotAscii,
    /// Two attributes of an element are the same.
    #[error("duplicate attribute")]
    DuplicateAttribute,
    /// A prefix or namespace that XML reserves was declared or used (Namespaces in XML 1.0 §3).
    #[error("reserved prefix or namespace")]
    ReservedNamespace,
    /// A namespace name is not a URI; some clients' parsers refuse it and would end the stream of its recipient.
    #[error("namespace name is not a URI")]
    NamespaceNotUri,
    /// An element has an `xml:id`, on whose value some clients' parsers make demands.
    #[error("xml:id is not allowed")]
    XmlId,
    /// Something other than white space stands between two stanzas.
    #[error("text outside of stanzas")]
    TextOutsideStanza,
    /// The root element is not `stream`.
    #[error("root element is not a stream")]
    NotAStream,
    /// The root element is not in the namespace of streams.
    #[error("stream header has a wrong namespace")]
    WrongStreamNamespace,
    /// A document ends before its root element does, or goes on after it.
    #[error("not one complete document")]
    NotOneDocument,
    /// Not well-formed, or XML that XMPP forbids (RFC 6120 §11.1).
    #[error("{0}")]
    Xml(rxml::Error),
}

impl FrameError {
    /// The stream error condition that tells the peer (RFC 6120 §4.9.3).
    pub fn condition(&self) -> StreamCondition {
        match self {
            Self::StanzaTooLong(_)
            | Self::HeaderTooLong(_)
            | Self::TooDeep(_)
            | Self::TooManyElements(_)
            | Self::TooManyChildren(_)
            | Self::TooManyAttributes(_)
            | Self::NameTooLong(_)
            | Self::NameNotAscii
            | Self::XmlId => StreamCondition::PolicyViolation,
            Self::DuplicateAttribute
            | Self::ReservedNamespace
            | Self::NamespaceNotUri
            | Self::NotOneDocument => StreamCondition::NotWellFormed,
            Self::TextOutsideStanza | Self::NotAStream => StreamCondition::BadFormat,
            Self::WrongStreamNamespace => StreamCondition::InvalidNamespace,
            Self::Xml(error) => xml_condition(*error),
        }
    }
}

fn xml_condition(error: rxml::Error) -> StreamCondition {
    match error {
        rxml::Error::InvalidUtf8Byte(_) => StreamCondition::UnsupportedEncoding,
        rxml::Error::RestrictedXml(what) if what.contains("utf-8") => StreamCondition::UnsupportedEncoding,
        rxml::Error::RestrictedXml(what) if what.starts_with("long") => StreamCondition::PolicyViolation,
        // The only constructs that begin with `<!` and are not refused by name are document type declarations.
        rxml::Error::InvalidSyntax(what) if what.starts_with("malformed cdata") => {
            StreamCondition::RestrictedXml
        }
        rxml::Error::RestrictedXml(_) | rxml::Error::UndeclaredEntity => StreamCondition::RestrictedXml,
        _ => StreamCondition::NotWellFormed,
    }
}

impl From<rxml::Error> for FrameError {
    fn from(error: rxml::Error) -> Self {
        match error {
            rxml::Error::DuplicateAttribute => Self::DuplicateAttribute,
            rxml::Error::ReservedNamespaceName | rxml::Error::ReservedNamespacePrefix => {
                Self::ReservedNamespace
            }
            other => Self::Xml(other),
        }
    }
}
