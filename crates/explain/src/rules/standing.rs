//! How it stands at the end of the logs, or in the tables: both failed, fallback pending, no high availability.

use everpresent_recovery::manager::NodeState;
use jiff::Span;
use jiff::civil::DateTime;

use super::draft::{Drafts, Facts};
use crate::cause::Cause;
use crate::event::{Event, What};
use crate::explainer::Limits;
use crate::tables::Tables;

/// What the fallback waits for.
pub(super) enum Waits {
    /// The automatic one, or an order.
    Time,
    /// An order.
    Order,
    /// A critical service.
    Service,
}

pub(super) fn run(events: &[Event], tables: &Tables, limits: &Limits, drafts: &mut Drafts) {
    if let Some((index, own, peer)) = last_states(events) {
        let since = since(events, index, (own, peer));
        let end = events.last().map(|event| event.at);
        let (since, or_earlier) = since;
        let when = When { since: Some(since), or_earlier, end, seen: Some(index) };
        tell([own, peer], &when, limits, drafts);
    } else {
        let by_name = |name: Option<&'static str>| name.and_then(crate::event::state);
        let states: Vec<NodeState> = tables.nodes.iter().filter_map(|node| by_name(node.state)).collect();
        if let [first, second] = states.as_slice() {
            tell([*first, *second], &When::default(), limits, drafts);
        }
    }
    let known =
        |drafts: &Drafts| drafts.all.iter().any(|draft| draft.cause == Cause::HighAvailabilityNotEnabled);
    for group in tables.groups.iter().filter(|group| group.high_availability == Some(false)) {
        if !known(drafts) {
            let sentence = format!("In the redundancy group {} haenabled is f.", group.name);
            let facts = Facts { sentences: vec![sentence], ..Facts::default() };
            drafts.now(Cause::HighAvailabilityNotEnabled, None, facts, None);
        }
    }
}

/// Since when it is so, when the logs end, and which event says it; nothing of it is known from tables.
#[derive(Default)]
pub(super) struct When {
    pub(super) since: Option<DateTime>,
    /// Whether it may have been so before the first line.
    pub(super) or_earlier: bool,
    pub(super) end: Option<DateTime>,
    seen: Option<usize>,
}

fn tell(states: [NodeState; 2], when: &When, limits: &Limits, drafts: &mut Drafts) {
    if states == [NodeState::Failed; 2] {
        let sentences =
            vec!["Both nodes are in Running in Failed Mode: they need the order Recover.".to_owned()];
        drafts.now(Cause::BothFailed, when.since, Facts { sentences, ..Facts::default() }, when.seen);
        return;
    }
    if !states.contains(&NodeState::Backup) {
        return;
    }
    let waits = if states.contains(&NodeState::FailedOver) {
        Waits::Time
    } else if states.contains(&NodeState::Idle) {
        Waits::Order
    } else if states.contains(&NodeState::FailedOverWithoutServices) {
        Waits::Service
    } else {
        return;
    };
    let sentences = super::wording::pending(&waits, when, limits);
    drafts.now(Cause::FallbackPending, when.since, Facts { sentences, ..Facts::default() }, when.seen);
}

fn last_states(events: &[Event]) -> Option<(usize, NodeState, NodeState)> {
    let states = |(index, event): (usize, &Event)| match event.what {
        What::States { own, peer } => Some((index, own, peer)),
        _ => None,
    };
    events.iter().enumerate().rev().find_map(states)
}

/// Since when the pair is in these states, whichever of them wrote it; and whether it may be longer, because no line
/// before tells of another state.
fn since(events: &[Event], last: usize, (one, other): (NodeState, NodeState)) -> (DateTime, bool) {
    let mut since = events[last].at;
    for event in events[..=last].iter().rev() {
        if let What::States { own, peer } = event.what {
            if (own, peer) != (one, other) && (own, peer) != (other, one) {
                return (since, false);
            }
            since = event.at;
        }
    }
    let told = |event: &Event| matches!(event.what, What::State { .. } | What::PeerDown { .. });
    (since, !events.iter().take_while(|event| event.at <= since).any(told))
}

/// When the automatic fallback is due.
pub(super) fn due(since: DateTime, seconds: u64) -> DateTime {
    since.saturating_add(Span::new().seconds(i64::try_from(seconds.min(86_400)).unwrap_or(0)))
}
