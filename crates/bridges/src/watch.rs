//! The watch: takes lines for ever, audits each minute, tells operators, restarts on schedule.

pub mod alarms;
pub mod ingest;
pub mod listening;
pub mod metrics;
pub mod recorder;
mod restored;
pub mod skew;
pub mod whose;
