//! Writes elements without prefixes.

use super::{escape_attribute, escape_text};
use crate::namespace::Namespace;
use crate::ns;

/// Writes elements that declare their namespaces as default ones, each where it differs from the element around.
pub(crate) struct Writer {
    out: Vec<u8>,
    /// Default namespace outside, then that of each open element.
    scopes: Vec<Namespace>,
    /// Where the name of each open element lies in `out`.
    names: Vec<std::ops::Range<usize>>,
    /// Whether the last start tag may still become an empty one.
    tag_open: bool,
    /// Whether an outermost element of the stream's own namespace gets the prefix that every stream header binds.
    binds_stream: bool,
}

impl Writer {
    /// A writer for the outgoing side of a stream, where `jabber:client` is the default namespace. The stream's own
    /// elements get the prefix `stream`: many clients know them by it only.
    pub(crate) fn for_stream() -> Self {
        Self { binds_stream: true, ..Self::standing_alone() }
    }

    /// A writer that uses no prefix for elements and takes `jabber:client` as the default namespace around.
    pub(crate) fn standing_alone() -> Self {
        Self {
            out: Vec::new(),
            scopes: vec![Namespace::CLIENT],
            names: Vec::new(),
            tag_open: false,
            binds_stream: false,
        }
    }

    /// Begins an element; attributes are (namespace, name, value).
    pub(crate) fn start<'a>(
        &mut self,
        namespace: &str,
        name: &str,
        attributes: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
    ) {
        self.close_tag();
        self.out.push(b'<');
        let is_stream = self.binds_stream && self.names.is_empty() && namespace == ns::STREAM;
        let begin = self.out.len();
        self.out.extend_from_slice(if is_stream { b"stream:" } else { b"" });
        self.out.extend_from_slice(name.as_bytes());
        self.names.push(begin..self.out.len());
        let scope = self.scopes.last().cloned().unwrap_or_default();
        let declares = scope != *namespace && !is_stream;
        self.scopes.push(if declares { Namespace::new(namespace) } else { scope });
        if declares {
            self.attribute("xmlns", namespace);
        }
        let mut foreign = 0_usize;
        for (namespace, name, value) in attributes {
            match namespace {
                "" => self.attribute(name, value),
                rxml::XMLNS_XML => self.attribute(&format!("xml:{name}"), value),
                _ => {
                    self.attribute(&format!("xmlns:ns{foreign}"), namespace);
                    self.attribute(&format!("ns{foreign}:{name}"), value);
                    foreign += 1;
                }
            }
        }
        self.tag_open = true;
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"='");
        escape_attribute(value, &mut self.out);
        self.out.push(b'\'');
    }

    pub(crate) fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.close_tag();
            escape_text(text, &mut self.out);
        }
    }

    /// Adds content that is well-formed and right in this place.
    pub(crate) fn raw(&mut self, content: &[u8]) {
        if !content.is_empty() {
            self.close_tag();
            self.out.extend_from_slice(content);
        }
    }

    /// Ends the innermost open element.
    pub(crate) fn end(&mut self) {
        let Some(name) = self.names.pop() else { return };
        self.scopes.pop();
        if std::mem::take(&mut self.tag_open) {
            self.out.extend_from_slice(b"/>");
        } else {
            self.out.extend_from_slice(b"</");
            self.out.extend_from_within(name);
            self.out.push(b'>');
        }
    }

    fn close_tag(&mut self) {
        if std::mem::take(&mut self.tag_open) {
            self.out.push(b'>');
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }
}
