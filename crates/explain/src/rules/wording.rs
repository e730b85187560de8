//! The sentences of a cause.

use std::collections::BTreeSet;

use everpresent_recovery::manager::NodeState;
use jiff::civil::DateTime;

use super::draft::{Draft, Facts};
use super::seconds_between;
use super::standing::{Waits, When, due};
use crate::cause::Cause;
use crate::event::{Event, shown};
use crate::explainer::Limits;
use crate::report::Finding;

/// The limit that is recommended for slow networks, in seconds.
const RAISED_TIMEOUT_SECONDS: u64 = 90;

pub(super) fn finding(
    draft: &Draft,
    events: &[Event],
    limits: &Limits,
    place: impl Fn(&Event) -> String,
) -> Finding {
    let seen = draft.seen.iter().filter_map(|index| events.get(*index));
    Finding {
        cause: draft.cause,
        title: draft.cause.title(),
        reason: draft.cause.reason().map(everpresent_recovery::manager::Reason::as_str),
        at: draft.at.map(shown),
        what: sentences(draft.cause, &draft.facts, limits),
        actions: draft.cause.actions().iter().map(|action| (*action).to_owned()).collect(),
        seen: seen.map(place).collect(),
    }
}

fn sentences(cause: Cause, facts: &Facts, limits: &Limits) -> Vec<String> {
    let mut sentences = match cause {
        Cause::HeartbeatLost => silence(facts, limits),
        Cause::PeerReboot => restart(facts),
        Cause::PeerDownDuringInitialization => {
            let since =
                facts.seconds.map_or(String::new(), |seconds| format!(": it was silent for {seconds} s"));
            vec![format!("This node started and did not hear its peer within the time for that{since}.")]
        }
        Cause::CriticalServiceDown => {
            let limit = limits.critical_service_down_seconds;
            let seconds = facts.seconds.map(|seconds| format!(" for {seconds} s")).unwrap_or_default();
            vec![format!("{}{seconds}; the limit is {limit} s.", down(facts))]
        }
        Cause::DatabaseFailure => {
            vec![format!(
                "The node{} lost its database, and its peer took over its users.",
                named(&facts.nodes)
            )]
        }
        Cause::ManualOrder if facts.orders.is_empty() => {
            vec![
                "The reason is On Admin Request; the order itself, and who gave it, is not in these files."
                    .to_owned(),
            ]
        }
        Cause::ManualOrder => vec![format!("Ordered: {}.", listed(&facts.orders))],
        Cause::AutomaticFallback => vec![format!(
            "The node that had failed over was healthy for the automatic fallback delay ({} s unless set otherwise), and a fallback began by itself.",
            limits.automatic_fallback_seconds
        )],
        Cause::StartOfServicesFailed
        | Cause::TakeOverUsersFailed
        | Cause::TakeBackUsersFailed
        | Cause::AutoRecoverDatabaseFailure
        | Cause::AutoRecoverServiceDown => vec![moved(cause, facts)],
        Cause::HighAvailabilityNotEnabled if facts.orders.is_empty() => {
            vec![
                "The nodes do not stand in for each other: nothing that happens to one moves its users."
                    .to_owned(),
            ]
        }
        Cause::HighAvailabilityNotEnabled => vec![format!("Ordered: {}.", listed(&facts.orders))],
        Cause::Untold => vec![
            "One node took over the other's users. No line within 15 min before it names a reason."
                .to_owned(),
        ],
        Cause::BothFailed | Cause::FallbackPending | Cause::Flapping => Vec::new(),
    };
    if !facts.dumps.is_empty() {
        sentences.push(format!("Core dump of {}: the program crashed.", listed(&facts.dumps)));
    }
    sentences.extend(facts.sentences.iter().cloned());
    sentences
}

/// Users who were moved, or could not be.
fn moved(cause: Cause, facts: &Facts) -> String {
    match cause {
        Cause::StartOfServicesFailed => {
            format!("A fallback was begun and given up: {} and did not start.", down(facts))
        }
        Cause::TakeOverUsersFailed => {
            "The backup could not take the users of its peer, and stopped deciding by itself.".to_owned()
        }
        Cause::TakeBackUsersFailed => {
            "The node could not take its users back, and stopped deciding by itself.".to_owned()
        }
        Cause::AutoRecoverDatabaseFailure => format!(
            "The node that served all users{} lost its database, while its peer was healthy: the users were moved without an order.",
            named(&facts.nodes)
        ),
        _ => format!(
            "On the node that served all users, {}, while its peer was healthy: the users were moved without an order.",
            down(facts)
        ),
    }
}

fn silence(facts: &Facts, limits: &Limits) -> Vec<String> {
    let limit = limits.keep_alive_timeout_seconds;
    let mut sentences = vec![match facts.seconds {
        Some(seconds) => {
            format!("The heartbeat of the peer was lost for {seconds} s; the limit is {limit} s.")
        }
        None => format!("The heartbeat of the peer was lost for longer than the limit of {limit} s."),
    }];
    match facts.states {
        Some((_, NodeState::Backup)) => {
            sentences
                .push("The peer is in Running in Backup Mode: it serves the users of both nodes.".to_owned());
        }
        Some((NodeState::Backup, _)) => {
            sentences.push(
                "This node is in Running in Backup Mode: it serves the users of both nodes.".to_owned(),
            );
        }
        _ => {}
    }
    if let Some(silence) = facts.silence {
        let bridged = if u64::try_from(silence).is_ok_and(|silence| silence < RAISED_TIMEOUT_SECONDS) {
            "would not have led"
        } else {
            "would have led"
        };
        sentences.push(format!(
            "Heartbeats came again after {silence} s: with a limit of {RAISED_TIMEOUT_SECONDS} s it {bridged} to a failover."
        ));
    }
    sentences
}

fn restart(facts: &Facts) -> Vec<String> {
    let nodes = named(&facts.nodes);
    let mut sentences = vec![match facts.orderly {
        Some(true) => format!("The peer{nodes} was shut down or restarted in order."),
        Some(false) => {
            format!(
                "The peer{nodes} booted without a shutdown before it: it crashed, or lost power or its virtual machine."
            )
        }
        None => format!("The peer{nodes} was restarted."),
    }];
    if let Some(seconds) = facts.seconds {
        sentences.push(format!(
            "Its heartbeat was missed for {seconds} s because of that; the network is not to blame."
        ));
    }
    sentences
}

/// What the fallback waits for.
pub(super) fn pending(waits: &Waits, when: &When, limits: &Limits) -> Vec<String> {
    let earlier = if when.or_earlier { " or earlier" } else { "" };
    let delay = limits.automatic_fallback_seconds;
    let sentence = match (waits, when.since.zip(when.end)) {
        (Waits::Order, _) => {
            "One node is Idle after a failover by order: it waits for a fallback by order, an automatic one does not come.".to_owned()
        }
        (Waits::Service, _) => {
            "One node is Failed Over with Critical Services not Running: no fallback, by order or automatic, until they run.".to_owned()
        }
        (Waits::Time, None) => {
            format!("One node is Failed Over and healthy: an automatic fallback, if enabled, comes {delay} s after that began.")
        }
        (Waits::Time, Some((since, end))) => {
            let due = due(since, delay);
            let left = seconds_between(end, due);
            let (since, due) = (spoken(since), spoken(due));
            match left {
                left @ 1.. => format!(
                    "One node is Failed Over and healthy since {since}{earlier}. An automatic fallback, if enabled, is due at {due}{earlier}: {left} s after the last line."
                ),
                over => format!(
                    "One node is Failed Over and healthy since {since}{earlier}. An automatic fallback was due at {due}, {} s before the last line, and did not come: it is not enabled, or the delay is another one.",
                    -over
                ),
            }
        }
    };
    vec![sentence]
}

/// `Cisco XCP Router was down`, or that nobody knows which.
fn down(facts: &Facts) -> String {
    let verb = if facts.services.len() > 1 { "were down" } else { "was down" };
    let on = if facts.nodes.is_empty() { String::new() } else { format!(" on {}", listed(&facts.nodes)) };
    if facts.services.is_empty() {
        return format!("A critical service (these files do not say which){on} {verb}");
    }
    format!("{}{on} {verb}", listed(&facts.services))
}

fn named(nodes: &BTreeSet<String>) -> String {
    if nodes.is_empty() { String::new() } else { format!(" ({})", listed(nodes)) }
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join("; ")
}

/// A time within a sentence.
pub(super) fn spoken(at: DateTime) -> String {
    shown(at).replacen('T', " ", 1)
}
