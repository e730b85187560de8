//! The tables of bridges.

use everpresent_audit::audit::{Basis, BridgeReport, LeakSource};
use everpresent_audit::deployment::Fill;
use everpresent_audit::{Auditor, Report};
use jiff::Timestamp;

use super::name;
use crate::output;

const UNKNOWN: &str = "-";

pub(super) fn bridges(auditor: &Auditor, report: &Report) -> String {
    let header = ["WEB BRIDGE", "SESSIONS", "LIMIT", "", "COUNTED", "LEAKED", "PER DAY", "FULL", "RESTARTED"];
    output::table(header, report.bridges.iter().map(|bridge| row(auditor, bridge)))
}

pub(super) fn call_bridges(auditor: &Auditor, report: &Report) -> String {
    let rows = report.call_bridges.iter().map(|bridge| {
        let number =
            |number: Option<u32>| number.map_or_else(|| UNKNOWN.to_owned(), |number| number.to_string());
        let name = name(auditor, bridge.server).to_owned();
        [name, number(bridge.calls), number(bridge.calls_peak), moment(bridge.at)]
    });
    output::table(["CALL BRIDGE", "CMA CALLS", "PEAK", "COUNTED"], rows)
}

fn row(auditor: &Auditor, bridge: &BridgeReport) -> [String; 9] {
    let server = auditor.deployment().server(bridge.server);
    let fill = match bridge.fill {
        None => "stale",
        Some(Fill::Room) => "",
        Some(Fill::Filling) => "filling",
        Some(Fill::Full) => "full",
    };
    let leaked = bridge.leaked.map(|leaked| {
        let figure = if leaked.least == leaked.most {
            leaked.least.to_string()
        } else {
            format!("{}–{}", leaked.least, leaked.most)
        };
        match leaked.source {
            LeakSource::OnlyBridge => figure,
            LeakSource::Proof(at) => format!("{figure} at {}", second(at)),
        }
    });
    let rate = bridge.trend.map(|trend| match trend.basis {
        Basis::Days => format!("{:.1}", trend.per_day),
        Basis::Hours => format!("{:.1} (from hours)", trend.per_day),
    });
    [
        server.name.clone(),
        bridge.sessions.map_or_else(|| UNKNOWN.to_owned(), |(_, sessions)| sessions.to_string()),
        server.limit.to_string(),
        fill.to_owned(),
        moment(bridge.sessions.map(|(at, _)| at)),
        leaked.unwrap_or_else(|| UNKNOWN.to_owned()),
        rate.unwrap_or_else(|| UNKNOWN.to_owned()),
        moment(bridge.forecast.map(|forecast| forecast.full)),
        moment(bridge.restarts.last().map(|restart| restart.at)),
    ]
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| UNKNOWN.to_owned(), second)
}

/// A moment without fractions.
pub(super) fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The word for a basis in JSON.
pub(in super::super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Days => "days",
        Basis::Hours => "hours",
    }
}
