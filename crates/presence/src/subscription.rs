//! The subscription state tables (RFC 6121 Appendix A) as two functions over nine states. What a change of state does
//! to a roster is in [`crate::roster`].

use everpresent_session::row::Subscription;
use everpresent_stanza::PresenceType;

/// A presence stanza that manages subscriptions (RFC 6121 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubscriptionType {
    /// The sender asks to see the recipient.
    Subscribe,
    /// The sender lets the recipient see it.
    Subscribed,
    /// The sender no longer wants to see the recipient.
    Unsubscribe,
    /// The sender refuses, or no longer lets the recipient see it.
    Unsubscribed,
}

impl SubscriptionType {
    /// The subscription stanza that a presence of this type is; `None` for every other kind of presence.
    pub fn of(kind: PresenceType) -> Option<Self> {
        match kind {
            PresenceType::Subscribe => Some(Self::Subscribe),
            PresenceType::Subscribed => Some(Self::Subscribed),
            PresenceType::Unsubscribe => Some(Self::Unsubscribe),
            PresenceType::Unsubscribed => Some(Self::Unsubscribed),
            _ => None,
        }
    }

    /// The `type` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Subscribed => "subscribed",
            Self::Unsubscribe => "unsubscribe",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

/// Where a user and a contact stand, from the user's side (RFC 6121 Appendix A.1). "Out" is a request of the user,
/// "in" one of the contact, that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum State {
    /// Neither sees the other; also a contact that is not in the roster.
    #[default]
    None,
    /// Neither sees the other, and the user has asked.
    NonePendingOut,
    /// Neither sees the other, and the contact has asked.
    NonePendingIn,
    /// Neither sees the other, and both have asked.
    NonePendingOutIn,
    /// The user sees the contact.
    To,
    /// The user sees the contact, and the contact has asked.
    ToPendingIn,
    /// The contact sees the user.
    From,
    /// The contact sees the user, and the user has asked.
    FromPendingOut,
    /// Each sees the other.
    Both,
}

impl State {
    /// The state of a roster item. A request for what is already granted does not count as pending.
    pub fn new(subscription: Subscription, pending_out: bool, pending_in: bool) -> Self {
        match (subscription, pending_out, pending_in) {
            (Subscription::None, false, false) => Self::None,
            (Subscription::None, true, false) => Self::NonePendingOut,
            (Subscription::None, false, true) => Self::NonePendingIn,
            (Subscription::None, true, true) => Self::NonePendingOutIn,
            (Subscription::To, _, false) => Self::To,
            (Subscription::To, _, true) => Self::ToPendingIn,
            (Subscription::From, false, _) => Self::From,
            (Subscription::From, true, _) => Self::FromPendingOut,
            (Subscription::Both, _, _) => Self::Both,
        }
    }

    /// Who sees whom, without what is pending.
    pub fn subscription(self) -> Subscription {
        match self {
            Self::None | Self::NonePendingOut | Self::NonePendingIn | Self::NonePendingOutIn => {
                Subscription::None
            }
            Self::To | Self::ToPendingIn => Subscription::To,
            Self::From | Self::FromPendingOut => Subscription::From,
            Self::Both => Subscription::Both,
        }
    }

    /// Whether the user's request waits for the contact.
    pub fn pending_out(self) -> bool {
        matches!(self, Self::NonePendingOut | Self::NonePendingOutIn | Self::FromPendingOut)
    }

    /// Whether the contact's request waits for the user.
    pub fn pending_in(self) -> bool {
        matches!(self, Self::NonePendingIn | Self::NonePendingOutIn | Self::ToPendingIn)
    }

    /// Whether the contact sees the user.
    pub fn contact_sees_user(self) -> bool {
        matches!(self.subscription(), Subscription::From | Subscription::Both)
    }

    /// Whether the user sees the contact.
    pub fn user_sees_contact(self) -> bool {
        matches!(self.subscription(), Subscription::To | Subscription::Both)
    }

    fn with_user_seeing(self, sees: bool) -> Self {
        let subscription = of_sides(sees, self.contact_sees_user());
        Self::new(subscription, false, self.pending_in())
    }

    fn with_contact_seeing(self, sees: bool) -> Self {
        let subscription = of_sides(self.user_sees_contact(), sees);
        Self::new(subscription, self.pending_out(), false)
    }
}

fn of_sides(user_sees_contact: bool, contact_sees_user: bool) -> Subscription {
    match (user_sees_contact, contact_sees_user) {
        (false, false) => Subscription::None,
        (true, false) => Subscription::To,
        (false, true) => Subscription::From,
        (true, true) => Subscription::Both,
    }
}

/// What becomes of the contact's pre-approval (RFC 6121 §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Approval {
    /// It stays as it is.
    Kept,
    /// From now on the contact may see the user as soon as it asks.
    Granted,
    /// No longer.
    Withdrawn,
}

/// What a subscription stanza of the user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OutboundOutcome {
    /// Whether the stanza goes on to the contact.
    pub route: bool,
    /// The state afterwards.
    pub state: State,
    /// What becomes of the pre-approval.
    pub approval: Approval,
    /// Whether the user's interested resources get a roster push, provided that the contact is in the roster.
    pub push: bool,
}

/// What the contact's subscription stanza does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InboundOutcome {
    /// Whether the user's clients get the stanza.
    pub deliver: bool,
    /// The state afterwards.
    pub state: State,
    /// What becomes of the pre-approval: granting what was asked uses it up.
    pub approval: Approval,
    /// What the server answers on the user's behalf.
    pub reply: Option<SubscriptionType>,
    /// Whether the user's interested resources get a roster push.
    pub push: bool,
}

/// A subscription stanza from the user to the contact (RFC 6121 Appendix A.2).
pub fn outbound(state: State, kind: SubscriptionType) -> OutboundOutcome {
    let (route, after, approval) = match kind {
        SubscriptionType::Subscribe if state.user_sees_contact() => (true, state, Approval::Kept),
        SubscriptionType::Subscribe => {
            (true, State::new(state.subscription(), true, state.pending_in()), Approval::Kept)
        }
        SubscriptionType::Unsubscribe => (true, state.with_user_seeing(false), Approval::Kept),
        SubscriptionType::Subscribed if state.pending_in() => {
            (true, state.with_contact_seeing(true), Approval::Kept)
        }
        SubscriptionType::Subscribed if state.contact_sees_user() => (false, state, Approval::Kept),
        SubscriptionType::Subscribed => (false, state, Approval::Granted),
        SubscriptionType::Unsubscribed => {
            let after = state.with_contact_seeing(false);
            (after != state, after, Approval::Withdrawn)
        }
    };
    OutboundOutcome { route, state: after, approval, push: after != state }
}

/// A subscription stanza from the contact to the user (RFC 6121 Appendix A.3). `approved`: the user has approved the
/// contact beforehand (§3.4).
pub fn inbound(state: State, approved: bool, kind: SubscriptionType) -> InboundOutcome {
    let ignored =
        InboundOutcome { deliver: false, state, approval: Approval::Kept, reply: None, push: false };
    match kind {
        SubscriptionType::Subscribe if state.contact_sees_user() => {
            InboundOutcome { reply: Some(SubscriptionType::Subscribed), ..ignored }
        }
        SubscriptionType::Subscribe if approved => InboundOutcome {
            deliver: false,
            state: state.with_contact_seeing(true),
            approval: Approval::Withdrawn,
            reply: Some(SubscriptionType::Subscribed),
            push: true,
        },
        SubscriptionType::Subscribe => {
            let after = State::new(state.subscription(), state.pending_out(), true);
            InboundOutcome { deliver: after != state, state: after, ..ignored }
        }
        SubscriptionType::Unsubscribe if state.contact_sees_user() || state.pending_in() => InboundOutcome {
            deliver: true,
            state: state.with_contact_seeing(false),
            reply: Some(SubscriptionType::Unsubscribed),
            push: state.contact_sees_user(),
            ..ignored
        },
        SubscriptionType::Subscribed if state.pending_out() => {
            InboundOutcome { deliver: true, state: state.with_user_seeing(true), push: true, ..ignored }
        }
        SubscriptionType::Unsubscribed if state.user_sees_contact() || state.pending_out() => {
            InboundOutcome { deliver: true, state: state.with_user_seeing(false), push: true, ..ignored }
        }
        _ => ignored,
    }
}
