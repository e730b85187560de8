//! The report as text: what is the matter, how it is known, tables, what did not count.

mod notes;
mod tables;

use everpresent_audit::audit::{Basis, Missing, Outcome, Silent, What};
use everpresent_audit::{Auditor, Report, Verdict};

use super::intake::Notes;
use super::{lower_bounds, name};
use crate::commands::sessions::count;

pub(super) use tables::basis;

/// Everything, in paragraphs.
pub(super) fn report(auditor: &Auditor, report: &Report, notes: &Notes) -> String {
    let mut paragraphs = vec![headline(auditor, report)];
    paragraphs.extend(figures(auditor, report));
    let silent = report.finding.silent();
    if !silent.is_empty() {
        let named: Vec<String> = silent.iter().map(|silent| missing(auditor, silent)).collect();
        paragraphs
            .push(format!("Nothing can be said about leaked sessions without:\n  {}", named.join("\n  ")));
    }
    paragraphs.push(tables::bridges(auditor, report));
    paragraphs.push(tables::call_bridges(auditor, report));
    paragraphs.extend(outlook(auditor, report));
    paragraphs.push(notes::text(notes));
    paragraphs.join("\n\n")
}

/// What there is to say when no line counts anything.
pub(super) fn nothing(notes: &Notes) -> String {
    let sentence = "unknown: no line counts sessions or calls.\nWeb Bridges write `Stats` lines, Call Bridges `STATS: {…}` \
                    lines every 5 minutes from version 2.8; syslog has to be on.";
    format!("{sentence}\n\n{}", notes::text(notes))
}

fn headline(auditor: &Auditor, report: &Report) -> String {
    let finding = &report.finding;
    let needed = auditor.settings().windows_in_a_row;
    let why = match finding.verdict {
        Verdict::Healthy if finding.in_a_row > 0 => format!(
            "sessions without calls in {} of {needed} windows: perhaps guests on a landing page.",
            finding.in_a_row
        ),
        Verdict::Healthy => "no sign of leaked sessions.".to_owned(),
        Verdict::Unknown if finding.known_in_a_row == 0 => match finding.round.outcome {
            Outcome::Lacking(what) => format!("there is no server that counts {}.", counted(what)),
            Outcome::Known(_) | Outcome::Unknown(_) => "a server is silent.".to_owned(),
        },
        Verdict::Unknown => format!(
            "sessions without calls in {} of {needed} windows, and no more counts before them.",
            finding.in_a_row
        ),
        Verdict::Full => "new guests are refused.".to_owned(),
        Verdict::Leak => format!("sessions without calls in {needed} windows in a row."),
    };
    let mut lines = vec![format!("{} at {}: {why}", finding.verdict.as_str(), tables::second(report.at))];
    for id in &finding.full {
        let server = auditor.deployment().server(*id);
        lines.push(format!("{} is full: its limit is {} sessions.", server.name, server.limit));
    }
    lines.join("\n")
}

/// The two figures and how sure they are.
fn figures(auditor: &Auditor, report: &Report) -> Option<String> {
    let (bounds, agreed) = (report.finding.round.bounds()?, report.finding.agreed?);
    let windows = report.finding.known_in_a_row;
    let counts = format!(
        "{} sessions, CMA calls {} now and {} at most while they were counted.",
        bounds.sessions, bounds.calls, bounds.calls_peak
    );
    // One window alone is off now and then: what the windows in a row agree on comes first.
    let mut lines = vec![format!("In the deployment {} sessions leaked", between(agreed.least, agreed.most))];
    if windows > 1 {
        lines[0].push_str(&format!(", as the last {windows} windows agree."));
        lines.push(format!("By the newest window alone, {}: {counts}", between(bounds.least, bounds.most)));
    } else {
        lines[0].push_str(&format!(": {counts}"));
    }
    lines.extend(lower_bounds(report));
    if report.single_sample {
        lines.push(format!(
            "This is a single sample; a finding needs {} windows of {} min in a row.",
            auditor.settings().windows_in_a_row,
            auditor.settings().window.as_mins()
        ));
    }
    if !bounds.enclosed && bounds.most > 0 {
        lines.push("Sessions were not counted before and after the calls: the upper figure holds if calls did not become more in between.".to_owned());
    }
    Some(lines.join("\n"))
}

fn between(least: u32, most: u32) -> String {
    if least == most { least.to_string() } else { format!("between {least} and {most}") }
}

/// The word for it, also in JSON.
pub(super) fn counted(what: What) -> &'static str {
    match what {
        What::Sessions => "sessions",
        What::Calls => "calls",
    }
}

fn missing(auditor: &Auditor, silent: &Silent) -> String {
    let what = counted(silent.what);
    let name = name(auditor, silent.server);
    match silent.missing {
        Missing::Never => format!("{name}: it never counted {what}"),
        Missing::Since(at) => format!("{name}: it counted {what} last at {}", tables::second(at)),
        Missing::NotCovered(at) => {
            format!("{name}: none of its counts of calls covers {}", tables::second(at))
        }
    }
}

/// What was proved, and the best time for a restart.
fn outlook(auditor: &Auditor, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(proof) = &report.proof {
        let each: Vec<String> = proof
            .sessions
            .iter()
            .map(|(id, sessions)| format!("{} {sessions}", name(auditor, *id)))
            .collect();
        lines.push(format!(
            "Proved from {} to {}, without a call and without change: {} leaked (or idle on a landing page): {}.",
            tables::second(proof.from),
            tables::second(proof.to),
            count(u64::from(proof.total()), "session"),
            each.join(", ")
        ));
    }
    if let Some(hour) = &report.quiet_hour {
        lines.push(format!(
            "Best hour for a restart: {}, at most {} in {} of the logs.",
            hour.from.strftime("%A %Y-%m-%d %H:%M %Z"),
            count(u64::from(hour.calls_peak), "CMA call"),
            count(u64::from(hour.weeks), "week"),
        ));
    }
    if report.bridges.iter().any(|bridge| bridge.trend.is_some_and(|trend| trend.basis == Basis::Hours)) {
        lines.push("Rates from hours have the guests of that time of the day in them.".to_owned());
    }
    if lines.is_empty() { Vec::new() } else { vec![lines.join("\n")] }
}
