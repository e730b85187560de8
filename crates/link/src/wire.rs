//! What is made from `proto/`. Nothing of it leaves this crate.
#![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated")]
#![allow(clippy::all, clippy::pedantic, clippy::needless_pass_by_value, reason = "generated")]

include!(concat!(env!("OUT_DIR"), "/everpresent.link.v1.rs"));

/// The versions of the wire that this release speaks. A stream's first message names one.
pub(crate) const VERSIONS: std::ops::RangeInclusive<u32> = 1..=1;
/// The version that this release begins a stream with.
pub(crate) const VERSION: u32 = 1;
