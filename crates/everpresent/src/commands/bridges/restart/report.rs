//! What a run did, in lines, a table or JSON.

use everpresent_bridges::restart::{Outcome, Progress, Restarted};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output;

/// A line while a run goes on.
pub(super) fn progress(progress: &Progress<'_>, now: Timestamp) -> String {
    match progress {
        Progress::CutOff(server, at) => {
            format!(
                "{now:.0} {server}: an earlier run was cut off at or after {at:.0}; whether it was restarted, nobody knows"
            )
        }
        Progress::Begins(server, reason) => format!("{now:.0} {server}: restarting ({reason})"),
        Progress::Waits(server, reason) => format!("{now:.0} {server}: waiting ({reason})"),
        Progress::Ends(result) => {
            let outcome = result.outcome.map_or("allowed", Outcome::as_str);
            format!("{now:.0} {}: {outcome}: {}", result.name, result.reason)
        }
    }
}

/// All results.
pub(super) fn print(results: &[Restarted], cli: &Cli) -> Result<(), Failure> {
    if cli.json {
        return output::print_json(&json!({ "servers": results.iter().map(value).collect::<Vec<_>>() }));
    }
    if results.is_empty() {
        return Ok(());
    }
    let row = |result: &Restarted| {
        let outcome = result.outcome.map_or("allowed", Outcome::as_str);
        [result.name.clone(), result.address.clone(), outcome.to_owned(), result.reason.clone()]
    };
    output::print_table(["SERVER", "ADDRESS", "OUTCOME", "WHY"], results.iter().map(row))
}

fn value(result: &Restarted) -> Value {
    let checks =
        result.decision.checks.iter().map(
            |check| json!({ "rule": check.rule.as_str(), "passes": check.passes, "reason": check.reason }),
        );
    let outcome = match result.outcome {
        None => "allowed",
        Some(Outcome::NotVerified) => "not_verified",
        Some(outcome) => outcome.as_str(),
    };
    json!({
        "name": result.name,
        "address": result.address,
        "outcome": outcome,
        "reason": result.reason,
        "checks": checks.collect::<Vec<_>>(),
    })
}
