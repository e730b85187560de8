//! Restarts: what is allowed, one after the other, looked at afterwards, written down.
//!
//! A restart counts as successful only when the log shows it (the count near
//! nothing, or a figure that only grows has fallen) and the port of the bridge was seen closed or the management shell's own
//! line shows the command. Before a command goes out, the journal says so on disk: after a crash, the next run can say what
//! nobody knows.

pub mod decision;
mod facts;
pub mod journal;
mod lock;
mod logs;
mod one;
mod port;
mod run;
mod targets;
mod verification;

pub use decision::{Decision, Overrides};
pub use facts::{Facts, live_calls};
pub use journal::{Journal, JournalError, Outcome};
pub use lock::{Lock, LockError};
pub use logs::{EVIDENCE_LENGTH, Evidence, Logs, TAIL_BYTES};
pub use port::is_open;
pub use run::{Options, Progress, Restarted, Run, RunError};
pub use targets::{Leaking, leaking};
