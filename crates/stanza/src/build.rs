//! Writes elements, all in TCP form unless said otherwise.

mod escape;
mod form;
mod time;
mod writer;

use bytes::Bytes;
use minidom::{Element, Node};

use crate::ns;

pub(crate) use self::escape::escaped_attribute_len;
pub use self::escape::{escape_attribute, escape_text};
pub use self::form::with_client_namespace;
pub use self::time::{parse_timestamp, timestamp};
pub(crate) use self::writer::Writer;

/// What ends a TCP stream (RFC 6120 §4.4).
pub const STREAM_CLOSE: &str = "</stream:stream>";
/// What ends a stream on a WebSocket (RFC 7395 §3.6).
pub const WEBSOCKET_CLOSE: &str = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";

/// Writes a tree, with default namespaces only; an outermost element of the stream's own namespace gets the prefix
/// `stream`, which clients expect.
pub fn element_bytes(element: &Element) -> Bytes {
    let mut writer = Writer::for_stream();
    write_element(element, &mut writer);
    Bytes::from(writer.finish())
}

/// Recursion is as deep as the tree, which the server built itself or within the limits of a stream.
fn write_element(element: &Element, writer: &mut Writer) {
    let attributes = element
        .attrs()
        .iter()
        .map(|((namespace, name), value)| (namespace.as_str(), name.as_str(), value.as_str()));
    writer.start(&element.ns(), element.name(), attributes);
    for node in element.nodes() {
        match node {
            Node::Element(child) => write_element(child, writer),
            Node::Text(text) => writer.text(text),
        }
    }
    writer.end();
}

/// Writes a stanza, or another element of `jabber:client`, with those attributes that have a value and with content
/// that is in TCP form itself.
pub fn stanza(name: &str, attributes: &[(&str, Option<&str>)], content: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(content.len() + 2 * name.len() + 64 * attributes.len());
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    for (name, value) in attributes {
        if let Some(value) = value {
            write_attribute(name, value, &mut out);
        }
    }
    if content.is_empty() {
        out.extend_from_slice(b"/>");
    } else {
        out.push(b'>');
        out.extend_from_slice(content);
        out.extend_from_slice(b"</");
        out.extend_from_slice(name.as_bytes());
        out.push(b'>');
    }
    out.shrink_to_fit();
    Bytes::from(out)
}

fn write_attribute(name: &str, value: &str, out: &mut Vec<u8>) {
    out.push(b' ');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"='");
    escape_attribute(value, out);
    out.push(b'\'');
}

/// An iq result (RFC 6120 §8.2.3); see also [`crate::RawStanza::result_reply`].
pub fn iq_result(from: Option<&str>, to: Option<&str>, id: &str, payload: &[u8]) -> Bytes {
    stanza("iq", &[("from", from), ("to", to), ("id", Some(id)), ("type", Some("result"))], payload)
}

/// An iq request of type `set`, such as a roster push.
pub fn iq_set(from: Option<&str>, to: Option<&str>, id: &str, payload: &[u8]) -> Bytes {
    stanza("iq", &[("from", from), ("to", to), ("id", Some(id)), ("type", Some("set"))], payload)
}

/// A message (RFC 6121 §5.2).
pub fn message(from: &str, to: &str, type_: Option<&str>, id: Option<&str>, content: &[u8]) -> Bytes {
    stanza("message", &[("from", Some(from)), ("to", Some(to)), ("id", id), ("type", type_)], content)
}

/// A presence (RFC 6121 §4.7); without a type it says available.
pub fn presence(from: &str, to: &str, type_: Option<&str>, content: &[u8]) -> Bytes {
    stanza("presence", &[("from", Some(from)), ("to", Some(to)), ("type", type_)], content)
}

/// An element with text of this namespace, such as a `<body/>`.
pub fn text_element(name: &str, namespace: &str, text: &str) -> Bytes {
    element(name, namespace, &[], |writer| writer.text(text))
}

/// `<delay/>`: when a stanza was sent that comes late, and who kept it (XEP-0203 §2). The time is in milliseconds
/// since 1970-01-01T00:00:00Z.
pub fn delay(milliseconds: i64, from: Option<&str>) -> Bytes {
    let stamp = timestamp(milliseconds);
    element("delay", ns::DELAY, &[("from", from), ("stamp", Some(&stamp))], |_| {})
}

/// `<stanza-id/>`: the id that `by` gave to a message (XEP-0359 §3.1).
pub fn stanza_id(id: &str, by: &str) -> Bytes {
    element("stanza-id", ns::STANZA_ID, &[("by", Some(by)), ("id", Some(id))], |_| {})
}

/// `<forwarded/>` around a stanza (XEP-0297 §3), with the delay element that goes before it if it was kept. The stanza
/// may be in either form.
pub fn forwarded(stanza: &Bytes, delay: Option<&Bytes>) -> Bytes {
    let stanza = with_client_namespace(stanza);
    element("forwarded", ns::FORWARD, &[], |writer| {
        if let Some(delay) = delay {
            writer.raw(delay);
        }
        writer.raw(&stanza);
    })
}

/// An element of a namespace around content that declares its own, such as the `<sent/>` of a carbon copy.
pub fn wrapped(name: &str, namespace: &str, attributes: &[(&str, Option<&str>)], content: &[u8]) -> Bytes {
    element(name, namespace, attributes, |writer| writer.raw(content))
}

fn element(
    name: &str,
    namespace: &str,
    attributes: &[(&str, Option<&str>)],
    content: impl FnOnce(&mut Writer),
) -> Bytes {
    let attributes = attributes.iter().filter_map(|(name, value)| Some(("", *name, (*value)?)));
    let mut writer = Writer::for_stream();
    writer.start(namespace, name, attributes);
    content(&mut writer);
    writer.end();
    Bytes::from(writer.finish())
}

/// The header that this server opens its side of a TCP stream with (RFC 6120 §4.7).
pub fn stream_header(from: &str, to: Option<&str>, id: &str) -> Bytes {
    let mut out = b"<?xml version='1.0'?><stream:stream xmlns='jabber:client'".to_vec();
    write_attribute("xmlns:stream", ns::STREAM, &mut out);
    write_header_attributes(from, to, id, &mut out);
    out.push(b'>');
    Bytes::from(out)
}

/// The `<open/>` that this server opens its side of a stream on a WebSocket with (RFC 7395 §3.4).
pub fn websocket_open(from: &str, to: Option<&str>, id: &str) -> Bytes {
    let mut out = b"<open".to_vec();
    write_attribute("xmlns", ns::FRAMING, &mut out);
    write_header_attributes(from, to, id, &mut out);
    out.extend_from_slice(b"/>");
    Bytes::from(out)
}

fn write_header_attributes(from: &str, to: Option<&str>, id: &str, out: &mut Vec<u8>) {
    write_attribute("id", id, out);
    write_attribute("from", from, out);
    if let Some(to) = to {
        write_attribute("to", to, out);
    }
    write_attribute("version", "1.0", out);
    write_attribute("xml:lang", "en", out);
}
