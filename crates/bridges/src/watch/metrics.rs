//! What Prometheus reads (text exposition format, version 0.0.4), and the rules that alert on it. Pure, but for the server.

mod rules;
mod server;

pub use rules::ALERT_RULES;
pub use server::{MetricsServer, Page};

use std::fmt::Write as _;

use everpresent_audit::{Deployment, Report, Verdict};

use super::ingest::Totals;
use super::skew::Clocks;
use crate::sources::{self, State};

/// Everything that is shown.
pub struct Facts<'a> {
    /// The servers.
    pub deployment: &'a Deployment,
    /// What the audit says.
    pub report: &'a Report,
    /// What became of the lines.
    pub totals: &'a Totals,
    /// What is known of clocks.
    pub clocks: &'a Clocks,
    /// How the sources fare.
    pub sources: &'a [sources::Report],
    /// Whether counts are recorded.
    pub history: bool,
    /// How many restarts ended how, since the watch began.
    pub restarts: &'a [(&'static str, u64)],
}

/// One page.
pub fn page(facts: &Facts<'_>) -> String {
    let mut page = Exposition::default();
    of_the_audit(facts, &mut page);
    of_bridges(facts, &mut page);
    of_sources(facts, &mut page);
    page.0
}

fn of_the_audit(facts: &Facts<'_>, page: &mut Exposition) {
    let (report, finding) = (facts.report, &facts.report.finding);
    page.family("everpresent_bridges_verdict", "gauge", "What the audit says: 1 for the verdict that holds.");
    for verdict in [Verdict::Healthy, Verdict::Unknown, Verdict::Full, Verdict::Leak] {
        let holds = f64::from(u8::from(finding.verdict == verdict));
        page.sample("everpresent_bridges_verdict", &[("verdict", verdict.as_str())], holds);
    }
    if let Some(agreed) = finding.agreed {
        page.family(
            "everpresent_bridges_leaked_sessions",
            "gauge",
            "Bounds of the leaked sessions, by all windows in a row; missing while unknown.",
        );
        for (bound, value) in [("least", agreed.least), ("most", agreed.most)] {
            page.sample("everpresent_bridges_leaked_sessions", &[("bound", bound)], value.into());
        }
    }
    page.family("everpresent_bridges_audit_timestamp_seconds", "gauge", "When the audit was made.");
    let at = report.at.as_millisecond() as f64 / 1_000.0;
    page.sample("everpresent_bridges_audit_timestamp_seconds", &[], at);
}

fn of_bridges(facts: &Facts<'_>, page: &mut Exposition) {
    let name = |server| facts.deployment.server(server).name.as_str();
    page.family("everpresent_bridge_sessions", "gauge", "The newest count of sessions of a Web Bridge.");
    for (bridge, (_, sessions)) in facts.report.bridges.iter().filter_map(|b| Some((b, b.sessions?))) {
        page.sample("everpresent_bridge_sessions", &[("server", name(bridge.server))], sessions.into());
    }
    page.family(
        "everpresent_bridge_session_limit",
        "gauge",
        "Sessions at which a Web Bridge takes no new guest.",
    );
    for bridge in &facts.report.bridges {
        let limit = facts.deployment.server(bridge.server).limit;
        page.sample("everpresent_bridge_session_limit", &[("server", name(bridge.server))], limit.into());
    }
    page.family("everpresent_bridge_counted_timestamp_seconds", "gauge", "When the newest count was made.");
    let counted = facts.report.bridges.iter().map(|b| (b.server, b.sessions.map(|(at, _)| at)));
    for (server, at) in
        counted.chain(facts.report.call_bridges.iter().map(|bridge| (bridge.server, bridge.at)))
    {
        if let Some(at) = at {
            let labels = [("server", name(server))];
            page.sample(
                "everpresent_bridge_counted_timestamp_seconds",
                &labels,
                at.as_millisecond() as f64 / 1_000.0,
            );
        }
    }
    page.family(
        "everpresent_bridge_full_timestamp_seconds",
        "gauge",
        "When a Web Bridge will be full, where that is known.",
    );
    for (bridge, forecast) in facts.report.bridges.iter().filter_map(|b| Some((b, b.forecast?))) {
        let labels = [("server", name(bridge.server))];
        page.sample("everpresent_bridge_full_timestamp_seconds", &labels, forecast.full.as_second() as f64);
    }
    page.family("everpresent_bridge_calls", "gauge", "The newest count of CMA calls of a Call Bridge.");
    for (bridge, calls) in facts.report.call_bridges.iter().filter_map(|b| Some((b, b.calls?))) {
        page.sample("everpresent_bridge_calls", &[("server", name(bridge.server))], calls.into());
    }
    page.family(
        "everpresent_bridge_clock_ahead_seconds",
        "gauge",
        "How far a server's clock is ahead of the one here.",
    );
    for (server, skew) in facts.clocks.all() {
        let labels = [("server", name(server))];
        page.sample("everpresent_bridge_clock_ahead_seconds", &labels, skew.ahead.as_secs_f64());
    }
}

fn of_sources(facts: &Facts<'_>, page: &mut Exposition) {
    type Count = fn(&sources::Report) -> u64;
    page.family("everpresent_bridges_source_up", "gauge", "Whether a source of log lines is open.");
    for source in facts.sources {
        let up = !matches!(source.state, State::Away { .. });
        page.sample("everpresent_bridges_source_up", &[("source", &source.name)], f64::from(u8::from(up)));
    }
    let counters: [(&str, &str, Count); 4] = [
        ("everpresent_bridges_source_lines_total", "Lines that a source gave.", |report| report.lines),
        ("everpresent_bridges_source_dropped_total", "Lines that were lost.", |report| report.dropped),
        ("everpresent_bridges_source_cut_total", "Lines that were too long.", |report| report.cut),
        ("everpresent_bridges_source_refused_total", "Connections and datagrams not taken.", |report| {
            report.refused
        }),
    ];
    for (name, help, count) in counters {
        page.family(name, "counter", help);
        for source in facts.sources {
            page.sample(name, &[("source", &source.name)], count(source) as f64);
        }
    }
    let totals = facts.totals;
    let almost = totals.almost.values().sum();
    let results = [
        ("counted", totals.records),
        ("almost", almost),
        ("nobody", totals.nobody),
        ("conflict", totals.conflicts),
        ("contradiction", totals.contradictions),
        ("doubted", totals.doubted),
    ];
    page.family("everpresent_bridges_lines_total", "counter", "What became of lines that may count.");
    for (result, lines) in results {
        page.sample("everpresent_bridges_lines_total", &[("result", result)], lines as f64);
    }
    page.family("everpresent_bridges_history_up", "gauge", "Whether counts are recorded.");
    page.sample("everpresent_bridges_history_up", &[], f64::from(u8::from(facts.history)));
    page.family("everpresent_bridges_restarts_total", "counter", "Restarts by how they ended.");
    for (outcome, restarts) in facts.restarts {
        page.sample("everpresent_bridges_restarts_total", &[("outcome", outcome)], *restarts as f64);
    }
}

/// Text that is being written.
#[derive(Default)]
struct Exposition(String);

impl Exposition {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail; so it is below.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.0.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _ = write!(self.0, "{before}{label}=\"{}\"", escaped(text));
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}

/// Backslash, quote and line end have a meaning in a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests;
