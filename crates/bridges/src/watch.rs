//! The watch: takes lines for ever, audits each minute, tells operators, restarts on schedule.

pub mod skew;
pub mod whose;
