//! Runs the load generator and reads its report.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;

use super::scenario::Scenario;
use super::server::{DOMAIN, GENERATOR_CORE, Kind, PASSWORD, PREFIX, Running, Setup, pinned};
use crate::process::{Error, Outcome, shown};
use crate::workspace::target_folder;

/// The generator's exit code when something was lost or failed; there is a report nevertheless.
const EXIT_UNSOUND: i32 = 1;

/// The part of the generator's report that the table needs.
#[derive(Deserialize, Default)]
pub(super) struct Report {
    pub(super) per_second: f64,
    pub(super) latency: Option<Latency>,
    pub(super) delivery: Option<Delivery>,
    pub(super) memory: Vec<Memory>,
    pub(super) generator: Cost,
    pub(super) server: Option<Cost>,
    pub(super) errors: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
pub(super) struct Latency {
    pub(super) p50_microseconds: f64,
    pub(super) p99_microseconds: f64,
}

#[derive(Deserialize)]
pub(super) struct Delivery {
    pub(super) lost: u64,
    pub(super) duplicated: u64,
    pub(super) disordered: u64,
    pub(super) unacknowledged: u64,
}

#[derive(Deserialize)]
pub(super) struct Memory {
    pub(super) sessions: usize,
    pub(super) bytes_per_session: f64,
}

#[derive(Deserialize, Default)]
pub(super) struct Cost {
    pub(super) core_share: f64,
    pub(super) microseconds_per_operation: f64,
}

/// Runs one scenario once.
pub(super) fn run(setup: &Setup<'_>, server: &Running, scenario: &Scenario) -> Outcome<Report> {
    let mut command = command(setup, server, scenario);
    let output = command.output();
    let output = output.map_err(|error| Error::Failed(format!("cannot start the generator: {error}")))?;
    if !output.status.success() && output.status.code() != Some(EXIT_UNSOUND) {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(Error::Failed(format!("`{}` failed: {complaint}", shown(&command))));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Error::Failed(format!("cannot read the generator's report: {error}")))
}

fn command(setup: &Setup<'_>, server: &Running, scenario: &Scenario) -> Command {
    let mut command = pinned(GENERATOR_CORE, target_folder().join("release").join("everpresent-load"));
    command.args(&scenario.arguments);
    if setup.kind == Kind::Everpresent && setup.archive {
        // The others are configured to archive for everybody.
        command.args(["--archive", "always"]);
    }
    let (tls, port) = if scenario.tls { ("direct", setup.tls_port) } else { ("none", setup.plain_port) };
    command
        .args(["--json", "--domain", DOMAIN, "--user-prefix", PREFIX, "--password", PASSWORD])
        // The one mechanism that all servers have for accounts made as they are by default.
        .args(["--tls", tls, "--mechanism", "SCRAM-SHA-1"])
        .args(["--port", &port.to_string(), "--server-pid", &server.pid().to_string()])
        .arg("--ca")
        .arg(setup.folder.certificate());
    command
}

impl Report {
    /// What went wrong, in words; empty if nothing did.
    pub(super) fn trouble(&self) -> String {
        let mut parts: Vec<String> =
            self.errors.iter().map(|(error, count)| format!("{count} × {error}")).collect();
        if let Some(Delivery { lost, duplicated, disordered, unacknowledged }) = self.delivery {
            let counts = [
                (lost, "lost"),
                (duplicated, "doubled"),
                (disordered, "out of order"),
                (unacknowledged, "not acknowledged"),
            ];
            parts.extend(
                counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")),
            );
        }
        parts.join(", ")
    }

    /// One line for the terminal while the bench runs.
    pub(super) fn summary(&self) -> String {
        let mut parts = Vec::new();
        if self.per_second > 0.0 {
            parts.push(format!("{:.0}/s", self.per_second));
        }
        if let Some(latency) = &self.latency {
            let (p50, p99) = (latency.p50_microseconds / 1e3, latency.p99_microseconds / 1e3);
            parts.push(format!("p50 {p50:.2} ms, p99 {p99:.2} ms"));
        }
        for memory in &self.memory {
            parts.push(format!(
                "{} sessions: {:.1} KiB each",
                memory.sessions,
                memory.bytes_per_session / 1024.0
            ));
        }
        if let Some(server) = &self.server {
            parts.push(format!("server {:.0} %", server.core_share * 100.0));
        }
        parts.push(format!("generator {:.0} %", self.generator.core_share * 100.0));
        let trouble = self.trouble();
        if !trouble.is_empty() {
            parts.push(format!("TROUBLE: {trouble}"));
        }
        parts.join(", ")
    }
}
