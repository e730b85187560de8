//! The part of `docs/performance.md` about the pair.

use std::fmt::Write as _;

use super::super::document::write_between;
use super::super::results::{median, number};
use super::super::server::{GENERATOR_CORE, SERVER_CORE};
use super::super::{generator::Report, machine};
use super::{Figures, SESSIONS, USERS};
use crate::process::Outcome;

const BEGIN: &str = "<!-- bench-pair:begin -->";
const END: &str = "<!-- bench-pair:end -->";

/// A row: what it is, its unit, its digits, the most that the pair may have of it in terms of the base.
struct Row {
    name: &'static str,
    digits: usize,
    limit: Option<f64>,
    steady: bool,
    value: fn(&Report) -> f64,
}

const ROWS: &[Row] = &[
    Row {
        name: "messages per second, saturated",
        digits: 0,
        limit: None,
        steady: false,
        value: |report| report.per_second,
    },
    Row {
        name: "CPU of the owner per message, saturated, µs",
        digits: 1,
        limit: Some(1.4),
        steady: false,
        value: cost,
    },
    Row {
        name: "CPU of the owner per message, at 1,000/s, µs",
        digits: 1,
        limit: Some(1.4),
        steady: true,
        value: cost,
    },
    Row {
        name: "latency p50 at 1,000/s, ms",
        digits: 2,
        limit: None,
        steady: true,
        value: |report| report.latency.as_ref().map_or(f64::NAN, |latency| latency.p50_microseconds / 1e3),
    },
    Row {
        name: "latency p99 at 1,000/s, ms",
        digits: 2,
        limit: Some(2.0),
        steady: true,
        value: |report| report.latency.as_ref().map_or(f64::NAN, |latency| latency.p99_microseconds / 1e3),
    },
];

fn cost(report: &Report) -> f64 {
    report.server.as_ref().map_or(f64::NAN, |server| server.microseconds_per_operation)
}

/// The table as Markdown.
pub(super) fn section(figures: &[Figures; 3], runs: usize) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "Medians of {runs} runs on {}.", machine::description());
    let _ = writeln!(
        text,
        "{USERS} users. The owner on core {SERVER_CORE}; its partner and the generator on core {GENERATOR_CORE}.\n"
    );
    text.push_str(
        "| | one node, no stream management | one node, with it | the pair, with it | pair : first | limit |\n",
    );
    text.push_str("|---|---:|---:|---:|---:|---:|\n");
    for row in ROWS {
        let values = figures.each_ref().map(|figures| {
            let reports = if row.steady { &figures.steady } else { &figures.saturated };
            median(&reports.iter().map(row.value).collect::<Vec<_>>())
        });
        let [base, alone, pair] = values.map(|value| number(value, row.digits));
        let limit = row.limit.map_or(String::new(), |limit| format!("{limit} ×"));
        let ratio = values[2] / values[0];
        let _ = writeln!(text, "| {} | {base} | {alone} | {pair} | {ratio:.2} × | {limit} |", row.name);
    }
    let [.., pair] = figures;
    let replica = number(median(&pair.replica) / 1024.0, 1);
    let _ = writeln!(
        text,
        "\nA session's replica takes {replica} KiB at the partner ({SESSIONS} idle sessions)."
    );
    let _ = writeln!(text, "{}", busy(pair));
    let trouble = figures.iter().flat_map(|figures| figures.saturated.iter().chain(&figures.steady));
    let trouble: Vec<String> = trouble.map(Report::trouble).filter(|trouble| !trouble.is_empty()).collect();
    if trouble.is_empty() {
        text.push_str("Everything sent arrived once and in order, in every run.\n");
    } else {
        let _ = writeln!(text, "What was lost or failed: {}.", trouble.join("; "));
    }
    text
}

/// Which side was the limit.
fn busy(pair: &Figures) -> String {
    let of =
        |value: fn(&Report) -> f64| median(&pair.saturated.iter().map(value).collect::<Vec<_>>()) * 100.0;
    let owner = of(|report| report.server.as_ref().map_or(f64::NAN, |server| server.core_share));
    let generator = of(|report| report.generator.core_share);
    // Of each run the first share is that of the saturated half.
    let partner = median(&pair.partner.iter().step_by(2).copied().collect::<Vec<_>>()) * 100.0;
    format!(
        "Saturated, the owner used {owner:.0} % of its core; the generator {generator:.0} % and the partner \
         {partner:.0} % of the other one (the partner over the whole run, sign-in and warm-up included)."
    )
}

/// Puts the section between its marks.
pub(super) fn write(section: &str) -> Outcome {
    write_between([BEGIN, END], section)
}
