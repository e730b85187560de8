//! What `bridges init` writes.

/// A commented inventory of two Web Bridges and a Call Bridge.
pub const TEMPLATE: &str = include_str!("template.toml");
