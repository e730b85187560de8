//! The watch: takes lines for ever, audits each minute, tells operators, restarts on schedule.
//!
//! [`run`] is the loop. Everything that decides is apart from it and pure: [`ingest`] (which line is whose, and what it is
//! worth), [`alarms`] (what holds), [`metrics`] (what is shown), [`skew`] (whose clock is wrong).

pub mod alarms;
mod daemon;
pub mod ingest;
pub mod knowledge;
pub mod listening;
mod lock;
pub mod metrics;
pub mod recorder;
mod resolving;
mod restored;
pub mod skew;
pub mod whose;

pub use daemon::{Options, Order, ROUND, Sign, WatchError, run};
pub use lock::{Lock, LockError};
