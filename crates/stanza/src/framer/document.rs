//! Whole documents: WebSocket frames, and stanzas that were stored.

use bytes::Bytes;
use rxml::error::EndOrError;
use rxml::{Parse, RawEvent};

use super::assembler::{Assembler, Step};
use super::failure::FrameError;
use super::header::{StreamHeader, Surroundings};
use super::limits::Limits;
use super::{Frame, PARSER_BITE_BYTES, new_parser, resolve};
use crate::namespace::Namespace;
use crate::ns;
use crate::stanza::RawStanza;

/// Reads one WebSocket message, which is one document (RFC 7395 §3.3). `<open/>` and `<close/>` become the frames that
/// a TCP stream's header and end are; a stanza keeps the namespace that it declares.
///
/// # Errors
/// As [`super::Framer::next_frame`], and if `document` does not begin with `<` or is not exactly one element.
pub fn parse_document(document: &Bytes, limits: &Limits) -> Result<Frame, FrameError> {
    let surroundings = Surroundings { default_namespace: Namespace::NONE, ..Surroundings::default() };
    let (stanza, depends_on_context) = assemble(document.clone(), &surroundings.default_namespace, limits)?;
    let stanza =
        if depends_on_context { resolve::resolve(stanza.bytes(), &surroundings, limits)? } else { stanza };
    Ok(match stanza.namespace() {
        ns::FRAMING if stanza.name() == "open" => {
            Frame::StreamOpen(StreamHeader::new(stanza.attributes, Namespace::CLIENT))
        }
        ns::FRAMING if stanza.name() == "close" => Frame::StreamClose,
        _ => Frame::Stanza(stanza),
    })
}

/// Reads a stanza that this server wrote or accepted earlier, in TCP form or with `xmlns='jabber:client'`.
///
/// # Errors
/// If the bytes are not one such stanza: they were damaged.
pub fn parse_stanza(bytes: &Bytes) -> Result<RawStanza, FrameError> {
    // Prefixes are left alone: those that a resolved stanza has are declared within it.
    assemble(bytes.clone(), &Namespace::CLIENT, &Limits::TRUSTED).map(|(stanza, _)| stanza)
}

/// Reads one element, without copying it, and tells whether it depends on what stands around it.
pub(super) fn assemble(
    mut bytes: Bytes,
    parent: &Namespace,
    limits: &Limits,
) -> Result<(RawStanza, bool), FrameError> {
    if bytes.len() > limits.stanza_bytes {
        return Err(FrameError::StanzaTooLong(limits.stanza_bytes));
    }
    let mut parser = new_parser();
    let mut assembler = Assembler::default();
    let mut fed = 0;
    loop {
        let end = bytes.len().min(fed + PARSER_BITE_BYTES);
        let mut bite = bytes.get(fed..end).unwrap_or_default();
        let result = parser.parse(&mut bite, false);
        fed = end - bite.len();
        match result {
            Ok(Some(RawEvent::XmlDeclaration(..))) => {
                let rest = bytes.get(fed..).unwrap_or_default();
                bytes = bytes.slice(fed + rest.len() - rest.trim_ascii_start().len()..);
                fed = 0;
            }
            Ok(Some(event)) => {
                let read = bytes.get(..fed).unwrap_or_default();
                match assembler.event(event, read, parent, limits)? {
                    Step::Going => {}
                    Step::EndOfParent => return Err(FrameError::NotOneDocument),
                    Step::Done(_) if !bytes.get(fed..).unwrap_or_default().trim_ascii().is_empty() => {
                        return Err(FrameError::NotOneDocument);
                    }
                    Step::Done(draft) => {
                        bytes.truncate(fed);
                        let depends_on_context = draft.depends_on_context;
                        return Ok((draft.with_bytes(bytes), depends_on_context));
                    }
                }
            }
            Err(EndOrError::Error(error)) => return Err(error.into()),
            Err(EndOrError::NeedMoreData) if fed < bytes.len() => {}
            Ok(None) | Err(EndOrError::NeedMoreData) => return Err(FrameError::NotOneDocument),
        }
    }
}
