//! Fuzz targets: headers, lines, whole logs, dates. Run for longer by `cargo xtask fuzz`.
#![allow(
    clippy::disallowed_methods,
    reason = "a fuzzer looks at the clock and at the environment; the crate under test does not"
)]

#[cfg(test)]
#[path = "../../../stanza/tests/fuzz/driver.rs"]
mod driver;
#[cfg(test)]
mod targets;
