//! What a measurement found, for people and as JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::latency::Percentiles;
use crate::process::{self, Usage};

/// Above this share of its core, the generator rather than the server may be what limited the result.
const GENERATOR_BOUND_SHARE: f64 = 0.9;

/// The result of one measurement.
#[derive(Serialize, Clone, Default, Debug)]
pub struct Report {
    /// `login`, `idle`, `chat` or `presence`.
    pub scenario: &'static str,
    /// Users taking part.
    pub users: usize,
    /// Seconds measured, without warm-up.
    pub seconds: f64,
    /// Sign-ins or deliveries within that time.
    pub operations: u64,
    /// The same per second.
    pub per_second: f64,
    /// From the intended start of each operation to its end.
    pub latency: Option<Percentiles>,
    /// Whether everything sent arrived; over the whole run, warm-up included.
    pub delivery: Option<Delivery>,
    /// Memory per session.
    pub memory: Vec<Memory>,
    /// What the generator used during the time measured.
    pub generator: Cost,
    /// What the server used during the time measured; only if its process was named.
    pub server: Option<Cost>,
    /// Failures by their text.
    pub errors: BTreeMap<String, u64>,
    /// What to keep in mind when reading the numbers.
    pub warnings: Vec<String>,
}

/// The balance of what was sent.
#[derive(Serialize, Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Deliveries that had to happen.
    pub expected: u64,
    /// Deliveries that did.
    pub received: u64,
    /// The difference.
    pub lost: u64,
    /// Stanzas that arrived a second time.
    pub duplicated: u64,
    /// Stanzas that arrived after a later one of the same sender.
    pub disordered: u64,
    /// With stream management: stanzas never acknowledged by the server.
    pub unacknowledged: u64,
}

/// Memory of the server with a number of sessions.
#[derive(Serialize, Clone, Copy, PartialEq, Debug)]
pub struct Memory {
    /// Sessions signed in.
    pub sessions: usize,
    /// The server's resident memory with them.
    pub resident_bytes: u64,
    /// The growth since before the first of them, per session.
    pub bytes_per_session: f64,
}

/// Processor time and memory over the time measured.
#[derive(Serialize, Clone, Copy, Default, PartialEq, Debug)]
pub struct Cost {
    /// Processor time.
    pub processor_seconds: f64,
    /// The same as a share of one core.
    pub core_share: f64,
    /// The same per operation.
    pub microseconds_per_operation: f64,
    /// Resident memory at the end.
    pub resident_bytes: u64,
}

/// The beginning of the time measured.
pub(crate) struct Mark<'a> {
    pids: &'a [u32],
    at: Instant,
    own: Usage,
    server: Usage,
}

impl<'a> Mark<'a> {
    pub(crate) fn now(pids: &'a [u32]) -> Self {
        Self { pids, at: Instant::now(), own: process::own(), server: process::with_children(pids) }
    }

    /// Ends the time measured and fills in time, rate and costs.
    pub(crate) fn finish(&self, operations: u64, report: &mut Report) {
        let elapsed = self.at.elapsed();
        report.seconds = elapsed.as_secs_f64();
        report.operations = operations;
        report.per_second = operations as f64 / report.seconds;
        report.generator = Cost::between(self.own, process::own(), elapsed, operations);
        report.server = (!self.pids.is_empty())
            .then(|| Cost::between(self.server, process::with_children(self.pids), elapsed, operations));
        if report.generator.core_share > GENERATOR_BOUND_SHARE {
            let share = report.generator.core_share * 100.0;
            report.warnings.push(format!("the generator used {share:.0} % of its core: it may be the limit"));
        }
    }
}

impl Cost {
    fn between(before: Usage, after: Usage, elapsed: Duration, operations: u64) -> Self {
        let used = after.processor.saturating_sub(before.processor).as_secs_f64();
        Self {
            processor_seconds: used,
            core_share: used / elapsed.as_secs_f64().max(f64::MIN_POSITIVE),
            microseconds_per_operation: used * 1e6 / operations.max(1) as f64,
            resident_bytes: after.resident_bytes,
        }
    }
}

impl Report {
    /// The report as one JSON object.
    pub fn json(&self) -> String {
        // Numbers, texts and maps with text keys always serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Whether everything arrived once and nothing failed.
    pub fn is_sound(&self) -> bool {
        self.errors.is_empty()
            && self.delivery.is_none_or(|delivery| {
                delivery.lost + delivery.duplicated + delivery.disordered + delivery.unacknowledged == 0
            })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}: {} users, {:.1} s measured", self.scenario, self.users, self.seconds)?;
        if self.operations > 0 {
            writeln!(out, "  throughput   {:.0}/s ({} operations)", self.per_second, self.operations)?;
        }
        if let Some(latency) = &self.latency {
            let Percentiles { p50_microseconds, p90_microseconds, p99_microseconds, .. } = latency;
            let (p999, maximum) = (latency.p999_microseconds / 1e3, latency.maximum_microseconds / 1e3);
            let (p50, p90, p99) = (p50_microseconds / 1e3, p90_microseconds / 1e3, p99_microseconds / 1e3);
            write!(out, "  latency      p50 {p50:.2} ms, p90 {p90:.2} ms, p99 {p99:.2} ms, ")?;
            writeln!(out, "p99.9 {p999:.2} ms, maximum {maximum:.2} ms")?;
        }
        if let Some(delivery) = &self.delivery {
            let Delivery { expected, received, lost, duplicated, disordered, unacknowledged } = delivery;
            write!(
                out,
                "  delivery     {received} of {expected} arrived, {lost} lost, {duplicated} twice, "
            )?;
            writeln!(out, "{disordered} out of order, {unacknowledged} not acknowledged")?;
        }
        for Memory { sessions, resident_bytes, bytes_per_session } in &self.memory {
            let (total, each) = (*resident_bytes as f64 / 1_048_576.0, bytes_per_session / 1024.0);
            writeln!(out, "  memory       {sessions} sessions: {total:.0} MiB, {each:.1} KiB per session")?;
        }
        write_cost(out, "generator", &self.generator)?;
        if let Some(server) = &self.server {
            write_cost(out, "server", server)?;
        }
        for (error, count) in &self.errors {
            writeln!(out, "  error        {count} × {error}")?;
        }
        self.warnings.iter().try_for_each(|warning| writeln!(out, "  note         {warning}"))
    }
}

fn write_cost(out: &mut fmt::Formatter<'_>, who: &str, cost: &Cost) -> fmt::Result {
    let (share, memory) = (cost.core_share * 100.0, cost.resident_bytes as f64 / 1_048_576.0);
    let each = cost.microseconds_per_operation;
    writeln!(out, "  {who:<12} {share:.0} % of a core, {each:.1} µs per operation, {memory:.0} MiB resident")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_per_operation_and_per_core() {
        let at = |milliseconds, resident_bytes| Usage {
            processor: Duration::from_millis(milliseconds),
            resident_bytes,
        };
        let cost = Cost::between(at(500, 10), at(2_000, 30), Duration::from_secs(2), 1_000);
        assert!((cost.core_share - 0.75).abs() < 1e-9);
        assert!((cost.microseconds_per_operation - 1_500.0).abs() < 1e-6);
        assert_eq!(cost.resident_bytes, 30);
    }

    #[test]
    fn a_run_with_a_loss_or_an_error_is_not_sound_and_says_so() {
        let mut report = Report { delivery: Some(Delivery::default()), ..Report::default() };
        assert!(report.is_sound());
        report.delivery = Some(Delivery { expected: 10, received: 9, lost: 1, ..Delivery::default() });
        assert!(!report.is_sound());
        assert!(report.to_string().contains("9 of 10 arrived, 1 lost"));
        report.delivery = None;
        report.errors.insert("connection refused".to_owned(), 3);
        assert!(!report.is_sound());
        assert!(report.json().contains("\"connection refused\": 3"));
    }
}
