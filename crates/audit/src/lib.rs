//! Sessions of meeting bridges: log lines read, leaks bounded and forecast, restarts decided.
//!
//! No I/O and no clock: callers give lines and times. `everpresent-bridges` has the sources, SSH and the journal.
//!
//! A [`Deployment`] says which servers there are and what the logs call them.

pub mod deployment;
pub mod maintenance;
pub mod plot;

pub use deployment::{Deployment, Role, Server, ServerId};
pub use maintenance::MaintenanceWindow;
