//! The page as Prometheus reads it, and rules that name only what is on it.

use everpresent_audit::line::WebBridgeStats;
use everpresent_audit::{Auditor, Event, Role, Server, Settings};

use super::*;
use crate::watch::restored;

fn shown() -> String {
    let servers = vec![Server::new("web1", Role::WebBridge), Server::new("core1", Role::CallBridge)];
    let mut auditor = Auditor::new(Deployment::new(servers).unwrap(), Settings::default()).unwrap();
    let at: jiff::Timestamp = "2020-06-08T14:53:18Z".parse().unwrap();
    let [web1, core1] = ["web1", "core1"].map(|name| auditor.deployment().by_name(name).unwrap());
    auditor.observe(web1, at, &Event::WebBridge(WebBridgeStats { sessions: 149, c: 3_477, d: 3_170 }));
    auditor.observe(core1, at, &restored::calls(14, 17));
    let mut clocks = Clocks::default();
    for minute in 0..5 {
        let at = at + jiff::SignedDuration::from_mins(minute);
        clocks.hear(web1, at, at);
    }
    let report = auditor.report(at);
    let source = sources::Report {
        name: "file \"odd\"\\name\n".into(),
        state: State::Open,
        lines: 2,
        dropped: 0,
        cut: 0,
        refused: 1,
        last_line: None,
    };
    page(&Facts {
        deployment: auditor.deployment(),
        report: &report,
        totals: &Totals { records: 2, ..Totals::default() },
        clocks: &clocks,
        sources: &[source],
        history: true,
        restarts: &[("restarted", 3)],
    })
}

#[test]
fn the_published_case_is_on_the_page() {
    let page = shown();
    for line in [
        "everpresent_bridge_sessions{server=\"web1\"} 149",
        "everpresent_bridge_session_limit{server=\"web1\"} 149",
        "everpresent_bridges_leaked_sessions{bound=\"least\"} 132",
        "everpresent_bridges_leaked_sessions{bound=\"most\"} 135",
        "everpresent_bridges_verdict{verdict=\"full\"} 1",
        "everpresent_bridges_verdict{verdict=\"healthy\"} 0",
        "everpresent_bridges_restarts_total{outcome=\"restarted\"} 3",
        "everpresent_bridges_audit_timestamp_seconds 1591627998",
        "everpresent_bridges_source_lines_total{source=\"file \\\"odd\\\"\\\\name\\n\"} 2",
    ] {
        assert!(page.lines().any(|shown| shown == line), "{line} is missing in\n{page}");
    }
}

#[test]
fn every_line_is_of_the_format_and_every_family_is_declared_once() {
    let page = shown();
    let mut families = std::collections::BTreeSet::new();
    for line in page.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert!(families.insert(kind.split(' ').next().unwrap().to_owned()), "twice: {line}");
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            value.parse::<f64>().unwrap();
            assert!(families.contains(name.split('{').next().unwrap()), "not declared: {line}");
        }
    }
}

#[test]
fn the_rules_name_only_metrics_that_exist() {
    let mut declared = shown();
    // Known only where there is a trend.
    declared.push_str("# TYPE everpresent_bridge_full_timestamp_seconds gauge\n");
    let mut named = 0;
    for expression in ALERT_RULES.lines().filter_map(|line| line.trim().strip_prefix("expr: ")) {
        for word in expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            if word.starts_with("everpresent_") {
                named += 1;
                assert!(declared.contains(&format!("# TYPE {word} ")), "{word} in {expression}");
            }
        }
    }
    assert!(named >= 10, "{named}");
}
