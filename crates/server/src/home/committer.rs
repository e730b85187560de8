//! Writes what is recorded to the database: one batch at a time, all that came meanwhile in the next (group commit).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use everpresent_session::row::Row;
use everpresent_store::commit::{BATCH_MAX_ROWS, check};
use everpresent_store::{CommitError, Fence};

use super::Home;
use crate::node::Node;

/// How long a batch gathers while nobody waits for it. Most messages are written to their recipients' sockets, or
/// acknowledged, in this time, and then never need to be in the spool; an acknowledgement to the sender comes this much
/// later.
const LINGER: Duration = Duration::from_millis(4);
/// After a batch of so many rows the next one need not gather: it has, meanwhile.
const LARGE_BATCH_ROWS: usize = 500;
/// How long to wait before a failed batch is tried again.
const FIRST_RETRY: Duration = Duration::from_millis(50);
/// The longest such wait.
const LONGEST_RETRY: Duration = Duration::from_secs(2);

/// Writes batches until this process serves the home no more.
pub async fn commit_forever(home: Arc<Home>) {
    tokio::select! {
        () = home.until_closed() => {}
        () = commit_batches(&home) => {}
    }
}

async fn commit_batches(home: &Home) {
    let fence = &home.fence;
    let mut retry = FIRST_RETRY;
    loop {
        let Some(mut batch) = home.enter(|state| state.owner.take_batch()) else {
            home.unwritten.notified().await;
            linger(home).await;
            continue;
        };
        match commit(&home.node, fence, &mut batch.rows).await {
            Ok(()) => {
                if retry != FIRST_RETRY {
                    tracing::info!("the database takes writes again");
                }
                retry = FIRST_RETRY;
                let now = home.node.clock.now();
                if let Err(misfit) = home.enter(|state| state.owner.batch_committed(now)) {
                    home.node.stop_broken(misfit.to_string());
                }
                metrics::counter!("everpresent_rows_written_total").increment(batch.rows.len() as u64);
                metrics::counter!("everpresent_batches_written_total").increment(1);
                if batch.rows.len() < LARGE_BATCH_ROWS {
                    linger(home).await;
                }
            }
            Err(CommitError::Fenced) => {
                // Somebody else owns the home now, or will: nothing that this process does counts any more.
                home.enter(|state| state.owner.batch_failed());
                home.write_refused.notify_one();
                tokio::time::sleep(retry).await;
            }
            Err(error) => {
                home.enter(|state| state.owner.batch_failed());
                tracing::warn!(%error, rows = batch.rows.len(), "a batch could not be written; it is tried again");
                metrics::counter!("everpresent_batches_failed_total").increment(1);
                tokio::time::sleep(retry).await;
                retry = (retry * 2).min(LONGEST_RETRY);
            }
        }
    }
}

impl Home {
    /// Writes everything that a home which is served no more has, as long as its fence still lets it.
    ///
    /// # Errors
    /// When the database does not take it, or the fence does not let it through.
    pub async fn write_all(&self) -> Result<(), CommitError> {
        self.enter(|state| {
            // One may have been under way when the home was closed.
            state.owner.batch_failed();
            state.owner.lose_partner();
        });
        while let Some(mut batch) = self.enter(|state| state.owner.take_batch()) {
            commit(&self.node, &self.fence, &mut batch.rows).await?;
            let now = self.node.clock.now();
            if let Err(misfit) = self.enter(|state| state.owner.batch_committed(now)) {
                self.node.stop_broken(misfit.to_string());
                break;
            }
        }
        Ok(())
    }
}

/// Lets a batch gather while nobody waits for it.
async fn linger(home: &Home) {
    if home.waiting.load(Ordering::Relaxed) == 0 {
        tokio::select! {
            () = tokio::time::sleep(LINGER) => {}
            () = home.hurry.notified() => {}
        }
    }
}

/// Writes one batch. Rows are checked where they come in; one that no database can hold all the same is a fault of this
/// program, and costs the row, not everybody the use of the database.
async fn commit(node: &Node, fence: &Fence, rows: &mut Vec<Row>) -> Result<(), CommitError> {
    match in_parts(node, fence, rows).await {
        Err(CommitError::Refused(error)) => {
            tracing::error!(%error, "a row that no database can hold is left out");
            rows.retain(|row| check(row).is_ok());
            in_parts(node, fence, rows).await
        }
        outcome => outcome,
    }
}

/// A single record may make more rows than one transaction takes: the end of a session, or an acknowledgement, with
/// thousands of messages in the queue. Nothing of the batch counts before its last part is written, and writing a part
/// again is the same as once.
async fn in_parts(node: &Node, fence: &Fence, rows: &[Row]) -> Result<(), CommitError> {
    for part in rows.chunks(BATCH_MAX_ROWS) {
        node.store.commit(fence, part).await?;
    }
    Ok(())
}
