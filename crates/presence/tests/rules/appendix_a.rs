//! RFC 6121 Appendix A, cell by cell.

use everpresent_presence::subscription::State::{
    Both, From, FromPendingOut, None as Neither, NonePendingIn, NonePendingOut, NonePendingOutIn, To,
    ToPendingIn,
};
use everpresent_presence::subscription::SubscriptionType::{
    Subscribe, Subscribed, Unsubscribe, Unsubscribed,
};
use everpresent_presence::subscription::{Approval, State, SubscriptionType, inbound, outbound};

const STATES: [State; 9] =
    [Neither, NonePendingOut, NonePendingIn, NonePendingOutIn, To, ToPendingIn, From, FromPendingOut, Both];

/// A table's rows in the order of [`STATES`]: whether the stanza is passed on, and the new state if it changes.
type Table = [(bool, Option<State>); 9];

/// Routed or delivered (MUST).
const YES: bool = true;
/// Neither (MUST NOT or SHOULD NOT).
const NO: bool = false;

const OUTBOUND: [(&str, SubscriptionType, Table); 4] = [
    (
        "A.2.1",
        Subscribe,
        [
            (YES, Some(NonePendingOut)),
            (YES, None),
            (YES, Some(NonePendingOutIn)),
            (YES, None),
            (YES, None),
            (YES, None),
            (YES, Some(FromPendingOut)),
            (YES, None),
            (YES, None),
        ],
    ),
    (
        "A.2.2",
        Unsubscribe,
        [
            (YES, None),
            (YES, Some(Neither)),
            (YES, None),
            (YES, Some(NonePendingIn)),
            (YES, Some(Neither)),
            (YES, Some(NonePendingIn)),
            (YES, None),
            (YES, Some(From)),
            (YES, Some(From)),
        ],
    ),
    (
        "A.2.3",
        Subscribed,
        [
            (NO, None),
            (NO, None),
            (YES, Some(From)),
            (YES, Some(FromPendingOut)),
            (NO, None),
            (YES, Some(Both)),
            (NO, None),
            (NO, None),
            (NO, None),
        ],
    ),
    (
        "A.2.4",
        Unsubscribed,
        [
            (NO, None),
            (NO, None),
            (YES, Some(Neither)),
            (YES, Some(NonePendingOut)),
            (NO, None),
            (YES, Some(To)),
            (YES, Some(Neither)),
            (YES, Some(NonePendingOut)),
            (YES, Some(To)),
        ],
    ),
];

const INBOUND: [(&str, SubscriptionType, Table); 4] = [
    (
        "A.3.1",
        Subscribe,
        [
            (YES, Some(NonePendingIn)),
            (YES, Some(NonePendingOutIn)),
            (NO, None),
            (NO, None),
            (YES, Some(ToPendingIn)),
            (NO, None),
            (NO, None),
            (NO, None),
            (NO, None),
        ],
    ),
    (
        "A.3.2",
        Unsubscribe,
        [
            (NO, None),
            (NO, None),
            (YES, Some(Neither)),
            (YES, Some(NonePendingOut)),
            (NO, None),
            (YES, Some(To)),
            (YES, Some(Neither)),
            (YES, Some(NonePendingOut)),
            (YES, Some(To)),
        ],
    ),
    (
        "A.3.3",
        Subscribed,
        [
            (NO, None),
            (YES, Some(To)),
            (NO, None),
            (YES, Some(ToPendingIn)),
            (NO, None),
            (NO, None),
            (NO, None),
            (YES, Some(Both)),
            (NO, None),
        ],
    ),
    (
        "A.3.4",
        Unsubscribed,
        [
            (NO, None),
            (YES, Some(Neither)),
            (NO, None),
            (YES, Some(NonePendingIn)),
            (YES, Some(Neither)),
            (YES, Some(NonePendingIn)),
            (NO, None),
            (YES, Some(From)),
            (YES, Some(From)),
        ],
    ),
];

#[test]
fn outbound_stanzas_follow_appendix_a_2() {
    for (section, kind, table) in OUTBOUND {
        for (state, (route, after)) in STATES.into_iter().zip(table) {
            let outcome = outbound(state, kind);
            assert_eq!(
                (outcome.route, outcome.state),
                (route, after.unwrap_or(state)),
                "{section}, {state:?}"
            );
        }
    }
}

#[test]
fn inbound_stanzas_follow_appendix_a_3() {
    for (section, kind, table) in INBOUND {
        for (state, (deliver, after)) in STATES.into_iter().zip(table) {
            let outcome = inbound(state, false, kind);
            assert_eq!(
                (outcome.deliver, outcome.state),
                (deliver, after.unwrap_or(state)),
                "{section}, {state:?}"
            );
        }
    }
}

#[test]
fn approving_nobody_who_asked_is_an_approval_beforehand() {
    // A.2.3 note 1 and A.2.4 note 1.
    for state in STATES {
        let granted = outbound(state, Subscribed).approval == Approval::Granted;
        assert_eq!(granted, [Neither, NonePendingOut, To].contains(&state), "{state:?}");
        assert_eq!(outbound(state, Unsubscribed).approval, Approval::Withdrawn, "{state:?}");
    }
}

#[test]
fn who_is_approved_or_sees_the_user_already_is_answered_at_once() {
    // A.3.1 notes 1 and 2, §3.4.2.
    for (state, after) in [(Neither, From), (NonePendingOut, FromPendingOut), (To, Both)] {
        let outcome = inbound(state, true, Subscribe);
        assert_eq!(
            (outcome.deliver, outcome.state, outcome.reply),
            (false, after, Some(Subscribed)),
            "{state:?}"
        );
    }
    for state in STATES {
        let replied = inbound(state, false, Subscribe).reply == Some(Subscribed);
        assert_eq!(replied, [From, FromPendingOut, Both].contains(&state), "{state:?}");
    }
}

#[test]
fn leaving_is_confirmed_wherever_there_was_something_to_leave() {
    // A.3.2 note 1.
    for state in STATES {
        let outcome = inbound(state, false, Unsubscribe);
        assert_eq!(outcome.reply.is_some(), outcome.deliver, "{state:?}");
    }
}

#[test]
fn no_two_servers_answer_each_other_for_ever() {
    // Whatever one side answers on its own, the other side does not answer again.
    for (state, approved, kind) in STATES.into_iter().flat_map(|state| {
        [Subscribe, Subscribed, Unsubscribe, Unsubscribed]
            .into_iter()
            .flat_map(move |kind| [false, true].map(|approved| (state, approved, kind)))
    }) {
        let Some(reply) = inbound(state, approved, kind).reply else { continue };
        for other in STATES {
            assert_eq!(inbound(other, true, reply).reply, None, "{state:?} answers {kind:?} with {reply:?}");
        }
    }
}

#[test]
fn states_are_made_of_the_fields_that_a_roster_item_has() {
    for state in STATES {
        assert_eq!(State::new(state.subscription(), state.pending_out(), state.pending_in()), state);
    }
}
