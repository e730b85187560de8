//! Fuzz targets: the XML reader, the stanza parser, WebSocket documents. Run for longer by `cargo xtask fuzz`.
#![allow(
    clippy::disallowed_methods,
    reason = "a fuzzer looks at the clock and at the environment; the crate under test does not"
)]

#[cfg(test)]
mod driver;
#[cfg(test)]
mod targets;
