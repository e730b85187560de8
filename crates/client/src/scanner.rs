//! Cuts what a server sends into the children of its stream, by counting depth.
//!
//! It checks no names and no namespaces: a server is trusted to send well-formed XML (RFC 6120 §4). Size and
//! depth are bounded nevertheless, so that a broken server costs a client its connection and no memory.

use bytes::{Buf, BytesMut};

use crate::error::Error;
use crate::frame::Frame;

/// The largest child of the stream that a client takes.
pub const MAX_FRAME_BYTES: usize = 4 * 1024 * 1024;
/// The deepest nesting that a client takes, the stream itself included.
pub const MAX_FRAME_DEPTH_ELEMENTS: usize = 256;

/// What stands between two angle brackets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TagKind {
    /// `<a>`
    Open,
    /// `</a>`
    Close,
    /// `<a/>`
    Empty,
    /// A declaration, comment or section of character data.
    Other,
}

/// One thing cut out of the stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Item {
    /// The opening tag of the stream.
    Opened(Frame),
    /// A complete child of the stream.
    Child(Frame),
    /// `</stream:stream>`
    Closed,
}

/// Remembers how far the bytes at the front of the buffer have been looked at.
#[derive(Default, Debug)]
pub(crate) struct Scanner {
    position: usize,
    depth_elements: usize,
}

impl Scanner {
    /// The next complete item, taken off the front of `buffer`; `None` if more bytes are needed.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past [`MAX_FRAME_BYTES`] or [`MAX_FRAME_DEPTH_ELEMENTS`].
    pub(crate) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Item>, Error> {
        loop {
            if self.depth_elements <= 1 {
                // Between the children only white space is legal: keep-alives (RFC 6120 §4.6.1).
                let skip = memchr::memchr(b'<', buffer).unwrap_or(buffer.len());
                buffer.advance(skip);
                self.position = 0;
            }
            let Some(start) = memchr::memchr(b'<', &buffer[self.position..]).map(|at| at + self.position)
            else {
                self.position = buffer.len();
                return incomplete(buffer);
            };
            self.position = start;
            let Some(end) = tag_end(buffer, start) else { return incomplete(buffer) };
            self.position = end + 1;
            match (tag_kind(&buffer[start..=end]), self.depth_elements) {
                (TagKind::Other, 0 | 1) => buffer.advance(self.position),
                (TagKind::Open, 0) => {
                    self.depth_elements = 1;
                    return Ok(Some(Item::Opened(self.take(buffer))));
                }
                (TagKind::Open, MAX_FRAME_DEPTH_ELEMENTS..) => {
                    return Err(Error::TooLarge("the nesting allowed"));
                }
                (TagKind::Open, _) => self.depth_elements += 1,
                (TagKind::Close | TagKind::Empty, 0) | (TagKind::Close, 1) => {
                    self.depth_elements = 0;
                    self.take(buffer);
                    return Ok(Some(Item::Closed));
                }
                (TagKind::Close, 2) => {
                    self.depth_elements = 1;
                    return Ok(Some(Item::Child(self.take(buffer))));
                }
                (TagKind::Empty, 1) => return Ok(Some(Item::Child(self.take(buffer)))),
                (TagKind::Close, _) => self.depth_elements -= 1,
                (TagKind::Empty | TagKind::Other, _) => {}
            }
        }
    }

    fn take(&mut self, buffer: &mut BytesMut) -> Frame {
        let frame = buffer.split_to(self.position).freeze();
        self.position = 0;
        Frame::new(frame)
    }
}

fn incomplete(buffer: &BytesMut) -> Result<Option<Item>, Error> {
    if buffer.len() > MAX_FRAME_BYTES { Err(Error::TooLarge("the bytes allowed")) } else { Ok(None) }
}

/// The kind of a complete tag, from its `<` to its `>`.
pub(crate) fn tag_kind(tag: &[u8]) -> TagKind {
    match tag {
        [b'<', b'/', ..] => TagKind::Close,
        [b'<', b'?' | b'!', ..] => TagKind::Other,
        [.., b'/', b'>'] => TagKind::Empty,
        _ => TagKind::Open,
    }
}

/// The position of the `>` that ends the tag (or comment, declaration, character data) starting at `start`.
pub(crate) fn tag_end(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = &bytes[start..];
    for (opening, closing) in [("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")] {
        if rest.get(1).is_some_and(|byte| matches!(byte, b'!' | b'?')) && rest.starts_with(opening.as_bytes())
        {
            let found = memchr::memmem::find(rest, closing.as_bytes())?;
            return Some(start + found + closing.len() - 1);
        }
    }
    let mut quote = None;
    for (offset, &byte) in rest.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(start + offset),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(pieces: &[&str]) -> Vec<Item> {
        let (mut scanner, mut buffer, mut items) = (Scanner::default(), BytesMut::new(), Vec::new());
        for piece in pieces {
            buffer.extend_from_slice(piece.as_bytes());
            while let Some(item) = scanner.next(&mut buffer).unwrap() {
                items.push(item);
            }
        }
        items
    }

    const STREAM: &str = "<?xml version='1.0'?><stream:stream id='a>b'><r xmlns='urn:xmpp:sm:3'/> \n<message to=\"a/>\">\
        <body>hi</body><!-- <no> --><x/><y><![CDATA[</message>]]></y></message><a h='1'></a></stream:stream>";

    #[test]
    fn a_stream_is_cut_into_its_children() {
        let texts: Vec<String> = scan(&[STREAM])
            .iter()
            .map(|item| match item {
                Item::Opened(frame) | Item::Child(frame) => frame.as_text().into_owned(),
                Item::Closed => "closed".to_owned(),
            })
            .collect();
        assert_eq!(texts[0], "<stream:stream id='a>b'>");
        assert_eq!(texts[1], "<r xmlns='urn:xmpp:sm:3'/>");
        assert!(texts[2].starts_with("<message to=") && texts[2].ends_with("]]></y></message>"));
        assert_eq!(texts[3..], ["<a h='1'></a>", "closed"]);
    }

    #[test]
    fn wherever_the_network_cuts_the_same_items_come_out() {
        let whole = scan(&[STREAM]);
        for cut in 1..STREAM.len() {
            assert_eq!(scan(&[&STREAM[..cut], &STREAM[cut..]]), whole, "cut at {cut}");
        }
        let bytes: Vec<&str> = STREAM.split_inclusive(|_| true).collect();
        assert_eq!(scan(&bytes), whole);
    }

    #[test]
    fn endless_nesting_and_endless_elements_are_refused() {
        let mut scanner = Scanner::default();
        let mut deep = BytesMut::from("<s>".repeat(MAX_FRAME_DEPTH_ELEMENTS + 2).as_str());
        let error = loop {
            match scanner.next(&mut deep) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("never refused"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::TooLarge("the nesting allowed")));

        let mut scanner = Scanner::default();
        let mut long = BytesMut::from("<s><message>");
        long.resize(MAX_FRAME_BYTES + 1, b'x');
        assert!(matches!(scanner.next(&mut long), Ok(Some(Item::Opened(_)))));
        long.extend_from_slice(b"xxxx");
        assert!(matches!(scanner.next(&mut long), Err(Error::TooLarge("the bytes allowed"))));
    }
}
