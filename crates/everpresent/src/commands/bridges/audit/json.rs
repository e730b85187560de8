//! The report as JSON. Moments are RFC 3339 in UTC.

use everpresent_audit::audit::{BridgeReport, LeakSource, Missing, Outcome, Restart, Silent};
use everpresent_audit::deployment::Fill;
use everpresent_audit::{Auditor, Report, Verdict};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::intake::Notes;
use super::{exit_number, lower_bounds, name};

pub(super) fn report(auditor: &Auditor, report: &Report, notes: &Notes) -> Value {
    let finding = &report.finding;
    let full: Vec<&str> = finding.full.iter().map(|id| name(auditor, *id)).collect();
    json!({
        "verdict": finding.verdict.as_str(),
        "exit_code": exit_number(finding.verdict),
        "at": report.at.to_string(),
        "servers_from": if notes.derived { "logs" } else { "inventory" },
        "window_seconds": auditor.settings().window.as_secs(),
        "leaked": leaked(report),
        "agreed": finding.agreed.map(|agreed| json!({
            "least": agreed.least,
            "most": agreed.most,
            "windows": finding.known_in_a_row,
        })),
        "windows_in_a_row": finding.in_a_row,
        "windows_needed": auditor.settings().windows_in_a_row,
        "single_sample": report.single_sample,
        "lower_bounds": lower_bounds(report),
        "full": full,
        "silent": finding.silent().iter().map(|silent| self::silent(auditor, silent)).collect::<Vec<_>>(),
        "lacking": match finding.round.outcome {
            Outcome::Lacking(what) => Some(super::text::counted(what)),
            Outcome::Known(_) | Outcome::Unknown(_) => None,
        },
        "bridges": report.bridges.iter().map(|bridge| self::bridge(auditor, bridge)).collect::<Vec<_>>(),
        "call_bridges": report.call_bridges.iter().map(|bridge| json!({
            "name": name(auditor, bridge.server),
            "at": moment(bridge.at),
            "calls": bridge.calls,
            "calls_peak": bridge.calls_peak,
        })).collect::<Vec<_>>(),
        "proof": report.proof.as_ref().map(|proof| json!({
            "from": proof.from.to_string(),
            "to": proof.to.to_string(),
            "leaked_or_idle": proof.total(),
            "bridges": proof.sessions.iter().map(|(id, sessions)| json!({
                "name": name(auditor, *id),
                "leaked_or_idle": sessions,
            })).collect::<Vec<_>>(),
        })),
        "best_window": report.quiet_hour.as_ref().map(|hour| json!({
            "from": hour.from.timestamp().to_string(),
            "local": hour.from.to_string(),
            "calls_peak": hour.calls_peak,
            "weeks": hour.weeks,
        })),
        "read": read(notes),
    })
}

/// What there is to say when no line counts anything.
pub(super) fn nothing(notes: &Notes) -> Value {
    json!({
        "verdict": Verdict::Unknown.as_str(),
        "exit_code": exit_number(Verdict::Unknown),
        "servers_from": if notes.derived { "logs" } else { "inventory" },
        "leaked": null,
        "bridges": [],
        "call_bridges": [],
        "read": read(notes),
    })
}

fn leaked(report: &Report) -> Value {
    let Some(bounds) = report.finding.round.bounds() else {
        return Value::Null;
    };
    json!({
        "least": bounds.least,
        "most": bounds.most,
        "sessions": bounds.sessions,
        "calls": bounds.calls,
        "calls_peak": bounds.calls_peak,
        "from": bounds.from.to_string(),
        "to": bounds.to.to_string(),
        "enclosed": bounds.enclosed,
    })
}

fn silent(auditor: &Auditor, silent: &Silent) -> Value {
    let what = super::text::counted(silent.what);
    let (missing, at) = match silent.missing {
        Missing::Never => ("never", None),
        Missing::Since(at) => ("since", Some(at)),
        Missing::NotCovered(at) => ("not_covered", Some(at)),
    };
    json!({ "name": name(auditor, silent.server), "what": what, "missing": missing, "at": moment(at) })
}

fn bridge(auditor: &Auditor, bridge: &BridgeReport) -> Value {
    let fill = bridge.fill.map(|fill| match fill {
        Fill::Room => "room",
        Fill::Filling => "filling",
        Fill::Full => "full",
    });
    json!({
        "name": name(auditor, bridge.server),
        "sessions": bridge.sessions.map(|(_, sessions)| sessions),
        "at": moment(bridge.sessions.map(|(at, _)| at)),
        "limit": auditor.deployment().server(bridge.server).limit,
        "fill": fill,
        "leaked": bridge.leaked.map(|leaked| {
            let (source, proved_at) = match leaked.source {
                LeakSource::OnlyBridge => ("only_bridge", None),
                LeakSource::Proof(at) => ("proof", Some(at)),
            };
            json!({ "least": leaked.least, "most": leaked.most, "source": source, "proved_at": moment(proved_at) })
        }),
        "restarts": bridge.restarts.iter().map(restart).collect::<Vec<_>>(),
        "leaks_per_day": bridge.trend.map(|trend| trend.per_day),
        "trend_basis": bridge.trend.map(|trend| super::text::basis(trend.basis)),
        "full_at": moment(bridge.forecast.map(|forecast| forecast.full)),
        "full_of_leaked_at": moment(bridge.forecast.map(|forecast| forecast.full_of_leaked)),
    })
}

fn restart(restart: &Restart) -> Value {
    json!({
        "at": restart.at.to_string(),
        "counters_fell": restart.counters_fell,
        "user": restart.by.as_ref().map(|(user, _)| user),
        "from": restart.by.as_ref().map(|(_, from)| from),
    })
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

fn read(notes: &Notes) -> Value {
    json!({
        "lines": notes.totals.lines,
        "bytes": notes.totals.bytes,
        "counted": notes.counted,
        "too_long": notes.totals.overlong,
        "almost": notes.almost.iter().map(|(reason, (lines, example))| json!({
            "reason": reason.to_string(),
            "lines": lines,
            "example": example,
        })).collect::<Vec<_>>(),
        "unknown_servers": notes.strangers,
        "lines_of_more_unknown_servers": notes.of_more_strangers,
        "not_their_role": notes.not_their_role,
        "trouble": notes.trouble,
        "lines_without_host_counted": notes.hostless,
        "lines_without_date_counted": notes.undated,
    })
}
