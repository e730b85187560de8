//! Writing small payloads as text: a roster of thousands of items is not worth a tree that is thrown away at once.

use everpresent_stanza::build::{escape_attribute, escape_text};

/// Appends ` name='value'`.
pub(crate) fn attribute(out: &mut Vec<u8>, name: &str, value: &str) {
    out.push(b' ');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"='");
    escape_attribute(value, out);
    out.push(b'\'');
}

/// Appends `<name>text</name>`.
pub(crate) fn text_element(out: &mut Vec<u8>, name: &str, text: &str) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
    escape_text(text, out);
    end(out, name);
}

/// Appends `</name>`.
pub(crate) fn end(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}
