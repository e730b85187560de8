//! Keeps a rate: tells when each operation was meant to start.
//!
//! tokio's timer counts milliseconds, too coarse for latencies of a tenth of that. A thread of its own sleeps until
//! each operation is due and wakes the runtime through a pipe.

use std::fs;
use std::io::{self, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;

/// After so many operations that were due at once, other tasks get their turn.
const BURST_OPERATIONS: u32 = 32;
/// The thread wakes the runtime no more often than this; what is due in between is started together.
const SHORTEST_TICK: Duration = Duration::from_micros(50);
/// Ticks read at a time; their number does not matter.
const READ_TICKS: usize = 256;

/// A schedule of evenly spaced operations. It never slips: what starts late keeps the time it was meant for, so
/// that a stall of the server (or of this process) shows in every latency that it touched.
pub(crate) struct Pacer {
    ticks: Receiver,
    start: Instant,
    interval_seconds: f64,
    operations: u64,
    burst: u32,
}

impl Pacer {
    /// A schedule of `rate` operations per second from now on.
    pub(crate) fn new(rate: f64) -> io::Result<Self> {
        if !rate.is_finite() || rate <= 0.0 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a rate must be above 0"));
        }
        let (receiver, sender) = io::pipe()?;
        let (start, interval_seconds) = (Instant::now(), 1.0 / rate);
        thread::Builder::new()
            .name("pacer".to_owned())
            .spawn(move || tick(sender, start, interval_seconds))?;
        let ticks = Receiver::from_owned_fd(receiver.into())?;
        Ok(Self { ticks, start, interval_seconds, operations: 0, burst: 0 })
    }

    /// Waits for the next operation's time and returns it. A future dropped while waiting skips nothing.
    pub(crate) async fn next(&mut self) -> io::Result<Instant> {
        let due = due(self.start, self.interval_seconds, self.operations);
        while Instant::now() < due {
            self.burst = 0;
            if self.ticks.read(&mut [0; READ_TICKS]).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if self.burst >= BURST_OPERATIONS {
            self.burst = 0;
            tokio::task::yield_now().await;
        }
        self.burst += 1;
        self.operations += 1;
        Ok(due)
    }
}

/// Writes a byte whenever an operation is due, until nobody reads them any more.
fn tick(mut sender: io::PipeWriter, start: Instant, interval_seconds: f64) {
    // Without this the kernel may let a sleeper lie for 50 µs more. A refusal costs only that precision.
    let _ = fs::write("/proc/thread-self/timerslack_ns", "1");
    let interval_seconds = interval_seconds.max(SHORTEST_TICK.as_secs_f64());
    for operation in 0.. {
        let due = due(start, interval_seconds, operation);
        if let Some(wait) = due.checked_duration_since(Instant::now()) {
            thread::sleep(wait);
        }
        if sender.write_all(&[0]).is_err() {
            return;
        }
    }
}

fn due(start: Instant, interval_seconds: f64, operation: u64) -> Instant {
    start + Duration::from_secs_f64(interval_seconds * operation as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_evenly_spaced_however_late_they_start() {
        let start = Instant::now();
        assert_eq!(due(start, 0.001, 0), start);
        assert_eq!(due(start, 0.001, 2_500), start + Duration::from_millis(2_500));
    }

    #[tokio::test]
    async fn no_operation_comes_before_its_time_and_all_come() {
        for rate in [2_000.0, 100_000.0] {
            let mut pacer = Pacer::new(rate).unwrap();
            let mut last = None;
            for _ in 0..100 {
                let due = pacer.next().await.unwrap();
                assert!(Instant::now() >= due);
                assert!(last.is_none_or(|last| due > last));
                last = Some(due);
            }
        }
    }

    #[tokio::test]
    async fn a_rate_that_makes_no_sense_is_refused() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Pacer::new(rate).is_err());
        }
    }
}
