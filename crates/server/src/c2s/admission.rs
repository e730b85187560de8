//! Admission: a node takes sign-ins no faster than it can serve them (promise P7).
//!
//! While as many are in progress as it serves at once, no further connection is accepted: waiting costs a client no
//! handshake, and the node nothing. A sign-in that waits for its client does not count for long, so that clients that
//! say nothing keep nobody out.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How many sign-ins are in progress at once, for each core.
const SIGN_INS_PER_CORE: usize = 4;
/// How long a sign-in may wait for something and still count as in progress.
const PATIENCE: Duration = Duration::from_millis(250);

/// Lets sign-ins begin.
#[derive(Debug, Clone)]
pub struct Admission(Arc<Semaphore>);

/// A sign-in that may be in progress.
#[derive(Debug, Default)]
pub struct Admitted(Option<OwnedSemaphorePermit>);

impl Admission {
    /// As many as this machine serves at once.
    pub fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self(Arc::new(Semaphore::new(cores * SIGN_INS_PER_CORE)))
    }

    /// Waits until one more sign-in may be in progress.
    pub async fn next(&self) -> Admitted {
        // The semaphore is never closed.
        Admitted(self.0.clone().acquire_owned().await.ok())
    }
}

impl Admitted {
    /// Waits for something. If that takes long, the sign-in no longer counts as in progress.
    pub async fn during<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let mut wait = std::pin::pin!(wait);
        if self.0.is_some() {
            if let Ok(done) = timeout(PATIENCE, wait.as_mut()).await {
                return done;
            }
            self.0 = None;
        }
        wait.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(most: usize) -> Admission {
        Admission(Arc::new(Semaphore::new(most)))
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_in_progress_than_are_served_at_once() {
        let admission = of(1);
        let first = admission.next().await;
        assert!(timeout(Duration::from_secs(60), admission.next()).await.is_err());
        drop(first);
        assert!(timeout(Duration::from_secs(60), admission.next()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn clients_that_say_nothing_keep_nobody_out() {
        let admission = of(1);
        let mut silent = admission.next().await;
        let waits = tokio::spawn(async move { silent.during(std::future::pending::<()>()).await });
        assert!(timeout(PATIENCE * 2, admission.next()).await.is_ok());
        waits.abort();
    }
}
