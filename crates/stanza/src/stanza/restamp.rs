//! A new start tag around the same content: what routing does to a stanza.

use bytes::Bytes;

use super::{Child, RawStanza};
use crate::build::{escape_attribute, escaped_attribute_len};
use crate::ns;

/// What becomes of one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark<'a> {
    /// It stays as it is, there or not.
    #[default]
    Keep,
    /// It gets this value.
    Set(&'a str),
    /// It goes.
    Remove,
}

/// What [`RawStanza::restamp`] changes. The default changes nothing, and gives the TCP form.
#[derive(Clone, Copy, Default)]
pub struct Stamp<'a> {
    /// The sender.
    pub from: Mark<'a>,
    /// The addressee.
    pub to: Mark<'a>,
    /// The id.
    pub id: Mark<'a>,
    /// The type.
    pub type_: Mark<'a>,
    /// Which direct children to leave out.
    pub remove: Option<&'a dyn Fn(&Child) -> bool>,
    /// Elements to add behind the children, in TCP form.
    pub append: &'a [Bytes],
}

impl<'a> Stamp<'a> {
    fn marks(&self) -> [(&'static str, Mark<'a>); 4] {
        [("from", self.from), ("to", self.to), ("id", self.id), ("type", self.type_)]
    }

    fn mark(&self, name: &str) -> Mark<'a> {
        self.marks().into_iter().find(|(marked, _)| *marked == name).map_or(Mark::Keep, |(_, mark)| mark)
    }
}

impl RawStanza {
    /// Writes the stanza with a new start tag and the same content, as one piece of memory of exact size. All other
    /// attributes stay. The result is in TCP form: no `xmlns` if the stanza is of `jabber:client`.
    pub fn restamp(&self, stamp: &Stamp<'_>) -> Bytes {
        let removed: Vec<&Child> = match stamp.remove {
            Some(remove) => self.children.iter().filter(|child| remove(child)).collect(),
            None => Vec::new(),
        };
        let appended: usize = stamp.append.iter().map(Bytes::len).sum();
        let content =
            self.inner().len() + appended - removed.iter().map(|child| child.range().len()).sum::<usize>();
        let tail = if content == 0 { "/>".len() } else { ">".len() + "</>".len() + self.name.len() };

        let mut tag_len = 1 + self.name.len();
        self.each_attribute(stamp, |prefix, name, value| {
            tag_len += prefix.map_or(0, |prefix| prefix.len() + 1);
            tag_len += " =''".len() + name.len() + escaped_attribute_len(value);
        });
        let mut out = Vec::with_capacity(tag_len + content + tail);
        out.push(b'<');
        out.extend_from_slice(self.name.as_bytes());
        self.each_attribute(stamp, |prefix, name, value| {
            out.push(b' ');
            if let Some(prefix) = prefix {
                out.extend_from_slice(prefix.as_bytes());
                out.push(b':');
            }
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"='");
            escape_attribute(value, &mut out);
            out.push(b'\'');
        });
        if content == 0 {
            out.extend_from_slice(b"/>");
        } else {
            out.push(b'>');
            self.copy_content(&removed, &mut out);
            for element in stamp.append {
                out.extend_from_slice(element);
            }
            out.extend_from_slice(b"</");
            out.extend_from_slice(self.name.as_bytes());
            out.push(b'>');
        }
        Bytes::from(out)
    }

    /// The stanza in TCP form, copied so that it holds no other memory.
    pub fn to_tcp_form(&self) -> Bytes {
        self.restamp(&Stamp::default())
    }

    /// Calls `each` with prefix, name and value of every attribute of the new start tag.
    fn each_attribute(&self, stamp: &Stamp<'_>, mut each: impl FnMut(Option<&str>, &str, &str)) {
        if self.namespace() != ns::CLIENT {
            each(None, "xmlns", self.namespace());
        }
        for attribute in &self.attributes {
            let mark = if attribute.prefix.is_none() { stamp.mark(&attribute.name) } else { Mark::Keep };
            match mark {
                Mark::Keep => each(attribute.prefix(), attribute.name(), attribute.value()),
                Mark::Set(value) => each(None, attribute.name(), value),
                Mark::Remove => {}
            }
        }
        for (name, mark) in stamp.marks() {
            if let Mark::Set(value) = mark
                && self.attribute(name).is_none()
            {
                each(None, name, value);
            }
        }
    }

    fn copy_content(&self, removed: &[&Child], out: &mut Vec<u8>) {
        let mut from = self.content as usize;
        for child in removed {
            out.extend_from_slice(self.bytes.get(from..child.range().start).unwrap_or_default());
            from = child.range().end;
        }
        out.extend_from_slice(self.bytes.get(from..self.foot as usize).unwrap_or_default());
    }
}
