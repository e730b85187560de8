//! Sessions of meeting bridges: log lines read, leaks bounded and forecast, restarts decided.
//!
//! No I/O and no clock: callers give lines and times. `everpresent-bridges` has the sources, SSH and the journal.
