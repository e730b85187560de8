//! Elements as they came from the server, looked into without building a tree.

use std::borrow::Cow;

use bytes::Bytes;

use crate::scanner::{TagKind, tag_end, tag_kind};
use crate::text::unescape;

/// One child of the stream: a stanza, stream features, an acknowledgement.
///
/// Cloning is cheap; the bytes are shared with others read at the same time.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame(Bytes);

impl Frame {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The element as sent by the server.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The element as text, for logs and assertions.
    pub fn as_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The element to look into.
    pub fn element(&self) -> ElementView<'_> {
        ElementView { raw: &self.0 }
    }

    /// The element's name without a prefix: `message`, `iq`, `features`.
    pub fn name(&self) -> &str {
        self.element().local_name()
    }

    /// An attribute of the element itself, such as `from` or `id`.
    pub fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        self.element().attribute(name)
    }

    /// The character data of the first element inside (at any depth) with this local name, such as `body`.
    pub fn text(&self, local_name: &str) -> Option<String> {
        self.element().find(local_name).map(|found| found.text().into_owned())
    }

    /// Whether an element with this local name is inside, at any depth.
    pub fn has(&self, local_name: &str) -> bool {
        self.element().find(local_name).is_some()
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Frame({})", self.as_text())
    }
}

/// One element inside a [`Frame`]: the bytes from its opening to its closing tag.
#[derive(Clone, Copy, Debug)]
pub struct ElementView<'a> {
    raw: &'a [u8],
}

impl<'a> ElementView<'a> {
    /// The element's bytes.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The name without a prefix.
    pub fn local_name(&self) -> &'a str {
        local_name(self.opening_tag())
    }

    /// An attribute by its name as written, prefix included; references resolved.
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        let tag = self.opening_tag();
        let mut at = name_end(tag);
        loop {
            at += tag.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
            let equals = at + memchr::memchr(b'=', &tag[at..])?;
            let found = tag[at..equals].trim_ascii();
            let open = equals + 1 + tag[equals + 1..].iter().position(|byte| matches!(byte, b'"' | b'\''))?;
            let close = open + 1 + memchr::memchr(tag[open], &tag[open + 1..])?;
            if found == name.as_bytes() {
                return Some(unescape(&tag[open + 1..close]));
            }
            at = close + 1;
        }
    }

    /// The character data before the first child, references resolved.
    pub fn text(&self) -> Cow<'a, str> {
        let content = &self.raw[self.content_start()..];
        unescape(&content[..memchr::memchr(b'<', content).unwrap_or(0)])
    }

    /// The first element inside with this local name, at any depth, in document order.
    pub fn find(&self, local_name: &str) -> Option<ElementView<'a>> {
        self.find_all(local_name).next()
    }

    /// All elements inside with this local name, at any depth, in document order.
    pub fn find_all<'n>(&self, wanted: &'n str) -> impl Iterator<Item = ElementView<'a>> + use<'a, 'n> {
        let raw = self.raw;
        let mut at = self.content_start();
        std::iter::from_fn(move || {
            loop {
                let (start, end) = next_tag(raw, at)?;
                at = end + 1;
                let tag = &raw[start..=end];
                if matches!(tag_kind(tag), TagKind::Open | TagKind::Empty) && local_name(tag) == wanted {
                    return Some(ElementView { raw: element_at(raw, start)? });
                }
            }
        })
    }

    /// The direct children, in document order.
    pub fn children(&self) -> impl Iterator<Item = ElementView<'a>> + use<'a> {
        let raw = self.raw;
        let mut at = self.content_start();
        std::iter::from_fn(move || {
            loop {
                let (start, end) = next_tag(raw, at)?;
                match tag_kind(&raw[start..=end]) {
                    TagKind::Other => at = end + 1,
                    TagKind::Close => return None,
                    TagKind::Open | TagKind::Empty => {
                        let child = element_at(raw, start)?;
                        at = start + child.len();
                        return Some(ElementView { raw: child });
                    }
                }
            }
        })
    }

    fn opening_tag(&self) -> &'a [u8] {
        &self.raw[..self.content_start()]
    }

    fn content_start(&self) -> usize {
        tag_end(self.raw, 0).map_or(self.raw.len(), |end| end + 1)
    }
}

/// Where the element's name ends within its tag, counted from the `<`.
fn name_end(tag: &[u8]) -> usize {
    tag.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')).unwrap_or(tag.len())
}

fn local_name(tag: &[u8]) -> &str {
    let name = tag.get(1..name_end(tag)).unwrap_or_default();
    let start = memchr::memchr(b':', name).map_or(0, |colon| colon + 1);
    std::str::from_utf8(&name[start..]).unwrap_or_default()
}

/// The next tag at or after `at`: positions of its `<` and `>`.
fn next_tag(raw: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = at + memchr::memchr(b'<', raw.get(at..)?)?;
    Some((start, tag_end(raw, start)?))
}

/// The bytes of the element whose opening tag is at `start`.
fn element_at(raw: &[u8], start: usize) -> Option<&[u8]> {
    let mut depth_elements = 0usize;
    let mut at = start;
    loop {
        let (open, end) = next_tag(raw, at)?;
        match tag_kind(&raw[open..=end]) {
            TagKind::Open => depth_elements += 1,
            TagKind::Close => depth_elements = depth_elements.checked_sub(1)?,
            TagKind::Empty | TagKind::Other => {}
        }
        at = end + 1;
        if depth_elements == 0 {
            return Some(&raw[start..at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &'static str) -> Frame {
        Frame::new(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn attributes_are_found_in_any_order_and_quoting() {
        let message = frame("<message to=\"bob@x\" xml:lang='en'  id = 'a&amp;b' note='x=\"1\"'/>");
        assert_eq!(message.name(), "message");
        assert_eq!(message.attribute("to").unwrap(), "bob@x");
        assert_eq!(message.attribute("id").unwrap(), "a&b");
        assert_eq!(message.attribute("note").unwrap(), "x=\"1\"");
        assert_eq!(message.attribute("lang"), None);
    }

    #[test]
    fn an_attribute_of_a_child_is_not_the_frames_own() {
        assert_eq!(frame("<iq><query node='a'/></iq>").attribute("node"), None);
    }

    #[test]
    fn children_are_found_with_their_text() {
        let message = frame("<message><body>2 &lt; 3</body><x><body>inner</body></x></message>");
        assert_eq!(message.text("body").unwrap(), "2 < 3");
        let all: Vec<_> = message.element().find_all("body").map(|body| body.text()).collect();
        assert_eq!(all, ["2 < 3", "inner"]);
        let children: Vec<_> = message.element().children().map(|child| child.local_name()).collect();
        assert_eq!(children, ["body", "x"]);
        assert_eq!(message.element().find("x").unwrap().raw(), b"<x><body>inner</body></x>");
    }

    #[test]
    fn prefixes_do_not_matter_for_names() {
        let features = frame("<stream:features><starttls xmlns='t'><required/></starttls></stream:features>");
        assert_eq!(features.name(), "features");
        assert!(features.has("required"));
        assert!(!features.has("start"));
    }
}
