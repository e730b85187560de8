//! The start tag that is being read, and the checks that the raw parser leaves to us.

use rxml::{NcName, RawQName, XMLNS_XML, XMLNS_XMLNS};

use super::failure::FrameError;
use super::limits::Limits;
use super::uri::is_uri_reference;
use crate::ns;
use crate::stanza::Attribute;

/// The name and attributes of one element as they come in. Nothing is kept of elements already read, so the cost is
/// that of the largest start tag.
#[derive(Debug, Default)]
pub(super) struct StartTag {
    name: Option<RawQName>,
    attributes: Vec<Attribute>,
    default_namespace: Option<String>,
    prefixed: bool,
}

impl StartTag {
    /// Begins an element.
    pub(super) fn open(&mut self, name: RawQName, limits: &Limits) -> Result<(), FrameError> {
        check_name(&name, limits)?;
        if let Some(prefix) = &name.0 {
            // An element of the `xml` namespace cannot be written without that prefix, and is defined nowhere.
            if prefix == "xml" || prefix == "xmlns" {
                return Err(FrameError::ReservedNamespace);
            }
        }
        self.prefixed = name.0.is_some();
        self.name = Some(name);
        self.attributes.clear();
        self.default_namespace = None;
        Ok(())
    }

    /// Takes one attribute. A default namespace is set apart, every other one is kept, declarations included.
    pub(super) fn attribute(
        &mut self,
        name: RawQName,
        value: String,
        limits: &Limits,
    ) -> Result<(), FrameError> {
        check_name(&name, limits)?;
        if self.attributes.len() >= limits.attributes {
            return Err(FrameError::TooManyAttributes(limits.attributes));
        }
        let (prefix, name) = name;
        match prefix.as_deref().map(AsRef::as_ref) {
            None if name == "xmlns" => {
                check_namespace(&value)?;
                return match self.default_namespace.replace(value) {
                    Some(_) => Err(FrameError::DuplicateAttribute),
                    None => Ok(()),
                };
            }
            // Some parsers check that its value is a name that occurs once, and nothing in XMPP uses it.
            Some("xml") if name == "id" => return Err(FrameError::XmlId),
            None | Some("xml") => {}
            Some("xmlns") => {
                check_namespace_of_prefix(&name, &value)?;
                self.prefixed = true;
            }
            Some(_) => self.prefixed = true,
        }
        if self.attributes.iter().any(|known| known.name == name && known.prefix == prefix) {
            return Err(FrameError::DuplicateAttribute);
        }
        self.attributes.push(Attribute { prefix, name, value });
        Ok(())
    }

    /// Whether the element or an attribute uses or declares a prefix, other than attributes that use `xml`.
    pub(super) fn is_prefixed(&self) -> bool {
        self.prefixed
    }

    /// The default namespace declared here.
    pub(super) fn default_namespace(&self) -> Option<&str> {
        self.default_namespace.as_deref()
    }

    /// The name, which is there from [`Self::open`] until it is taken.
    pub(super) fn take_name(&mut self) -> Result<RawQName, FrameError> {
        self.name.take().ok_or(FrameError::NotOneDocument)
    }

    /// The attributes in their order, without a default namespace.
    pub(super) fn take_attributes(&mut self) -> Vec<Attribute> {
        std::mem::take(&mut self.attributes)
    }
}

fn check_name((prefix, name): &RawQName, limits: &Limits) -> Result<(), FrameError> {
    for part in prefix.iter().chain([name]) {
        if part.len() > limits.name_bytes {
            return Err(FrameError::NameTooLong(limits.name_bytes));
        }
        if !part.is_ascii() {
            return Err(FrameError::NameNotAscii);
        }
    }
    Ok(())
}

/// The raw parser has already tied `xml` and its namespace to each other and refused empty declarations.
fn check_namespace_of_prefix(prefix: &NcName, uri: &str) -> Result<(), FrameError> {
    if prefix == "xmlns" {
        return Err(FrameError::ReservedNamespace);
    }
    if prefix == "xml" { Ok(()) } else { check_namespace(uri) }
}

fn check_namespace(uri: &str) -> Result<(), FrameError> {
    if uri == XMLNS_XML || uri == XMLNS_XMLNS {
        return Err(FrameError::ReservedNamespace);
    }
    // Known names need no second look.
    if ns::known(uri).is_some() || is_uri_reference(uri) { Ok(()) } else { Err(FrameError::NamespaceNotUri) }
}
