//! Whether what was heard of a server is good enough to restart something without anybody's order. Pure.
//!
//! A datagram can be forged, and a forged count can make a leak where there is none: the calls that a restart would cut are
//! known from the same lines. So a line counts for an automatic restart only if its way proves its sender ([`Worth::Good`]), or
//! if a second source of another kind tells the same ([`Jury`]). Everything counts for alerts.

mod jury;
mod worth;

pub use jury::{Evidence, Heard, Jury};
pub use worth::{Kind, Known, Reason, Worth};

#[cfg(test)]
mod tests;
