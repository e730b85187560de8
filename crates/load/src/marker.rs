//! What a stanza carries so that its receiver can tell when it was meant to be sent, and whether one is missing.

use std::time::{Duration, Instant};

/// Written into the id of a message or the status of a presence: `load-RUN-SENDER-NUMBER-TIME`, in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Marker {
    /// Tells this run from what an earlier one left on the server.
    pub(crate) run: u32,
    /// The sender's place among the users of this run.
    pub(crate) sender: usize,
    /// Counts up from 0 per sender.
    pub(crate) number: u64,
    /// Nanoseconds between the start of the run and the intended time of sending.
    intended_nanoseconds: u64,
}

impl Marker {
    pub(crate) fn new(run: u32, sender: usize, number: u64, start: Instant, intended: Instant) -> Self {
        let since = intended.saturating_duration_since(start).as_nanos();
        Self { run, sender, number, intended_nanoseconds: u64::try_from(since).unwrap_or(u64::MAX) }
    }

    /// How long ago the stanza was meant to be sent.
    pub(crate) fn latency(&self, start: Instant, now: Instant) -> Duration {
        now.saturating_duration_since(start).saturating_sub(Duration::from_nanos(self.intended_nanoseconds))
    }

    /// `None` if the text is not a marker.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("load-")?.split('-');
        let mut number = || u64::from_str_radix(parts.next()?, 16).ok();
        Some(Self {
            run: number()?.try_into().ok()?,
            sender: number()?.try_into().ok()?,
            number: number()?,
            intended_nanoseconds: number()?,
        })
    }
}

impl std::fmt::Display for Marker {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { run, sender, number, intended_nanoseconds } = self;
        write!(out, "load-{run:x}-{sender:x}-{number:x}-{intended_nanoseconds:x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_reads_back_and_gives_the_time_since_it_was_meant_to_be_sent() {
        let start = Instant::now();
        let marker = Marker::new(0xdead_beef, 17, 123_456, start, start + Duration::from_millis(20));
        let read = Marker::parse(&marker.to_string()).unwrap();
        assert_eq!(read, marker);
        assert_eq!(read.latency(start, start + Duration::from_millis(50)), Duration::from_millis(30));
        assert_eq!(read.latency(start, start), Duration::ZERO);
    }

    #[test]
    fn other_ids_are_not_markers() {
        for other in ["", "load-", "load-1-2-3", "load-x-1-2-3", "1234", "load-1ffffffff-1-2-3"] {
            assert_eq!(Marker::parse(other), None, "{other}");
        }
    }
}
