//! Lines that say the cause themselves: silence, reasons, orders, services over their limit.

use everpresent_recovery::manager::Reason;
use jiff::civil::DateTime;

use super::draft::{Drafts, add};
use super::{MERGE_SECONDS, around, heartbeat};
use crate::cause::Cause;
use crate::event::{Event, OrderKind, What};
use crate::explainer::Limits;

pub(super) fn run(events: &[Event], limits: &Limits, drafts: &mut Drafts) {
    for (index, event) in events.iter().enumerate() {
        match &event.what {
            What::PeerDown { seconds } => heartbeat::lost(events, index, *seconds, drafts),
            What::PeerReboot => {
                if let Some(draft) = drafts.near(Cause::PeerReboot, event.at) {
                    draft.facts.orderly = Some(true);
                    draft.see(index);
                }
            }
            What::State { reason, .. } => stated(events, index, *reason, drafts),
            What::ServiceDown { service, seconds } => {
                service_down(events, index, service, *seconds, limits, drafts);
            }
            What::Order { order, node, user } => {
                ordered(index, event, *order, node.as_deref(), user.as_deref(), drafts);
            }
            _ => {}
        }
    }
}

fn stated(events: &[Event], index: usize, reason: Reason, drafts: &mut Drafts) {
    let at = events[index].at;
    let cause = match Cause::of(reason) {
        Some(Cause::HeartbeatLost) => heartbeat::kind(events, at, 0),
        Some(cause) => cause,
        None => return,
    };
    if let Some(draft) = drafts.near(cause, at) {
        draft.see(index);
    }
}

/// A service over its limit is a cause of its own, unless the recovery manager names another one that explains it.
fn service_down(
    events: &[Event],
    index: usize,
    service: &str,
    seconds: Option<u64>,
    limits: &Limits,
    drafts: &mut Drafts,
) {
    let at = events[index].at;
    let other = [Reason::AutoRecoverServiceDown, Reason::StartOfServicesFailed];
    let cause = other.into_iter().find(|reason| reason_near(events, at, *reason)).and_then(Cause::of);
    if cause.is_none() && seconds.is_some_and(|seconds| seconds < limits.critical_service_down_seconds) {
        return;
    }
    if let Some(draft) = drafts.near(cause.unwrap_or(Cause::CriticalServiceDown), at) {
        add(&mut draft.facts.services, service);
        draft.facts.seconds = draft.facts.seconds.max(seconds);
        draft.see(index);
    }
}

fn ordered(
    index: usize,
    event: &Event,
    order: OrderKind,
    node: Option<&str>,
    user: Option<&str>,
    drafts: &mut Drafts,
) {
    let cause = match order {
        OrderKind::Failover | OrderKind::Fallback => Cause::ManualOrder,
        OrderKind::Disable => Cause::HighAvailabilityNotEnabled,
        OrderKind::Recover | OrderKind::Enable => return,
    };
    let Some(draft) = drafts.near(cause, event.at) else { return };
    let of = node.map(|node| format!(" of {node}")).unwrap_or_default();
    let by = user.map_or_else(|| "; the log does not say by whom".to_owned(), |user| format!(", by {user}"));
    add(&mut draft.facts.orders, &format!("{}{of}{by}", order.as_str()));
    draft.see(index);
}

/// Whether a state with this reason was logged near `at`.
pub(super) fn reason_near(events: &[Event], at: DateTime, wanted: Reason) -> bool {
    events[around(events, at, MERGE_SECONDS, MERGE_SECONDS)]
        .iter()
        .any(|event| matches!(event.what, What::State { reason, .. } if reason == wanted))
}
