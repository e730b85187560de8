//! Load generator that any XMPP server can be pointed at.
//!
//! One thread drives all clients, so that one core is what it costs and its share of that core says whether the
//! server or the generator was the limit. It sends at a given rate without waiting for the server (open loop), or
//! keeps a given number of messages on the way (closed loop, for the most a server can do), counts every delivery
//! and reports what was lost, doubled or out of order.

pub mod arguments;
pub mod chaos;
mod error;
mod fleet;
mod latency;
mod marker;
mod pace;
mod process;
mod report;
mod scenario;
mod tally;

pub use error::Error;
pub use report::Report;
pub use scenario::run;
