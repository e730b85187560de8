//! What one stream may cost before it has said anything worth it.

/// Longest stanza before sign-in, in bytes as received: room for any SASL exchange, dear to nobody.
pub const STANZA_BYTES_BEFORE_SIGN_IN: usize = 16 * 1024;
/// Longest stanza after sign-in, in bytes as received. RFC 6120 §13.12 asks for 10,000 at least.
pub const STANZA_BYTES: usize = 256 * 1024;
/// Longest stream header with the XML declaration before it, in bytes as received.
pub const HEADER_BYTES: usize = 4 * 1024;
/// Levels of elements within a stanza, itself included. The deepest payload of today's clients, a Jingle offer
/// forwarded within a carbon copy, has about fifteen; typed parsers recurse, and abort the process at thousands.
pub const STANZA_DEPTH: usize = 32;
/// Elements within a stanza, itself included: a tree costs some 300 bytes for each of them.
pub const STANZA_ELEMENTS: usize = 8 * 1024;
/// Direct children of a stanza, each of which is remembered apart.
pub const STANZA_CHILDREN: usize = 256;
/// Attributes of one element, namespace declarations included. They are compared pairwise, so few.
pub const ELEMENT_ATTRIBUTES: usize = 64;
/// Longest name of an element or attribute, in bytes, prefix and local part counted apart.
pub const NAME_BYTES: usize = 128;
/// Longest value of an attribute, in bytes after references are resolved.
pub const ATTRIBUTE_VALUE_BYTES: usize = 8 * 1024;

/// Caps on what a peer sends. They are checked on bytes as received, before anything is built from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one stanza.
    pub stanza_bytes: usize,
    /// Bytes of the stream header.
    pub header_bytes: usize,
    /// Levels of elements within a stanza, itself included.
    pub depth: usize,
    /// Elements within a stanza, itself included.
    pub elements: usize,
    /// Direct children of a stanza.
    pub children: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Bytes of one name.
    pub name_bytes: usize,
}

impl Limits {
    /// For streams that have signed in.
    pub const SIGNED_IN: Self = Self {
        stanza_bytes: STANZA_BYTES,
        header_bytes: HEADER_BYTES,
        depth: STANZA_DEPTH,
        elements: STANZA_ELEMENTS,
        children: STANZA_CHILDREN,
        attributes: ELEMENT_ATTRIBUTES,
        name_bytes: NAME_BYTES,
    };

    /// For streams whose peer is not known yet.
    pub const BEFORE_SIGN_IN: Self = Self { stanza_bytes: STANZA_BYTES_BEFORE_SIGN_IN, ..Self::SIGNED_IN };

    /// For bytes that this server wrote: what it accepted once, plus its own wrapping (carbons, archive, delay).
    pub const TRUSTED: Self = Self {
        stanza_bytes: 4 * STANZA_BYTES,
        depth: 2 * STANZA_DEPTH,
        elements: 2 * STANZA_ELEMENTS,
        children: 2 * STANZA_CHILDREN,
        attributes: 2 * ELEMENT_ATTRIBUTES,
        ..Self::SIGNED_IN
    };
}
