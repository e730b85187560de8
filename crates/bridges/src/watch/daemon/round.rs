//! One round: the audit, what is told of it, what is recorded, what is shown, what is due.

use std::collections::{BTreeMap, BTreeSet};

use everpresent_alerts::Key;
use everpresent_audit::Report;
use everpresent_store::bridge_history::{Batch, VerdictRow};
use jiff::{SignedDuration, Timestamp};

use super::super::{alarms, metrics};
use super::{RESOLVE_EVERY_ROUNDS, Watch};

/// So far apart clocks may be without anything being known about them.
const LEAST_SKEW: SignedDuration = SignedDuration::from_secs(10);

/// What was so at the round before.
#[derive(Debug, Default)]
pub(super) struct Before {
    held: BTreeSet<Key>,
    dropped: BTreeMap<String, u64>,
    doubtful: u64,
}

impl Before {
    /// The counts begin anew, with new sources.
    pub(super) fn forget_counts(&mut self) {
        self.dropped.clear();
        self.doubtful = 0;
    }
}

impl Watch {
    /// Goes through everything once; the verdict in one word.
    pub(super) async fn round(&mut self, now: Timestamp) -> String {
        if self.rounds > 0 && self.rounds.is_multiple_of(RESOLVE_EVERY_ROUNDS) {
            self.resolve().await;
        }
        self.rounds = self.rounds.wrapping_add(1);
        let report = {
            let mut ingest = self.knowledge.lock();
            ingest.widen(LEAST_SKEW);
            ingest.seen().report(now)
        };
        let verdict = report.finding.verdict.as_str().to_owned();
        let bounds = report.finding.round.bounds().map(|bounds| (bounds.least, bounds.most));
        tracing::debug!(verdict, ?bounds, "audited");
        self.show(&report);
        self.alarm(&report, now);
        let row = VerdictRow { at: now.as_millisecond(), verdict: verdict.clone(), bounds };
        self.record(Batch { verdicts: vec![row], ..Batch::default() }, now).await;
        self.restart_if_due(now);
        verdict
    }

    /// Tells what began and what is over.
    fn alarm(&mut self, report: &Report, now: Timestamp) {
        let sources = self.listening.reports();
        let dropped = self.newly_dropped(&sources);
        let ingest = self.knowledge.lock();
        let totals = ingest.totals();
        let doubtful = totals.contradictions + totals.conflicts;
        let facts = alarms::Facts {
            now,
            since: self.since,
            deployment: &self.inventory.deployment,
            report,
            window: ingest.seen().settings().window,
            clocks: ingest.clocks(),
            sources: &sources,
            dropped: &dropped,
            contradictions: doubtful - self.before.doubtful.min(doubtful),
            history: self.recorder.problem(),
            inventory: self.refused.as_deref(),
        };
        let holds = alarms::alarms(&facts);
        for (key, text) in &holds {
            if !self.before.held.contains(key) {
                tracing::warn!(alert = key.title(), text, "an alert begins");
            }
            self.deliverer.raise(key, now.into(), text.clone());
        }
        for key in self.before.held.iter().filter(|key| !holds.contains_key(key)) {
            tracing::info!(alert = key.title(), "an alert is over");
            self.deliverer.clear(key, now.into(), "It does not hold any more.");
        }
        self.before.held = holds.into_keys().collect();
        self.before.doubtful = doubtful;
    }

    /// Lines that each source lost since the round before.
    fn newly_dropped(&mut self, sources: &[crate::sources::Report]) -> BTreeMap<String, u64> {
        let mut newly = BTreeMap::new();
        for source in sources {
            let before = self.before.dropped.insert(source.name.clone(), source.dropped).unwrap_or(0);
            if source.dropped > before {
                newly.insert(source.name.clone(), source.dropped - before);
            }
        }
        newly
    }

    /// Records these rows and the counts that wait.
    pub(super) async fn record(&mut self, rows: Batch, now: Timestamp) {
        let mut batch = self.knowledge.lock().take_batch();
        batch.verdicts.extend(rows.verdicts);
        batch.restarts.extend(rows.restarts);
        if let Some(back) = self.recorder.record(batch, now).await {
            self.knowledge.lock().put_back(back);
        }
    }

    /// Shows the metrics.
    fn show(&self, report: &Report) {
        let sources = self.listening.reports();
        let ingest = self.knowledge.lock();
        self.page.set(metrics::page(&metrics::Facts {
            deployment: &self.inventory.deployment,
            report,
            totals: ingest.totals(),
            clocks: ingest.clocks(),
            sources: &sources,
            history: self.recorder.problem().is_none(),
            restarts: &self.restarts.tally(),
        }));
    }
}
