//! Sessions of Janus as tables, sentences and JSON.

use std::time::Duration;

use everpresent_bridges::janus::{Audit, End, Ended, Judged, Verdict};
use serde_json::{Value, json};

use super::target::Target;
use crate::failure::Failure;
use crate::output;

const VERDICTS: [Verdict; 4] = [Verdict::Leaked, Verdict::Suspect, Verdict::Idle, Verdict::Live];

pub(super) fn audit(target: &Target, audit: &Audit) -> Result<(), Failure> {
    let header = ["SESSION", "VERDICT", "AGE", "PLUGINS", "REASON"];
    output::print_table(header, audit.sessions.iter().map(row))?;
    output::print(&format!("{}: {} sessions, {}", target.admin.place(), audit.sessions.len(), counts(audit)))
}

fn row(judged: &Judged) -> [String; 5] {
    [
        judged.session.to_string(),
        judged.verdict.to_string(),
        judged.age.map_or_else(|| "-".to_owned(), |age| format!("{} s", age.as_secs())),
        if judged.plugins.is_empty() { "-".to_owned() } else { judged.plugins.join(" ") },
        judged.reason.clone(),
    ]
}

fn counts(audit: &Audit) -> String {
    VERDICTS.map(|verdict| format!("{} {verdict}", audit.count(verdict))).join(", ")
}

pub(super) fn audit_json(target: &Target, audit: &Audit) -> Value {
    let counts: serde_json::Map<String, Value> =
        VERDICTS.iter().map(|verdict| (verdict.as_str().to_owned(), audit.count(*verdict).into())).collect();
    json!({
        "place": target.admin.place(),
        "grace_seconds": target.grace.as_secs(),
        "counts": counts,
        "sessions": audit.sessions.iter().map(judged_json).collect::<Vec<_>>(),
    })
}

fn judged_json(judged: &Judged) -> Value {
    json!({
        "session": judged.session,
        "verdict": judged.verdict.as_str(),
        "reason": judged.reason,
        "plugins": judged.plugins,
        "age_seconds": judged.age.map(|age: Duration| age.as_secs()),
    })
}

pub(super) fn ended(audit: &Audit, ended: &Ended) -> String {
    let judged = audit.sessions.iter().find(|judged| judged.session == ended.session);
    let reason = judged.map(|judged| format!(" ({})", judged.reason)).unwrap_or_default();
    format!("session {}: {}{reason}", ended.session, ended.end.as_str())
}

/// The last sentence: how many of which kind, and what was left alone.
pub(super) fn ended_sum(audit: &Audit, ended: &[Ended]) -> String {
    let count = |end: End| ended.iter().filter(|ended| ended.end == end).count();
    let done = [End::Ended, End::WouldEnd, End::Gone, End::Revived, End::Remains]
        .into_iter()
        .filter(|end| count(*end) > 0)
        .map(|end| format!("{} {}", count(end), end.as_str()));
    let done: Vec<String> = done.collect();
    let done = if done.is_empty() { "nothing is leaked".to_owned() } else { done.join(", ") };
    let (live, idle, suspect) =
        (audit.count(Verdict::Live), audit.count(Verdict::Idle), audit.count(Verdict::Suspect));
    format!("{done}; untouched: {live} live, {idle} idle, {suspect} suspect")
}

pub(super) fn ended_json(target: &Target, audit: &Audit, ended: &[Ended], dry_run: bool) -> Value {
    let row = |ended: &Ended| json!({ "session": ended.session, "end": word(ended.end) });
    let mut value = audit_json(target, audit);
    value["dry_run"] = dry_run.into();
    value["ended"] = ended.iter().map(row).collect();
    value
}

/// One word for programs.
fn word(end: End) -> &'static str {
    match end {
        End::Ended => "ended",
        End::WouldEnd => "would_end",
        End::Revived => "revived",
        End::Gone => "gone",
        End::Remains => "remains",
    }
}
