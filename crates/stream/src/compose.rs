//! Small steps for building and reading elements.

use everpresent_stanza::Element;
use minidom::rxml::{Namespace, NcName};

/// Chainable building of an [`Element`].
pub(crate) trait Compose: Sized {
    /// With an attribute in no namespace. `name` is a literal and a valid XML name.
    fn attribute(self, name: &'static str, value: impl Into<String>) -> Self;
    /// With text as its content.
    fn content(self, text: impl Into<String>) -> Self;
    /// With a child element.
    fn child(self, child: Element) -> Self;
    /// With child elements.
    fn children_from(self, children: impl IntoIterator<Item = Element>) -> Self;
}

impl Compose for Element {
    fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        match NcName::try_from(name) {
            Ok(name) => self.set_attr(Namespace::NONE, name, value.into()),
            Err(_) => debug_assert!(false, "{name} is no attribute name"),
        }
        self
    }

    fn content(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.append_text_node(text);
        }
        self
    }

    fn child(mut self, child: Element) -> Self {
        self.append_child(child);
        self
    }

    fn children_from(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Compose::child)
    }
}

/// An XML Schema boolean: `true`, `1`, `false` or `0`.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}
