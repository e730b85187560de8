//! A namespace name that costs nothing when it is a known one.

use std::fmt;
use std::sync::Arc;

use crate::ns;

/// A namespace name. Known ones (see [`ns`]) are not stored, others are shared; cloning is cheap either way.
#[derive(Clone)]
pub struct Namespace(Inner);

#[derive(Clone)]
enum Inner {
    Known(&'static str),
    Other(Arc<str>),
}

impl Namespace {
    /// `jabber:client`.
    pub const CLIENT: Self = Self(Inner::Known(ns::CLIENT));
    /// No namespace at all.
    pub const NONE: Self = Self(Inner::Known(""));

    /// The namespace of this name; the empty text means none.
    pub fn new(uri: &str) -> Self {
        Self(ns::known(uri).map_or_else(|| Inner::Other(uri.into()), Inner::Known))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Inner::Known(uri) => uri,
            Inner::Other(uri) => uri,
        }
    }
}

impl Default for Namespace {
    fn default() -> Self {
        Self::NONE
    }
}

impl PartialEq for Namespace {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Namespace {}

impl PartialEq<str> for Namespace {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Namespace {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
