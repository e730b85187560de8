//! From TCP form to client form.

use bytes::Bytes;
use memchr::{memchr, memchr2};

/// An element that stands alone, as a WebSocket message or in an element of another namespace: ` xmlns='jabber:client'`
/// is inserted, or for `<stream:features/>` and `<stream:error/>` the declaration of their prefix (RFC 7395 §3.3.2).
/// What declares a default namespace already is returned as it is, without a copy.
///
/// `element` is one element in TCP form or client form, as everything that this crate writes or lets pass.
pub fn with_client_namespace(element: &Bytes) -> Bytes {
    let name_end = element.iter().position(|byte| b" \t\r\n/>".contains(byte)).unwrap_or(element.len());
    let (name, rest) = element.split_at(name_end);
    if declares_default_namespace(rest) {
        return element.clone();
    }
    let declaration: &[u8] = if name.starts_with(b"<stream:") {
        b" xmlns:stream='http://etherx.jabber.org/streams'"
    } else {
        b" xmlns='jabber:client'"
    };
    let mut out = Vec::with_capacity(element.len() + declaration.len());
    out.extend_from_slice(name);
    out.extend_from_slice(declaration);
    out.extend_from_slice(rest);
    Bytes::from(out)
}

/// Walks over the attributes of a start tag, given what follows its name.
fn declares_default_namespace(mut rest: &[u8]) -> bool {
    loop {
        rest = rest.trim_ascii_start();
        let Some(equals) = memchr2(b'=', b'>', rest) else { return false };
        let (name, value) = rest.split_at(equals);
        if value.first() == Some(&b'>') {
            return false;
        }
        let name = name.trim_ascii_end();
        if name == b"xmlns" || name == b"xmlns:stream" {
            return true;
        }
        let value = value.get(1..).unwrap_or_default().trim_ascii_start();
        let Some((quote, value)) = value.split_first() else { return false };
        let Some(end) = memchr(*quote, value) else { return false };
        rest = value.get(end + 1..).unwrap_or_default();
    }
}
