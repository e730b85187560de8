//! The slow way: namespaces resolved, and the stanza written anew without prefixes on its elements.

use bytes::Bytes;
use rxml::error::EndOrError;
use rxml::{Event, Parse, Parser, WithOptions};

use super::PARSER_BITE_BYTES;
use super::document::assemble;
use super::failure::FrameError;
use super::header::Surroundings;
use super::limits::{ATTRIBUTE_VALUE_BYTES, Limits};
use crate::build::{Writer, escape_attribute};
use crate::namespace::Namespace;
use crate::stanza::RawStanza;

/// Writes a well-formed stanza anew, as it would stand in a stream whose default namespace is `jabber:client`. Only
/// attributes of foreign namespaces keep a prefix, declared on their own element.
pub(super) fn resolve(
    stanza: &[u8],
    surroundings: &Surroundings,
    limits: &Limits,
) -> Result<RawStanza, FrameError> {
    let parent = parent_tag(surroundings);
    // Declaring a long namespace on each of many short elements multiplies the input, so the output is capped too.
    let mut writer = Writer::standing_alone();
    let mut parser = Parser::with_options(rxml::Options {
        max_token_length: ATTRIBUTE_VALUE_BYTES,
        ..rxml::Options::default()
    });
    let mut depth = 0_usize;
    for mut bite in parent.chunks(PARSER_BITE_BYTES).chain(stanza.chunks(PARSER_BITE_BYTES)) {
        loop {
            match parser.parse(&mut bite, false) {
                Ok(Some(Event::StartElement(_, (namespace, name), attributes))) => {
                    if depth > 0 {
                        let attributes = attributes.iter().map(|((namespace, name), value)| {
                            (namespace.as_str(), name.as_str(), value.as_str())
                        });
                        writer.start(&namespace, &name, attributes);
                    }
                    depth += 1;
                }
                Ok(Some(Event::EndElement(_))) => {
                    depth -= 1;
                    writer.end();
                }
                Ok(Some(Event::Text(_, text))) => writer.text(&text),
                Ok(Some(Event::XmlDeclaration(..)) | None) => return Err(FrameError::NotOneDocument),
                Err(EndOrError::NeedMoreData) => break,
                Err(EndOrError::Error(error)) => return Err(error.into()),
            }
            if writer.len() > limits.stanza_bytes {
                return Err(FrameError::StanzaTooLong(limits.stanza_bytes));
            }
        }
    }
    let resolved = Bytes::from(writer.finish());
    // Each declaration counts as an attribute, and the element and every attribute may have got one.
    let room = Limits { attributes: 2 * limits.attributes + 1, ..*limits };
    assemble(resolved, &Namespace::CLIENT, &room).map(|(stanza, _)| stanza)
}

/// The start tag of an element around the stanza that declares what the stream header did.
fn parent_tag(surroundings: &Surroundings) -> Vec<u8> {
    let mut tag = b"<stream xmlns='".to_vec();
    escape_attribute(surroundings.default_namespace.as_str(), &mut tag);
    tag.push(b'\'');
    for (prefix, namespace) in &surroundings.prefixes {
        tag.extend_from_slice(b" xmlns:");
        tag.extend_from_slice(prefix.as_bytes());
        tag.extend_from_slice(b"='");
        escape_attribute(namespace.as_str(), &mut tag);
        tag.push(b'\'');
    }
    tag.push(b'>');
    tag
}
