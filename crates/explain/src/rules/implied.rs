//! Failovers that no line gives a reason for: a service that an alarm says is down, or nothing.

use std::collections::BTreeMap;

use everpresent_recovery::manager::NodeState;
use jiff::Span;
use jiff::civil::DateTime;

use super::draft::{Drafts, add};
use super::{LOOK_AHEAD_SECONDS, LOOK_BACK_SECONDS, around, seconds_between};
use crate::cause::Cause;
use crate::event::{Event, What};

pub(super) fn run(events: &[Event], drafts: &mut Drafts) {
    for index in failovers(events) {
        let at = events[index].at;
        let from = at.saturating_sub(Span::new().seconds(LOOK_BACK_SECONDS));
        let to = at.saturating_add(Span::new().seconds(LOOK_AHEAD_SECONDS));
        if drafts.any_between(from, to) {
            continue;
        }
        let down = services_down(events, at, at);
        if down.is_empty() && settled_already(events, index) {
            continue;
        }
        let cause = if down.is_empty() { Cause::Untold } else { Cause::CriticalServiceDown };
        let Some(draft) = drafts.near(cause, at) else { return };
        draft.see(index);
        if !down.is_empty() {
            draft
                .facts
                .sentences
                .push("No line names the reason: it is concluded from the alarms.".to_owned());
        }
        for (service, event) in down {
            add(&mut draft.facts.services, service);
            draft.see(event);
        }
    }
}

/// A pair that is back for so many seconds may fail over anew. Before, it is the log of the other node that is late with
/// what was: both write the states of the pair, each when it hears of them.
const BACK_SECONDS: i64 = 60;

/// Events that say that one node has begun to serve the other's users, each failover once.
pub(super) fn failovers(events: &[Event]) -> Vec<usize> {
    let mut failed_over = false;
    let mut back_since: Option<DateTime> = None;
    let mut found = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let now = match event.what {
            What::States { own, peer } => {
                let states = [own, peer];
                // A transition says nothing new; only a pair without a backup ends a failover.
                if states.iter().any(|state| state.is_transition()) {
                    continue;
                }
                states.contains(&NodeState::Backup)
            }
            What::RecoveryAlarm { alarm: "SRMFailover", .. } => true,
            _ => continue,
        };
        let late = back_since.is_some_and(|since| seconds_between(since, event.at) < BACK_SECONDS);
        if now && !failed_over && !late {
            found.push(index);
        }
        if failed_over && !now {
            back_since = Some(event.at);
        }
        failed_over = now;
    }
    found
}

/// Whether the first states that are logged are those of a pair that is failed over for good: the files begin after
/// the failover and cannot say why.
fn settled_already(events: &[Event], index: usize) -> bool {
    let states = |event: &Event| match event.what {
        What::States { own, peer } => Some([own, peer]),
        _ => None,
    };
    let settled = states(&events[index]).is_some_and(|pair| pair.iter().any(|state| state.is_failed_over()));
    settled && events.iter().take(index).all(|event| states(event).is_none())
}

/// Services that an alarm before `from` or until `until` says are down, and none that they run again; with the event.
pub(super) fn services_down(events: &[Event], from: DateTime, until: DateTime) -> BTreeMap<&str, usize> {
    let mut down = BTreeMap::new();
    let ahead = seconds_between(from, until).max(0);
    for other in around(events, from, LOOK_BACK_SECONDS, ahead) {
        match &events[other].what {
            What::ServiceStopped { service, .. } => {
                down.insert(service.as_str(), other);
            }
            What::ServiceStarted { service, .. } => {
                down.remove(service.as_str());
            }
            _ => {}
        }
    }
    down
}
