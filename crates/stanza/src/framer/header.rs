//! The stream header and what it means for the stanzas that follow.

use rxml::{RawEvent, RawQName};

use super::failure::FrameError;
use super::limits::Limits;
use super::start_tag::StartTag;
use crate::namespace::Namespace;
use crate::ns;
use crate::stanza::Attribute;

/// What a peer says when it opens a stream (RFC 6120 §4.7, RFC 7395 §3.4). Addresses are as sent, not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamHeader {
    /// The domain that the peer wants to talk to.
    pub to: Option<String>,
    /// Who the peer says that it is.
    pub from: Option<String>,
    /// The stream id; only from the side that accepts.
    pub id: Option<String>,
    /// The version of XMPP, `1.0` for all that RFC 6120 describes.
    pub version: Option<String>,
    /// The language of the peer's texts (`xml:lang`).
    pub lang: Option<String>,
    /// The namespace of stanzas that declare none: `jabber:client` from clients, always so on a WebSocket.
    pub default_namespace: Namespace,
}

impl StreamHeader {
    /// The header with these attributes.
    pub(super) fn new(attributes: Vec<Attribute>, default_namespace: Namespace) -> Self {
        let mut header =
            Self { to: None, from: None, id: None, version: None, lang: None, default_namespace };
        for Attribute { prefix, name, value } in attributes {
            let field = match (prefix.as_deref().map(AsRef::as_ref), name.as_str()) {
                (None, "to") => &mut header.to,
                (None, "from") => &mut header.from,
                (None, "id") => &mut header.id,
                (None, "version") => &mut header.version,
                (Some("xml"), "lang") => &mut header.lang,
                _ => continue,
            };
            *field = Some(value);
        }
        header
    }
}

/// The namespaces in scope where stanzas stand.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Namespace of elements without a prefix.
    pub(super) default_namespace: Namespace,
    /// Prefixes and their namespace names.
    pub(super) prefixes: Box<[(Box<str>, Namespace)]>,
}

/// Reads an optional XML declaration and the start tag of the root.
#[derive(Debug, Default)]
pub(super) struct HeaderReader {
    name: Option<RawQName>,
    tag: StartTag,
}

impl HeaderReader {
    /// Takes an event; at the end of the start tag, the header and what it declares.
    pub(super) fn event(
        &mut self,
        event: RawEvent,
        limits: &Limits,
    ) -> Result<Option<(StreamHeader, Surroundings)>, FrameError> {
        match event {
            RawEvent::XmlDeclaration(..) => Ok(None),
            RawEvent::ElementHeadOpen(_, name) => {
                self.tag.open(name.clone(), limits)?;
                self.name = Some(name);
                Ok(None)
            }
            RawEvent::Attribute(_, name, value) => {
                self.tag.attribute(name, value, limits)?;
                Ok(None)
            }
            RawEvent::ElementHeadClose(_) => self.finish().map(Some),
            RawEvent::Text(..) | RawEvent::ElementFoot(_) => Err(FrameError::NotOneDocument),
        }
    }

    fn finish(&mut self) -> Result<(StreamHeader, Surroundings), FrameError> {
        let (prefix, name) = self.name.take().ok_or(FrameError::NotOneDocument)?;
        let default_namespace = self.tag.default_namespace().map_or(Namespace::NONE, Namespace::new);
        let attributes = self.tag.take_attributes();
        let prefixes: Box<[(Box<str>, Namespace)]> = attributes
            .iter()
            .filter(|attribute| attribute.prefix.as_deref().is_some_and(|prefix| prefix == "xmlns"))
            .map(|attribute| (attribute.name.as_str().into(), Namespace::new(&attribute.value)))
            .collect();
        let bound = |prefix: &str| prefixes.iter().find(|(known, _)| **known == *prefix).map(|(_, uri)| uri);
        let namespace = match &prefix {
            None => Some(&default_namespace),
            Some(prefix) => bound(prefix),
        };
        match namespace {
            _ if name != "stream" => return Err(FrameError::NotAStream),
            Some(namespace) if *namespace == ns::STREAM => {}
            _ => return Err(FrameError::WrongStreamNamespace),
        }
        for attribute in &attributes {
            if let Some(prefix) = attribute.prefix.as_deref()
                && !matches!(prefix.as_str(), "xml" | "xmlns")
                && bound(prefix).is_none()
            {
                return Err(FrameError::Xml(rxml::Error::UndeclaredNamespacePrefix(None)));
            }
        }
        let header = StreamHeader::new(attributes, default_namespace.clone());
        Ok((header, Surroundings { default_namespace, prefixes }))
    }
}
