//! Follows the events of one stanza and notes where its parts lie in the bytes.

use bytes::Bytes;
use memchr::memrchr;
use rxml::{NcName, RawEvent};

use super::failure::FrameError;
use super::limits::Limits;
use super::start_tag::StartTag;
use crate::namespace::Namespace;
use crate::stanza::{Attribute, Child, RawStanza};

/// What an event has completed.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing yet.
    Going,
    /// The stanza: what is known of it, to be joined with its bytes.
    Done(Draft),
    /// The end of the element around the stanzas.
    EndOfParent,
}

/// A stanza without its bytes.
#[derive(Debug)]
pub(super) struct Draft {
    name: NcName,
    namespace: Namespace,
    attributes: Vec<Attribute>,
    children: Vec<Child>,
    content: u32,
    foot: u32,
    /// Whether the bytes mean something only in the place where they were received.
    pub(super) depends_on_context: bool,
}

impl Draft {
    /// Joins the stanza with its bytes.
    pub(super) fn with_bytes(self, bytes: Bytes) -> RawStanza {
        RawStanza {
            name: self.name,
            namespace: self.namespace,
            attributes: self.attributes,
            children: self.children,
            content: self.content,
            foot: self.foot,
            bytes,
        }
    }
}

/// Collects one stanza after another. Positions come from how much the parser has consumed, not from the lengths that
/// its events carry, since those leave out an empty CDATA section.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    depth: usize,
    elements: usize,
    tag: StartTag,
    draft: Option<Draft>,
}

impl Assembler {
    /// Takes an event; `bytes` are those of the stanza from its `<` up to where the parser stands.
    pub(super) fn event(
        &mut self,
        event: RawEvent,
        bytes: &[u8],
        parent: &Namespace,
        limits: &Limits,
    ) -> Result<Step, FrameError> {
        match event {
            RawEvent::ElementHeadOpen(_, name) => {
                self.count_element(limits)?;
                self.tag.open(name, limits)?;
                self.begin(bytes, limits)?;
            }
            RawEvent::Attribute(_, name, value) => self.tag.attribute(name, value, limits)?,
            RawEvent::ElementHeadClose(_) => self.end_of_head(bytes, parent)?,
            RawEvent::Text(_, text) => self.text(&text)?,
            RawEvent::ElementFoot(_) => return self.end_of_element(bytes),
            RawEvent::XmlDeclaration(..) => return Err(FrameError::NotOneDocument),
        }
        Ok(Step::Going)
    }

    /// Gives memory back; only between stanzas.
    pub(super) fn release(&mut self) {
        self.tag = StartTag::default();
    }

    fn count_element(&mut self, limits: &Limits) -> Result<(), FrameError> {
        self.depth += 1;
        self.elements += 1;
        if self.depth > limits.depth {
            return Err(FrameError::TooDeep(limits.depth));
        }
        if self.elements > limits.elements {
            return Err(FrameError::TooManyElements(limits.elements));
        }
        Ok(())
    }

    /// Notes where an element begins. Its name cannot hold a `<`, so the last one read is its own.
    fn begin(&mut self, bytes: &[u8], limits: &Limits) -> Result<(), FrameError> {
        match self.depth {
            1 if memrchr(b'<', bytes) != Some(0) => Err(FrameError::TextOutsideStanza),
            2 => {
                let Some(draft) = &mut self.draft else { return Err(FrameError::NotOneDocument) };
                if draft.children.len() >= limits.children {
                    return Err(FrameError::TooManyChildren(limits.children));
                }
                let start = memrchr(b'<', bytes).map_or(0, position);
                let (_, name) = self.tag.take_name()?;
                draft.children.push(Child {
                    name,
                    namespace: draft.namespace.clone(),
                    start,
                    content: start,
                    end: start,
                    has_text: false,
                });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn end_of_head(&mut self, bytes: &[u8], parent: &Namespace) -> Result<(), FrameError> {
        let content = position(bytes.len());
        if self.depth == 1 {
            let (_, name) = self.tag.take_name()?;
            let declared = self.tag.default_namespace().map(Namespace::new);
            let depends_on_context =
                self.tag.is_prefixed() || (declared.is_none() && *parent != Namespace::CLIENT);
            self.draft = Some(Draft {
                name,
                namespace: declared.unwrap_or_else(|| parent.clone()),
                attributes: self.tag.take_attributes(),
                children: Vec::new(),
                content,
                foot: content,
                depends_on_context,
            });
            return Ok(());
        }
        let Some(draft) = &mut self.draft else { return Err(FrameError::NotOneDocument) };
        draft.depends_on_context |= self.tag.is_prefixed();
        if self.depth == 2
            && let Some(child) = draft.children.last_mut()
        {
            child.content = content;
            if let Some(declared) = self.tag.default_namespace() {
                child.namespace = Namespace::new(declared);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), FrameError> {
        match (self.depth, &mut self.draft) {
            (0, _) => Err(FrameError::TextOutsideStanza),
            (2, Some(draft)) => {
                if let Some(child) = draft.children.last_mut() {
                    child.has_text |= !text.is_empty();
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn end_of_element(&mut self, bytes: &[u8]) -> Result<Step, FrameError> {
        let end = position(bytes.len());
        match self.depth {
            0 => return Ok(Step::EndOfParent),
            1 => {
                let mut draft = self.draft.take().ok_or(FrameError::NotOneDocument)?;
                // An empty-element tag ends where its head does.
                if draft.content != end {
                    draft.foot = memrchr(b'<', bytes).map_or(end, position);
                }
                (self.depth, self.elements) = (0, 0);
                return Ok(Step::Done(draft));
            }
            2 => {
                if let Some(child) = self.draft.as_mut().and_then(|draft| draft.children.last_mut()) {
                    child.end = end;
                }
            }
            _ => {}
        }
        self.depth -= 1;
        Ok(Step::Going)
    }
}

/// Stanzas are far shorter than 4 GiB: their limit is checked before a byte reaches the parser.
fn position(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
