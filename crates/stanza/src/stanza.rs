//! A stanza as bytes, with a map of its parts.

mod child;
mod restamp;
mod types;

use bytes::Bytes;
use jid::Jid;
use minidom::Element;
use rxml::NcName;

use crate::error::StanzaError;
use crate::namespace::Namespace;
use crate::ns;

pub use self::child::Child;
pub use self::restamp::{Mark, Stamp};
pub use self::types::{IqType, MessageType, PresenceType, StanzaKind};

/// An attribute of a stanza's start tag, resolved and decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub(crate) prefix: Option<NcName>,
    pub(crate) name: NcName,
    pub(crate) value: String,
}

impl Attribute {
    /// The prefix as written: `xml`, or one that is declared on the same start tag.
    pub fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref().map(AsRef::as_ref)
    }

    /// The name without prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, with references resolved.
    pub fn value(&self) -> &str {
        &self.value
    }

    fn is(&self, name: &str) -> bool {
        match name.split_once(':') {
            None => self.prefix.is_none() && self.name == name,
            Some((prefix, local)) => self.prefix() == Some(prefix) && self.name == local,
        }
    }
}

/// A tree could not be built.
#[derive(Debug, thiserror::Error)]
#[error("no tree could be built: {0}")]
pub struct ElementError(#[from] minidom::Error);

/// A stanza (RFC 6120 §8), or another element at its place: a *nonza*.
///
/// The bytes mean the same wherever `jabber:client` is the default namespace. They may share the memory of the whole
/// read that they came in: what is kept for long should be restamped, which copies.
#[derive(Debug, Clone)]
pub struct RawStanza {
    pub(crate) name: NcName,
    pub(crate) namespace: Namespace,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) children: Vec<Child>,
    /// Where the start tag ends.
    pub(crate) content: u32,
    /// Where the end tag begins; as `content` if there is none.
    pub(crate) foot: u32,
    pub(crate) bytes: Bytes,
}

impl RawStanza {
    /// The name without prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace name.
    pub fn namespace(&self) -> &str {
        self.namespace.as_str()
    }

    /// Whether this is the element of this name and namespace.
    pub fn is(&self, name: &str, namespace: &str) -> bool {
        self.name == name && self.namespace == *namespace
    }

    /// What the element is for routing.
    pub fn kind(&self) -> StanzaKind {
        match self.name() {
            _ if self.namespace() != ns::CLIENT => StanzaKind::Nonza,
            "message" => StanzaKind::Message,
            "presence" => StanzaKind::Presence,
            "iq" => StanzaKind::Iq,
            _ => StanzaKind::Nonza,
        }
    }

    /// The attributes of the start tag in their order, without a default namespace.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The value of an attribute without a prefix, or of `xml:lang` and its like.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.is(name)).map(Attribute::value)
    }

    /// The addressee.
    ///
    /// # Errors
    /// `jid-malformed` if it is no address (RFC 6120 §8.3.3.8).
    pub fn to(&self) -> Result<Option<Jid>, StanzaError> {
        Ok(self.attribute("to").map(Jid::new).transpose()?)
    }

    /// The sender, as written: only a server's stamp makes it true.
    ///
    /// # Errors
    /// `jid-malformed` if it is no address.
    pub fn from(&self) -> Result<Option<Jid>, StanzaError> {
        Ok(self.attribute("from").map(Jid::new).transpose()?)
    }

    /// The id.
    pub fn id(&self) -> Option<&str> {
        self.attribute("id")
    }

    /// The type as written; see also [`Self::message_type`], [`Self::presence_type`] and [`Self::iq_type`].
    pub fn type_(&self) -> Option<&str> {
        self.attribute("type")
    }

    /// The direct children in their order.
    pub fn children(&self) -> &[Child] {
        &self.children
    }

    /// The first direct child of this name and namespace.
    pub fn child(&self, name: &str, namespace: &str) -> Option<&Child> {
        self.children.iter().find(|child| child.is(name, namespace))
    }

    /// Whether there is a direct child of this name and namespace.
    pub fn has_child(&self, name: &str, namespace: &str) -> bool {
        self.child(name, namespace).is_some()
    }

    /// A child's bytes, which mean the same wherever the stanza's namespace is the default one.
    pub fn child_bytes(&self, child: &Child) -> Bytes {
        let (start, end) = (child.start as usize, child.end as usize);
        // A child of another stanza may lie beyond this one.
        if self.bytes.get(start..end).is_some() { self.bytes.slice(start..end) } else { Bytes::new() }
    }

    /// A child as a tree.
    ///
    /// # Errors
    /// Only for a child of another stanza: what the framer let pass can be built.
    pub fn child_element(&self, child: &Child) -> Result<Element, ElementError> {
        element(&self.child_bytes(child), &self.namespace)
    }

    /// The text directly within the first child of this name and namespace, if there is such a child.
    pub fn child_text(&self, name: &str, namespace: &str) -> Option<String> {
        let child = self.child(name, namespace)?;
        if !child.has_text {
            return Some(String::new());
        }
        Some(self.child_element(child).ok()?.text())
    }

    /// The stanza as a tree. Its depth and size are within the limits of its stream, so typed parsing is safe.
    ///
    /// # Errors
    /// Never for what the framer let pass.
    pub fn to_element(&self) -> Result<Element, ElementError> {
        element(&self.bytes, &Namespace::CLIENT)
    }

    /// The whole as received, or as written anew; with `xmlns` if the sender wrote one.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What stands between start and end tag.
    pub fn inner(&self) -> &[u8] {
        self.bytes.get(self.content as usize..self.foot as usize).unwrap_or_default()
    }
}

fn element(bytes: &[u8], parent: &Namespace) -> Result<Element, ElementError> {
    Ok(Element::from_reader_with_prefixes(bytes, parent.as_str().to_owned())?)
}
