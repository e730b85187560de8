//! Fuzz targets: known hosts, the inventory, times, syslog, SFTP, the journal, Janus. Run for longer by `cargo xtask fuzz`.
#![allow(
    clippy::disallowed_methods,
    reason = "a fuzzer looks at the clock and at the environment; the crate under test does not"
)]

#[cfg(test)]
#[path = "../../../stanza/tests/fuzz/driver.rs"]
mod driver;
#[cfg(test)]
mod inventory;
#[cfg(test)]
mod janus;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod known_hosts;
#[cfg(test)]
mod sftp;
#[cfg(test)]
mod syslog;
#[cfg(test)]
mod timing;
