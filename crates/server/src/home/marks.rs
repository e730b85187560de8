//! Waiting until what was recorded is safe, or can be read.

use std::sync::atomic::Ordering;
use std::time::Duration;

use everpresent_session::ids::RecordNumber;
use tokio::sync::watch;

use super::{Home, Waiting};

/// How long somebody may wait for what was recorded to be safe, before the database counts as away.
pub const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// What was recorded is not safe in time, or this process serves the home no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the database does not answer in time")]
pub struct Away;

/// How far records are safe, for those who wait for it.
#[derive(Debug)]
pub(super) struct Marks {
    /// The last record that may be acknowledged.
    confirmed: watch::Sender<RecordNumber>,
    /// The last record whose durable rows are all in the database.
    stored: watch::Sender<RecordNumber>,
}

impl Marks {
    pub(super) fn new(confirmed: RecordNumber) -> Self {
        Self { confirmed: watch::Sender::new(confirmed), stored: watch::Sender::new(RecordNumber(0)) }
    }

    /// Marks never go back: somebody else may have told of a later one since the lock was left.
    pub(super) fn raise(&self, confirmed: RecordNumber, stored: RecordNumber) {
        for (mark, now) in [(&self.confirmed, confirmed), (&self.stored, stored)] {
            if *mark.borrow() < now {
                mark.send_if_modified(|told| {
                    let rises = *told < now;
                    *told = now.max(*told);
                    // Whoever begins to wait from here on sees the mark as it is now: nobody has to be woken.
                    rises && mark.receiver_count() > 0
                });
            }
        }
    }
}

impl Home {
    /// Waits until the record is confirmed. Returns false if this process serves the home no more and it is not:
    /// then nothing may be told of it.
    #[must_use]
    pub async fn confirmed(&self, record: RecordNumber) -> bool {
        self.reached(&self.marks.confirmed, record).await
    }

    /// As [`Home::confirmed`], for those who are in no hurry: what is written gathers as long as it would anyway.
    #[must_use]
    pub async fn confirmed_in_time(&self, record: RecordNumber) -> bool {
        reach(&self.marks.confirmed, record, self.until_closed()).await
    }

    /// Waits until everything recorded so far is confirmed, and with it whatever is told of it.
    ///
    /// # Errors
    /// [`Away`] when that takes longer than [`FLUSH_TIMEOUT`].
    pub async fn settled(&self) -> Result<(), Away> {
        self.all_reached(&self.marks.confirmed).await
    }

    /// Waits until all durable rows recorded so far are in the database, so that it can be read.
    ///
    /// # Errors
    /// [`Away`] when that takes longer than [`FLUSH_TIMEOUT`].
    pub async fn flushed(&self) -> Result<(), Away> {
        self.all_reached(&self.marks.stored).await
    }

    /// Makes whoever brings more wait while more waits for the database than it can write soon: TCP then slows the
    /// sender down, and nothing has to be refused.
    pub async fn room(&self) {
        if self.crowded.load(Ordering::Relaxed) {
            // When the database is away for long, messages are refused; waiting longer would help nobody.
            let _ = self.flushed().await;
        }
    }

    async fn all_reached(&self, mark: &watch::Sender<RecordNumber>) -> Result<(), Away> {
        let last = self.enter(|state| state.owner.ledger().last());
        match tokio::time::timeout(FLUSH_TIMEOUT, self.reached(mark, last)).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Away),
        }
    }

    async fn reached(&self, mark: &watch::Sender<RecordNumber>, record: RecordNumber) -> bool {
        if *mark.borrow() >= record {
            return true;
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        self.hurry.notify_one();
        reach(mark, record, self.until_closed()).await
    }
}

/// Waits until the mark is as high as the record, or it is over.
async fn reach(
    mark: &watch::Sender<RecordNumber>,
    record: RecordNumber,
    over: impl Future<Output = ()>,
) -> bool {
    let mut reached = mark.subscribe();
    tokio::select! {
        biased;
        // The sender lives as long as its home, so waiting cannot fail.
        _ = reached.wait_for(|mark| *mark >= record) => true,
        () = over => false,
    }
}
