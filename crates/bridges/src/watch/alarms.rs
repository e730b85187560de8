//! What holds now and is worth a notice. Pure: the same facts give the same alarms, and who delivers them knows what was
//! told already.

use std::collections::BTreeMap;

use everpresent_alerts::Key;
use everpresent_audit::audit::{Missing, NativeClients, Silent, What};
use everpresent_audit::deployment::Fill;
use everpresent_audit::{Deployment, Report, Verdict};
use jiff::{SignedDuration, Timestamp};

use super::skew::Clocks;
use crate::sources;

/// Name of the watch in notices.
pub const NODE: &str = "bridges";
/// Sessions have leaked.
pub const LEAKED: &str = "SessionsLeaked";
/// A bridge takes no new guest.
pub const FULL: &str = "BridgeFull";
/// A bridge will soon take none.
pub const FILLING: &str = "BridgeFilling";
/// Nothing can be said.
pub const UNKNOWN: &str = "AuditUnknown";
/// A source of lines is away.
pub const SILENT: &str = "SourceSilent";
/// Lines were lost.
pub const DROPPED: &str = "LinesDropped";
/// A clock is wrong.
pub const CLOCK: &str = "ClocksDiffer";
/// Sources contradict each other, or a server speaks in the name of another.
pub const CONTRADICTION: &str = "SourcesContradict";
/// Counts are not recorded.
pub const HISTORY: &str = "HistoryUnavailable";
/// The inventory on disk cannot be used.
pub const INVENTORY: &str = "InventoryRefused";
/// All that hold for a while, in the order above.
pub const LASTING: [&str; 10] =
    [LEAKED, FULL, FILLING, UNKNOWN, SILENT, DROPPED, CLOCK, CONTRADICTION, HISTORY, INVENTORY];

/// A source that is away for less is not worth a notice: logs are rotated, servers are restarted.
pub const SILENT_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// A clock that differs by less needs no attention; the audit widens.
pub const CLOCK_OFF: SignedDuration = SignedDuration::from_secs(30);

/// What the alarms follow from.
pub struct Facts<'a> {
    /// When.
    pub now: Timestamp,
    /// When the watch began: before a window is over it is no wonder that nothing is known.
    pub since: Timestamp,
    /// The servers.
    pub deployment: &'a Deployment,
    /// What the audit says.
    pub report: &'a Report,
    /// The audit's window.
    pub window: SignedDuration,
    /// What is known of clocks.
    pub clocks: &'a Clocks,
    /// How the sources fare.
    pub sources: &'a [sources::Report],
    /// Lines that each source lost since the last time, if any.
    pub dropped: &'a BTreeMap<String, u64>,
    /// Lines that contradicted others since the last time.
    pub contradictions: u64,
    /// Why counts are not recorded.
    pub history: Option<&'a str>,
    /// Why the inventory on disk is not used.
    pub inventory: Option<&'a str>,
}

/// Everything that holds, with a sentence.
pub fn alarms(facts: &Facts<'_>) -> BTreeMap<Key, String> {
    let mut alarms = BTreeMap::new();
    of_the_audit(facts, &mut alarms);
    of_bridges(facts, &mut alarms);
    of_sources(facts, &mut alarms);
    if let Some(why) = facts.history {
        let text = format!("Counts are not recorded: {why}. The watch goes on without.");
        alarms.insert(key(HISTORY), text);
    }
    if let Some(why) = facts.inventory {
        alarms.insert(
            key(INVENTORY),
            format!("The inventory was not read again: {why}. The one before stays in use."),
        );
    }
    alarms
}

fn of_the_audit(facts: &Facts<'_>, alarms: &mut BTreeMap<Key, String>) {
    let finding = &facts.report.finding;
    if finding.verdict == Verdict::Leak
        && let (Some(bounds), Some(agreed)) = (finding.round.bounds(), finding.agreed)
    {
        let (least, most, sessions, calls) = (agreed.least, agreed.most, bounds.sessions, bounds.calls);
        let note = match facts.report.native_clients {
            NativeClients::Unseen => "",
            NativeClients::Seen(_) | NativeClients::Configured => {
                " Native CMA clients are in use, so both figures are lower bounds."
            }
        };
        let text = format!(
            "{least} to {most} sessions leaked, by {} windows in a row; in the newest {sessions} sessions on all Web \
             Bridges and {calls} CMA calls.{note}",
            finding.in_a_row
        );
        alarms.insert(key(LEAKED), text);
    }
    let silent = finding.silent();
    let settled = facts.now.duration_since(facts.since) > facts.window;
    if !silent.is_empty() && settled {
        let names: Vec<String> = silent.iter().map(|silent| named(facts.deployment, silent)).collect();
        alarms.insert(key(UNKNOWN), format!("Whether sessions leak is unknown: {}.", names.join("; ")));
    }
}

/// One server without which nothing can be said.
fn named(deployment: &Deployment, silent: &Silent) -> String {
    let name = &deployment.server(silent.server).name;
    let what = if silent.what == What::Sessions { "sessions" } else { "calls" };
    match silent.missing {
        Missing::Never => format!("{name} never counted {what}"),
        Missing::Since(at) => format!("{name} has not counted {what} since {at:.0}"),
        Missing::NotCovered(at) => format!("{name} counted no {what} around {at:.0}"),
    }
}

fn of_bridges(facts: &Facts<'_>, alarms: &mut BTreeMap<Key, String>) {
    for bridge in &facts.report.bridges {
        let server = facts.deployment.server(bridge.server);
        let Some((_, sessions)) = bridge.sessions else { continue };
        let (name, limit) = (&server.name, server.limit);
        match bridge.fill {
            Some(Fill::Full) => {
                let text = format!("{name} has {sessions} sessions of {limit}: new guests are refused.");
                alarms.insert(key(FULL).about(name), text);
            }
            Some(Fill::Filling) => {
                let when = bridge.forecast.map_or_else(String::new, |forecast| {
                    format!(" At this rate it is full on {}.", forecast.full.strftime("%Y-%m-%d %H:%M UTC"))
                });
                let text = format!("{name} has {sessions} sessions of {limit}.{when}");
                alarms.insert(key(FILLING).about(name), text);
            }
            Some(Fill::Room) | None => {}
        }
    }
}

fn of_sources(facts: &Facts<'_>, alarms: &mut BTreeMap<Key, String>) {
    for source in facts.sources {
        if let sources::State::Away { since, why } = &source.state
            && facts.now.duration_since(*since) > SILENT_AFTER
        {
            let text = format!("The source {} is away since {since:.0}: {why}.", source.name);
            alarms.insert(key(SILENT).about(&source.name), text);
        }
    }
    for (source, lines) in facts.dropped {
        let text =
            format!("{lines} lines of {source} were lost within a minute: more come than can be taken.");
        alarms.insert(key(DROPPED).about(source), text);
    }
    for (server, skew) in facts.clocks.all() {
        if skew.ahead.abs() > CLOCK_OFF {
            let name = &facts.deployment.server(server).name;
            let direction = if skew.ahead.is_negative() { "behind" } else { "ahead of" };
            let seconds = skew.ahead.abs().as_secs();
            let text =
                format!("The clock of {name} is {seconds} s {direction} the one here; set it right (NTP).");
            alarms.insert(key(CLOCK).about(name), text);
        }
    }
    if facts.contradictions > 0 {
        let text = format!(
            "{} lines contradict another source, or name another server than the one that sent them: somebody may be \
             forging them. Nothing is restarted on their account.",
            facts.contradictions
        );
        alarms.insert(key(CONTRADICTION), text);
    }
}

fn key(name: &str) -> Key {
    Key::new(NODE, name)
}

#[cfg(test)]
mod tests;
