//! Sessions of meeting bridges: log lines read, leaks bounded and forecast, restarts decided.
//!
//! No I/O and no clock: callers give lines and times. `everpresent-bridges` has the sources, SSH and the journal.
//!
//! A log goes through a [`Scanner`], which finds the lines that matter, and a [`Reader`], which makes [`Record`]s of them.
//! A [`Deployment`] says which servers there are and what the logs call them; an [`Auditor`] takes what they counted and
//! gives its [`Verdict`] for any moment.

pub mod audit;
pub mod dating;
pub mod deployment;
pub mod header;
pub mod line;
pub mod maintenance;
pub mod plot;
pub mod reader;
pub mod scan;
mod series;
pub mod traffic;
mod trend;

pub use audit::{Auditor, Report, Settings, Verdict};
pub use dating::Dating;
pub use deployment::{Deployment, Role, Server, ServerId};
pub use header::Header;
pub use line::{Almost, Event, Line};
pub use maintenance::MaintenanceWindow;
pub use reader::{Reader, Reading, Record};
pub use scan::Scanner;
