//! How fast one connection may send.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A client that was silent may send this many seconds' worth at once.
const BURST_SECONDS: u64 = 2;

/// An allowance of bytes that fills up with time. What goes beyond it is not refused but read later, so that TCP makes
/// the sender wait.
#[derive(Debug)]
pub struct Pace {
    bytes_per_second: u64,
    left: u64,
    filled: Instant,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// An allowance of this many bytes per second, full.
    pub fn new(bytes_per_second: u64) -> Self {
        let left = bytes_per_second.saturating_mul(BURST_SECONDS);
        Self { bytes_per_second, left, filled: Instant::now(), wait: None }
    }

    /// Ready when something may be read.
    pub fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(wait) = &mut self.wait {
            if wait.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.wait = None;
        }
        Poll::Ready(())
    }

    /// Counts what was read. When the allowance is used up, the next read waits until it is half a second's worth
    /// again.
    pub fn count(&mut self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        if bytes <= self.left {
            self.left -= bytes;
            return;
        }
        let now = Instant::now();
        let elapsed = u64::try_from(now.duration_since(self.filled).as_millis()).unwrap_or(u64::MAX);
        let gained = elapsed.saturating_mul(self.bytes_per_second) / 1_000;
        let most = self.bytes_per_second.saturating_mul(BURST_SECONDS);
        let full = self.left.saturating_add(gained).min(most);
        self.filled = now;
        self.left = full.saturating_sub(bytes);
        if self.left == 0 {
            let debt = bytes.saturating_sub(full);
            let due = Duration::from_millis(500 + debt.saturating_mul(1_000) / self.bytes_per_second.max(1));
            self.wait = Some(Box::pin(sleep_until(now + due)));
            self.filled = now + due.saturating_sub(Duration::from_millis(500));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_sender_gets_its_rate_and_no_more() {
        let mut pace = Pace::new(1_000_000);
        let start = Instant::now();
        let mut sent = 0_usize;
        while start.elapsed() < Duration::from_secs(20) {
            std::future::poll_fn(|context| pace.poll_ready(context)).await;
            pace.count(16_384);
            sent += 16_384;
        }
        let rate = sent / 20;
        assert!((900_000..=1_200_000).contains(&rate), "{rate} bytes per second");
    }

    #[tokio::test(start_paused = true)]
    async fn a_modest_sender_never_waits() {
        let mut pace = Pace::new(10_000);
        for _ in 0..1_000 {
            tokio::time::advance(Duration::from_millis(100)).await;
            std::future::poll_fn(|context| pace.poll_ready(context)).await;
            pace.count(900);
            assert!(pace.wait.is_none());
        }
    }
}
