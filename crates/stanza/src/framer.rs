//! From the bytes of a TCP stream to stanzas: restricted XML (RFC 6120 §11.1), counted and capped.
//!
//! A stanza that needs nothing from its surroundings is passed on as the bytes that came. One that uses a prefix, or a
//! default namespace of its stream other than `jabber:client`, is written anew with default namespaces only. Either
//! way what comes out means the same on every stream, and breaks no other parser.

mod assembler;
mod document;
mod failure;
mod header;
mod limits;
mod resolve;
mod start_tag;
mod uri;

use bytes::{Buf, Bytes, BytesMut};
use rxml::error::EndOrError;
use rxml::{Parse, RawEvent, RawParser, WithOptions};

use self::assembler::{Assembler, Step};
use self::header::{HeaderReader, Surroundings};
use crate::stanza::RawStanza;

pub use self::document::{parse_document, parse_stanza};
pub use self::failure::FrameError;
pub use self::header::StreamHeader;
pub use self::limits::*;

/// Bytes given to the parser at once. It looks for the end of a text through all that it is given, each time that the
/// text fills its buffer, so a large stanza in one piece would cost its square.
const PARSER_BITE_BYTES: usize = 4 * 1024;

/// One thing that a peer has said.
#[derive(Debug, Clone)]
pub enum Frame {
    /// The stream header, or a WebSocket's `<open/>`.
    StreamOpen(StreamHeader),
    /// A stanza, or another child of the stream.
    Stanza(RawStanza),
    /// The end of the stream, or a WebSocket's `<close/>`.
    StreamClose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Header,
    BetweenStanzas,
    Stanza,
    Closed,
}

/// Cuts the bytes of one TCP stream into frames (RFC 6120 §4, §11).
///
/// [`Self::push`] what was read, then take frames until there are none; a caller that pushes only then bounds the
/// buffer by one stanza's limit and one read. Frames do not depend on how the bytes were divided.
#[derive(Debug)]
pub struct Framer {
    parser: RawParser,
    limits: Limits,
    phase: Phase,
    /// Bytes from the start of the present header or stanza on.
    buffer: BytesMut,
    /// How many of them the parser has.
    fed: usize,
    header: Option<Box<HeaderReader>>,
    assembler: Assembler,
    surroundings: Surroundings,
    failure: Option<FrameError>,
}

impl Framer {
    /// A framer that waits for a stream header.
    pub fn new(limits: Limits) -> Self {
        Self {
            parser: new_parser(),
            limits,
            phase: Phase::Header,
            buffer: BytesMut::new(),
            fed: 0,
            header: None,
            assembler: Assembler::default(),
            surroundings: Surroundings::default(),
            failure: None,
        }
    }

    /// Changes the limits, from the next stanza on and for what is still missing of the present one.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Begins a new stream on the same transport (RFC 6120 §4.3.3). Bytes already received but not yet taken as
    /// frames belong to it. After STARTTLS there must be none ([`Self::unread`]): they came unencrypted.
    pub fn restart(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        *self = Self { buffer, ..Self::new(self.limits) };
    }

    /// How many bytes of frames not yet taken, or not yet complete, are held.
    pub fn unread(&self) -> usize {
        self.buffer.len()
    }

    /// Adds bytes as they were read. Bytes after the end of the stream, or after an error, are dropped.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.phase == Phase::Closed || self.failure.is_some() {
            return;
        }
        if self.buffer.is_empty() {
            self.buffer = BytesMut::with_capacity(bytes.len());
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next frame, if its last byte is here.
    ///
    /// # Errors
    /// The first refused byte is the last one read: from then on each call returns the same error.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let result = self.advance();
        if let Err(failure) = result {
            self.failure = Some(failure);
            self.release();
        }
        result
    }

    fn advance(&mut self) -> Result<Option<Frame>, FrameError> {
        loop {
            if self.phase == Phase::Closed || !self.skip_white_space()? {
                self.release();
                return Ok(None);
            }
            let limit = self.limit();
            let end = self.buffer.len().min(limit).min(self.fed + PARSER_BITE_BYTES);
            // The parser may hold an event back, so it is asked even when there is nothing to give.
            let mut bite = self.buffer.get(self.fed..end).unwrap_or_default();
            let result = self.parser.parse(&mut bite, false);
            self.fed = end.max(self.fed) - bite.len();
            match result {
                Ok(Some(event)) => {
                    if let Some(frame) = self.event(event)? {
                        return Ok(Some(frame));
                    }
                }
                Ok(None) => return Err(FrameError::NotOneDocument),
                Err(EndOrError::Error(error)) => return Err(error.into()),
                Err(EndOrError::NeedMoreData) if self.fed >= limit => return Err(self.too_long()),
                Err(EndOrError::NeedMoreData) if self.fed >= self.buffer.len() => return Ok(None),
                Err(EndOrError::NeedMoreData) => {}
            }
        }
    }

    /// Drops white space between stanzas, which the parser never sees: it keeps connections alive (RFC 6120 §4.6.1)
    /// and must cost nothing. False if nothing else is here.
    fn skip_white_space(&mut self) -> Result<bool, FrameError> {
        let before_header = self.phase == Phase::Header && self.fed == 0;
        if self.phase != Phase::BetweenStanzas && !before_header {
            return Ok(true);
        }
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let spaces = self.buffer.iter().take_while(|byte| is_space(byte)).count();
        self.buffer.advance(spaces);
        match self.buffer.first() {
            None => return Ok(false),
            Some(b'<') => {}
            Some(_) => return Err(FrameError::TextOutsideStanza),
        }
        if !before_header {
            self.phase = Phase::Stanza;
        }
        Ok(true)
    }

    fn event(&mut self, event: RawEvent) -> Result<Option<Frame>, FrameError> {
        if self.phase == Phase::Header {
            let reader = self.header.get_or_insert_default();
            let Some((header, surroundings)) = reader.event(event, &self.limits)? else { return Ok(None) };
            self.header = None;
            self.surroundings = surroundings;
            self.take(Phase::BetweenStanzas);
            return Ok(Some(Frame::StreamOpen(header)));
        }
        let bytes = self.buffer.get(..self.fed).unwrap_or_default();
        match self.assembler.event(event, bytes, &self.surroundings.default_namespace, &self.limits)? {
            Step::Going => Ok(None),
            Step::Done(draft) => {
                let bytes = self.take(Phase::BetweenStanzas);
                let stanza = if draft.depends_on_context {
                    resolve::resolve(&bytes, &self.surroundings, &self.limits)?
                } else {
                    draft.with_bytes(bytes)
                };
                Ok(Some(Frame::Stanza(stanza)))
            }
            Step::EndOfParent => {
                self.take(Phase::Closed);
                self.buffer = BytesMut::new();
                Ok(Some(Frame::StreamClose))
            }
        }
    }

    /// Takes what the parser has read out of the buffer.
    fn take(&mut self, next: Phase) -> Bytes {
        self.phase = next;
        self.buffer.split_to(std::mem::take(&mut self.fed)).freeze()
    }

    fn limit(&self) -> usize {
        if self.phase == Phase::Header { self.limits.header_bytes } else { self.limits.stanza_bytes }
    }

    fn too_long(&self) -> FrameError {
        if self.phase == Phase::Header {
            FrameError::HeaderTooLong(self.limits.header_bytes)
        } else {
            FrameError::StanzaTooLong(self.limits.stanza_bytes)
        }
    }

    /// Gives back all memory that an idle stream does not need.
    fn release(&mut self) {
        self.buffer = BytesMut::new();
        self.fed = 0;
        self.assembler.release();
        self.parser.release_temporaries();
    }
}

fn new_parser() -> RawParser {
    RawParser::with_options(rxml::Options {
        max_token_length: ATTRIBUTE_VALUE_BYTES,
        ..rxml::Options::default()
    })
}
