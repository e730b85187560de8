//! Meeting bridges in operation: inventory, log sources, restarts over SSH, the watch, the rehearsal.
//!
//! What a line means and whether a bridge leaks is decided in `everpresent-audit`; here is what touches the world.

pub mod check;
pub mod clock;
pub mod history;
pub mod inventory;
pub mod janus;
pub mod rehearsal;
pub mod restart;
pub mod schedule;
pub mod secret;
pub mod sources;
pub mod ssh;
pub mod timing;
pub mod trust;
pub mod watch;

pub use inventory::{Inventory, InventoryError};
