//! The history: opened when it can be, written each minute, pruned each day. Whatever is wrong with it, the watch goes on.

use std::path::PathBuf;
use std::time::Duration;

use everpresent_store::BridgeHistory;
use everpresent_store::bridge_history::Batch;
use jiff::{SignedDuration, Timestamp};

use super::ingest::Ingest;

/// How far back the audit is told what the history has.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Counts of one server that it is told at most; the audit keeps no more.
const MOST_COUNTS: u32 = 32_768;
/// How often what is too old is removed.
const PRUNE_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Writes the history.
pub struct Recorder {
    path: PathBuf,
    retention: SignedDuration,
    history: Option<BridgeHistory>,
    /// Why it is not written.
    problem: Option<String>,
    pruned: Option<Timestamp>,
}

impl Recorder {
    /// Nothing is opened yet.
    pub fn new(path: PathBuf, retention: Duration) -> Self {
        let retention = SignedDuration::try_from(retention).unwrap_or(SignedDuration::MAX);
        Self { path, retention, history: None, problem: None, pruned: None }
    }

    /// Why it is not written, if so.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Opens the file and tells the audit what it has.
    pub async fn recall(&mut self, ingest: &mut Ingest, now: Timestamp) {
        self.open().await;
        let Some(history) = &self.history else { return };
        let since = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN).as_millisecond();
        let names: Vec<String> =
            ingest.seen().deployment().servers().map(|(_, server)| server.name.clone()).collect();
        for name in names {
            let sessions = history.sessions(&name, since, MOST_COUNTS).await;
            let calls = history.calls(&name, since, MOST_COUNTS).await;
            match (sessions, calls) {
                (Ok(sessions), Ok(calls)) => ingest.remember(&sessions, &calls),
                (Err(error), _) | (_, Err(error)) => {
                    self.fail(error.to_string());
                    return;
                }
            }
        }
    }

    /// Records a batch. Given back is what could not be recorded.
    pub async fn record(&mut self, batch: Batch, now: Timestamp) -> Option<Batch> {
        if self.history.is_none() {
            self.open().await;
        }
        let Some(history) = self.history.clone() else { return Some(batch) };
        if let Err(error) = history.record(&batch).await {
            if !error.retry_helps() {
                // A file that is broken is opened anew: somebody may have put another in its place.
                self.history = None;
            }
            self.fail(error.to_string());
            return Some(batch);
        }
        self.problem = None;
        if self.pruned.is_none_or(|pruned| now.duration_since(pruned) >= PRUNE_EVERY) {
            let before = now.checked_sub(self.retention).unwrap_or(Timestamp::MIN);
            match history.prune(before.as_millisecond()).await {
                Ok(rows) => {
                    self.pruned = Some(now);
                    tracing::info!(rows, "old counts were removed from the history");
                }
                Err(error) => self.fail(error.to_string()),
            }
        }
        None
    }

    /// The file, while it is open.
    pub fn history(&self) -> Option<&BridgeHistory> {
        self.history.as_ref()
    }

    /// Closes the file.
    pub async fn close(self) {
        if let Some(history) = self.history {
            history.close().await;
        }
    }

    async fn open(&mut self) {
        match BridgeHistory::open(&self.path).await {
            Ok(history) => {
                self.history = Some(history);
                self.problem = None;
            }
            Err(error) => self.fail(format!("{}: {error}", self.path.display())),
        }
    }

    fn fail(&mut self, why: String) {
        if self.problem.as_ref() != Some(&why) {
            tracing::error!(path = %self.path.display(), why, "the history of bridges is not written");
        }
        self.problem = Some(why);
    }
}

#[cfg(test)]
mod tests {
    use everpresent_store::bridge_history::SessionCount;

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn batch(at: Timestamp) -> Batch {
        let count = SessionCount { server: "web1".into(), at: at.as_millisecond(), sessions: 1, c: 1, d: 1 };
        Batch { sessions: vec![count], ..Batch::default() }
    }

    #[tokio::test]
    async fn a_damaged_file_is_told_the_batch_is_kept_and_a_good_one_in_its_place_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        std::fs::write(&path, "damaged ".repeat(500)).unwrap();
        let (mut recorder, now) = (Recorder::new(path.clone(), 30 * DAY), Timestamp::now());
        let back = recorder.record(batch(now), now).await.expect("nothing is lost");
        assert!(recorder.problem().unwrap().contains("history.db"), "{:?}", recorder.problem());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(recorder.record(back, now).await, None);
        assert_eq!(recorder.problem(), None);
        assert_eq!(recorder.history().unwrap().sessions("web1", 0, 10).await.unwrap().len(), 1);
        recorder.close().await;
    }

    #[tokio::test]
    async fn a_batch_that_cannot_be_written_is_given_back_and_the_next_attempt_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let (mut recorder, now) =
            (Recorder::new(folder.path().join("history.db"), 30 * DAY), Timestamp::now());
        assert_eq!(recorder.record(Batch::default(), now).await, None);
        // As if the file were taken away under it.
        recorder.history().unwrap().close().await;
        let back = recorder.record(batch(now), now).await.expect("nothing is lost");
        assert!(recorder.problem().is_some());
        recorder.history = None;
        assert_eq!(recorder.record(back, now).await, None);
        assert_eq!(recorder.history().unwrap().sessions("web1", 0, 10).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn what_is_older_than_the_retention_goes_once_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let (mut recorder, now) =
            (Recorder::new(folder.path().join("history.db"), 30 * DAY), Timestamp::now());
        let old = now - SignedDuration::from_hours(31 * 24);
        recorder.record(batch(old), now).await;
        let left = |recorder: &Recorder| recorder.history().unwrap().clone();
        assert!(left(&recorder).sessions("web1", 0, 10).await.unwrap().is_empty());
        recorder.record(batch(old), now + SignedDuration::from_hours(1)).await;
        assert_eq!(left(&recorder).sessions("web1", 0, 10).await.unwrap().len(), 1, "not yet again");
        recorder.record(Batch::default(), now + SignedDuration::from_hours(25)).await;
        assert!(left(&recorder).sessions("web1", 0, 10).await.unwrap().is_empty());
    }
}
