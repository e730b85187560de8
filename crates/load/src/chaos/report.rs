//! What a scene found, for people and as JSON.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::book::Verdict;

/// The share of messages that must be acknowledged within a second.
const LEAST_PROMPT_SHARE: f64 = 0.95;

/// One kill and the return from it.
#[derive(Serialize, Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Counted from 1.
    pub(crate) round: u32,
    /// How long everybody had been back; after an early kill, how long the node had been ready.
    pub(crate) killed_after_milliseconds: f64,
    /// Messages sent in it.
    pub(crate) sent: u64,
    /// Messages of all rounds that were not acknowledged at the moment of the kill.
    pub(crate) unacknowledged: u64,
    /// From the kill until the node was ready again.
    pub(crate) ready_milliseconds: f64,
    /// From the kill until all users were signed in again; nothing if the next kill came first, on purpose.
    pub(crate) back_milliseconds: Option<f64>,
}

/// The result of a scene.
#[derive(Serialize, Clone, Default, Debug)]
pub(crate) struct Report {
    /// How many times the node was killed.
    pub(crate) rounds: u32,
    /// What the moments were drawn from.
    pub(crate) seed: u64,
    /// Users taking part.
    pub(crate) users: usize,
    /// Messages per second asked for.
    pub(crate) rate: f64,
    /// Orders that nobody could carry out, because the user was not signed in at that moment.
    pub(crate) skipped: u64,
    /// What became of the messages.
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    /// Failed resumes without a count.
    pub(crate) resumes_without_count: u64,
    /// From each kill until the node was ready again: median and longest.
    pub(crate) ready_milliseconds: (f64, f64),
    /// From each kill until all users were back: median and longest.
    pub(crate) back_milliseconds: (f64, f64),
    /// What must not happen and did.
    pub(crate) violations: Vec<String>,
    /// Where database and log are, if they were kept.
    pub(crate) kept: Option<String>,
}

impl Report {
    /// Fills in the times of all rounds.
    pub(crate) fn times(&mut self, rounds: &[Round]) {
        self.ready_milliseconds = median_and_longest(rounds.iter().map(|round| round.ready_milliseconds));
        self.back_milliseconds =
            median_and_longest(rounds.iter().filter_map(|round| round.back_milliseconds));
    }

    /// Whether all promises were kept.
    pub(crate) fn holds(&self) -> bool {
        self.violations.is_empty() && self.verdict.acknowledged_missing == 0 && self.is_prompt()
    }

    fn is_prompt(&self) -> bool {
        self.verdict.prompt_share() >= LEAST_PROMPT_SHARE
    }

    /// The report as one JSON object.
    pub(crate) fn json(&self) -> String {
        json(self)
    }
}

/// A value as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> String {
    // Numbers, texts and maps with text keys always serialise.
    serde_json::to_string(value).unwrap_or_default()
}

impl fmt::Display for Round {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { round, sent, unacknowledged, .. } = self;
        let (life, ready) = (self.killed_after_milliseconds / 1e3, self.ready_milliseconds);
        write!(
            out,
            "round {round:>4}  killed after {life:>5.2} s  {sent:>5} sent  {unacknowledged:>4} unacknowledged"
        )?;
        write!(out, "  ready in {ready:>5.0} ms")?;
        match self.back_milliseconds {
            Some(back) => write!(out, "  all back in {back:>5.0} ms"),
            None => write!(out, "  killed again while they come back"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, seed, users, rate, verdict, .. } = self;
        writeln!(out, "{rounds} kills, {users} users, {rate} messages/s, seed {seed}")?;
        let share = verdict.prompt_share() * 100.0;
        let rows = [
            ("sent", verdict.sent),
            ("acknowledged", verdict.acknowledged),
            ("  within a second", verdict.acknowledged_within_a_second),
            ("sent again, not handled before a kill", verdict.sent_again),
            ("received live", verdict.received_live),
            ("received only from the store", verdict.received_stored),
            ("found only in the archive", verdict.only_archived),
            ("received more than once", verdict.received_twice),
            ("in the recipient's archive", verdict.archived),
            ("  more than once", verdict.archived_twice),
            ("  not, though acknowledged and received", verdict.acknowledged_not_archived),
            ("never acknowledged and never seen", verdict.unacknowledged_unseen),
            ("failed resumes without a count", self.resumes_without_count),
            ("ACKNOWLEDGED AND MISSING", verdict.acknowledged_missing),
        ];
        for (name, count) in rows {
            writeln!(out, "  {name:<42} {count:>9}")?;
        }
        let least = LEAST_PROMPT_SHARE * 100.0;
        writeln!(out, "  {:<42} {share:>7.2} %  (at least {least:.0} %)", "acknowledged within a second")?;
        for (name, (median, longest)) in
            [("ready again after", self.ready_milliseconds), ("all users back after", self.back_milliseconds)]
        {
            writeln!(out, "  {name:<42} {median:>6.0} ms  (longest {longest:.0} ms)")?;
        }
        let missing = self.verdict.missing.iter().map(|text| ("missing", text));
        let violations = self.violations.iter().map(|text| ("violation", text));
        for (kind, text) in missing.chain(violations).chain(self.kept.iter().map(|text| ("kept in", text))) {
            writeln!(out, "  {kind:<10} {text}")?;
        }
        match (self.holds(), self.is_prompt()) {
            (true, _) => write!(out, "No acknowledged message is missing."),
            (false, false) => write!(out, "FAILED: too few messages were acknowledged within a second."),
            (false, true) => write!(out, "FAILED: see above."),
        }
    }
}

/// A time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e4).round() / 10.0
}

fn median_and_longest(times: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut times: Vec<f64> = times.collect();
    times.sort_unstable_by(f64::total_cmp);
    (times.get(times.len() / 2).copied().unwrap_or(0.0), times.last().copied().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Report {
        let verdict =
            Verdict { sent: 100, acknowledged: 100, acknowledged_within_a_second: 95, ..Verdict::default() };
        Report { verdict, ..Report::default() }
    }

    #[test]
    fn a_sound_run_holds_and_says_so() {
        assert!(sound().holds());
        assert!(sound().to_string().ends_with("No acknowledged message is missing."));
    }

    #[test]
    fn one_missing_message_one_violation_or_slow_acknowledgements_fail_the_run() {
        let mut missing = sound();
        missing.verdict.acknowledged_missing = 1;
        let mut violated = sound();
        violated.violations.push("user 1: something".to_owned());
        let mut slow = sound();
        slow.verdict.acknowledged_within_a_second = 94;
        for report in [missing, violated, slow] {
            assert!(!report.holds());
            assert!(report.to_string().contains("FAILED"));
        }
    }

    #[test]
    fn times_are_summed_up_by_median_and_longest() {
        assert_eq!(median_and_longest([3.0, 1.0, 2.0].into_iter()), (2.0, 3.0));
        assert_eq!(median_and_longest(std::iter::empty()), (0.0, 0.0));
    }
}
