//! A direct child of a stanza.

use rxml::NcName;

use crate::namespace::Namespace;

/// What is known of a direct child without building it: enough to see whether there is a body, a hint, a receipt.
#[derive(Debug, Clone)]
pub struct Child {
    pub(crate) name: NcName,
    pub(crate) namespace: Namespace,
    pub(crate) start: u32,
    /// Where its start tag ends.
    pub(crate) content: u32,
    pub(crate) end: u32,
    pub(crate) has_text: bool,
}

impl Child {
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

    /// Where it lies in the stanza's bytes.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether it holds text directly, white space included.
    pub fn has_text(&self) -> bool {
        self.has_text
    }

    /// Whether it holds nothing at all.
    pub fn is_empty_tag(&self) -> bool {
        self.content == self.end
    }
}
