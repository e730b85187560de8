//! The recovery manager of one node: which state it is in and why, and what becomes of orders.
//!
//! Who owns a home is decided by [`Ownership`](crate::ownership::Ownership) alone. The manager looks on: from who
//! serves which home, from the peer's heartbeats and from what it remembers it derives this node's
//! [state and reason](Standing). It decides one thing only, to hand a home over to the partner: for a failover or
//! fallback that was ordered, for an automatic fallback, and before a clean stop.
//!
//! The caller carries out effects in their order, hands every input to [`Manager::handle`] with the present moment,
//! and calls again at [`Manager::next_wake`]. After [`Manager::new`] it calls once with [`Input::Tick`].

mod automatic;
mod derive;
mod facts;
mod orders;
mod peer;
mod state;
#[cfg(test)]
mod tests;
mod transition;

use std::collections::BTreeSet;
use std::fmt;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;
use thiserror::Error;

use automatic::Automatic;
pub use facts::{HomeFacts, Mode};
pub use orders::{Asker, Order, OrderRefusal};
use peer::Peer;
pub use peer::{PeerReport, PeerStatus};
pub use state::{NodeState, Reason, Standing};
use transition::Transition;

use crate::parameters::Parameters;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// Time went by.
    Tick,
    /// All homes of the group as this node sees them, whenever anything in it changes.
    Homes(Vec<HomeFacts>),
    /// The peer's heartbeat. The peer sends one with every [`Effect::SetState`] too.
    Heartbeat(PeerReport),
    /// The link to the peer stands.
    LinkUp,
    /// The link to the peer ended.
    LinkLost,
    /// The peer's process is about to exit, on purpose.
    Goodbye(Reason),
    /// Whether the witness rows can be read. It counts as reachable until told otherwise.
    Database {
        /// Whether they can.
        reachable: bool,
    },
    /// High availability of the group was enabled or disabled: on both nodes, after [`Effect::StoreEnabled`] was
    /// carried out on either.
    Enabled(bool),
    /// The parameters were changed.
    Parameters(Parameters),
    /// Somebody orders something. Answered in the same call by exactly one of [`Effect::OrderAccepted`],
    /// [`Effect::OrderRefused`] and [`Effect::Forward`].
    Order {
        /// What.
        order: Order,
        /// Who.
        asker: Asker,
    },
    /// A home was yielded to the partner, as [`Effect::HandOver`] asked.
    HandedOver(HomeName),
    /// It was not, and is served on. With the reason, for people.
    HandOverRefused(HomeName, String),
    /// The process is to stop cleanly.
    Stop,
}

/// Something to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Keep this on the local disk, and send it to the peer in a heartbeat now, before anything that follows.
    SetState(Standing),
    /// Hand this home to the partner: stop records, wait until the partner has all, yield. Answered by
    /// [`Input::HandedOver`] or [`Input::HandOverRefused`].
    HandOver(HomeName),
    /// The order is being carried out.
    OrderAccepted,
    /// The order is not carried out. The sentence is for whoever gave it.
    OrderRefused(OrderRefusal),
    /// The order is for the peer: give it there as [`Asker::Peer`], and hand its answer to whoever gave it.
    Forward(Order),
    /// Write to the cluster's settings whether high availability is enabled, and tell both nodes.
    StoreEnabled(bool),
    /// Stop monitored services on purpose. Replicas are kept and grants given all the same.
    StopServices,
    /// Start monitored services, if they do not run.
    StartServices,
    /// Nothing is handed over any more: release what is held, say goodbye, exit. Comes once, after [`Input::Stop`].
    ReadyToStop,
    /// Log this.
    Log(Line),
    /// Tell an operator.
    Alert(Alert),
}

/// A line for the log, under the target `everpresent::recovery`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
pub enum Line {
    /// The peer was not heard for the timeout.
    #[error("peer down, time since last heartbeat[s]= {seconds}")]
    PeerDown {
        /// Since its last heartbeat, or since the start if it was never heard.
        seconds: u64,
    },
    /// A peer that was down is heard again.
    #[error("peer up")]
    PeerUp,
    /// The state of this node or of its peer has changed. A peer that is not heard is `Unknown`.
    #[error("peer states vector changed to [{own},{peer}]")]
    PeerStates {
        /// Of this node.
        own: NodeState,
        /// Of its peer.
        peer: NodeState,
    },
    /// Homes are to be handed to the partner.
    #[error("hands over {homes} to its partner: {reason}")]
    HandsOver {
        /// Which, separated by commas.
        homes: String,
        /// Why.
        reason: Reason,
    },
    /// A home was not handed over.
    #[error("{home} was not handed over and is served on: {why}")]
    NotHandedOver {
        /// Which.
        home: HomeName,
        /// What came between.
        why: String,
    },
}

/// What an operator is told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alert {
    /// This node serves its partner's users now.
    SrmFailover,
    /// A hand-over failed, or the node runs in failed mode.
    SrmFailed,
    /// Fewer sessions than users are assigned. Raised by whoever counts them.
    SessionsBelowAssigned,
    /// A home is not protected any more: its sessions are on one node only.
    SyncLost,
    /// The witness rows cannot be read: no takeover is possible.
    WitnessUnreachable,
}

impl Alert {
    /// Its name, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SrmFailover => "SRMFailover",
            Self::SrmFailed => "SRMFailed",
            Self::SessionsBelowAssigned => "SessionsBelowAssigned",
            Self::SyncLost => "SyncLost",
            Self::WitnessUnreachable => "WitnessUnreachable",
        }
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How this node starts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Start {
    /// Its name.
    pub node: HomeName,
    /// The other node of its group, if there is one.
    pub partner: Option<HomeName>,
    /// The parameters in force.
    pub parameters: Parameters,
    /// Whether high availability is enabled in the group.
    pub enabled: bool,
    /// What the process before it kept.
    pub persisted: Option<Standing>,
}

/// How things are, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// This node.
    pub standing: Standing,
    /// Since when it is in its state.
    pub since: Moment,
    /// Its partner, if it has one.
    pub peer: Option<PeerStatus>,
}

/// The recovery manager of one node. See the module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Manager {
    node: HomeName,
    partner: Option<HomeName>,
    parameters: Parameters,
    enabled: bool,
    /// State with the reason why it was entered; what is shown may name what degrades it instead.
    state: NodeState,
    base: Reason,
    since: Moment,
    idle: bool,
    services_stopped: bool,
    /// What [`Effect::SetState`] said last.
    told: Option<Standing>,
    /// The states that were logged last.
    logged: Option<(NodeState, NodeState)>,
    /// When the process started or high availability was enabled.
    started: Moment,
    /// Whether it was found out once since then who serves what.
    settled: bool,
    /// The state of the process before this one, until settled.
    before: Option<NodeState>,
    database: bool,
    homes: Vec<HomeFacts>,
    /// Homes that this process has served and still owns by their rows: if it does not serve one, it is fenced.
    held: BTreeSet<HomeName>,
    peer: Peer,
    transition: Option<Transition>,
    automatic: Automatic,
    stopping: bool,
    stopped: bool,
}

impl Manager {
    /// A process that starts.
    pub fn new(start: Start, now: Moment) -> Self {
        let enabled = start.enabled && start.partner.is_some();
        let idle = start.persisted.is_some_and(|persisted| persisted.idle);
        Self {
            node: start.node,
            partner: start.partner,
            parameters: start.parameters,
            enabled,
            state: if enabled { NodeState::Initializing } else { NodeState::Unknown },
            base: if enabled { Reason::Initialization } else { Reason::HighAvailabilityNotEnabled },
            since: now,
            idle,
            services_stopped: idle,
            told: None,
            logged: None,
            started: now,
            settled: false,
            before: start.persisted.map(|persisted| persisted.state),
            database: true,
            homes: Vec::new(),
            held: BTreeSet::new(),
            peer: Peer::default(),
            transition: None,
            automatic: Automatic::default(),
            stopping: false,
            stopped: false,
        }
    }

    /// Takes one input in and says what to do. `now` never goes backwards.
    pub fn handle(&mut self, now: Moment, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Tick => {}
            Input::Homes(homes) => self.homes_changed(homes, &mut effects),
            Input::Heartbeat(report) => self.heartbeat(now, report, &mut effects),
            Input::LinkUp => self.peer.link_up(),
            Input::LinkLost => self.peer.link_lost(),
            Input::Goodbye(reason) => self.peer.goodbye(reason),
            Input::Database { reachable } => {
                if self.database && !reachable {
                    effects.push(Effect::Alert(Alert::WitnessUnreachable));
                }
                self.database = reachable;
            }
            Input::Enabled(enabled) => self.set_enabled(now, enabled),
            Input::Parameters(parameters) => self.parameters = parameters,
            Input::Order { order, asker } => self.order(now, order, asker, &mut effects),
            Input::HandedOver(home) => self.handed_over(&home),
            Input::HandOverRefused(home, why) => self.not_handed_over(&home, why, &mut effects),
            Input::Stop => self.stop(now, &mut effects),
        }
        self.settle(now, &mut effects);
        effects
    }

    /// What is said of this node.
    pub fn standing(&self) -> Standing {
        self.told.unwrap_or(Standing { state: self.state, reason: self.base, idle: self.idle })
    }

    /// How things are, for operators.
    pub fn status(&self, now: Moment) -> Status {
        let peer = self.partner.clone().map(|name| self.peer.status(name, now, self.peer_timeout()));
        Status { standing: self.standing(), since: self.since, peer }
    }

    /// When to call again with [`Input::Tick`] at the latest, if nothing else comes in.
    pub fn next_wake(&self, now: Moment) -> Option<Moment> {
        if self.stopped || (!self.enabled && !self.stopping) {
            return None;
        }
        let moments = [
            Some(self.peer.silent_at(self.started, self.peer_timeout())),
            (!self.settled).then(|| self.late_at()),
            (self.state == NodeState::TakingOver).then(|| self.takeover_given_up_at()),
            self.transition.as_ref().and_then(Transition::deadline),
            self.automatic.due(&self.parameters),
        ];
        moments.into_iter().flatten().filter(|moment| *moment > now).min()
    }

    fn set_enabled(&mut self, now: Moment, enabled: bool) {
        let enabled = enabled && self.partner.is_some();
        if enabled == self.enabled {
            return;
        }
        self.enabled = enabled;
        self.started = now;
        self.settled = false;
        self.before = None;
        if !self.stopping {
            self.transition = None;
        }
    }

    fn settle(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.stopped {
            return;
        }
        self.watch_peer(now, effects);
        self.remember_held(now);
        self.follow_transition(now, effects);
        self.fall_back_automatically(now, effects);
        let (state, base) = self.derive(now);
        self.enter(now, state, base, effects);
        self.ask_for_hand_overs(effects);
        self.finish_stop(effects);
    }

    /// Takes on a state, and tells if anything that is shown has changed.
    fn enter(&mut self, now: Moment, state: NodeState, base: Reason, effects: &mut Vec<Effect>) {
        if state != self.state {
            self.since = now;
            if state == NodeState::Backup {
                effects.push(Effect::Alert(Alert::SrmFailover));
                self.automatic.backup_again(now);
            }
        }
        self.state = state;
        self.base = base;
        let serves = [NodeState::TakingBack, NodeState::TakingOver, NodeState::Backup, NodeState::Normal];
        if serves.contains(&state) || state == NodeState::Unknown {
            self.idle = false;
        }
        let standing = Standing { state, reason: self.shown_reason(now), idle: self.idle };
        if self.told != Some(standing) {
            self.told = Some(standing);
            effects.push(Effect::SetState(standing));
        }
        if state == NodeState::Idle && !self.services_stopped {
            self.services_stopped = true;
            effects.push(Effect::StopServices);
        } else if !self.idle && self.services_stopped {
            self.services_stopped = false;
            effects.push(Effect::StartServices);
        }
        let peer = self.heard(now).map_or(NodeState::Unknown, |report| report.state);
        if self.enabled && self.logged != Some((state, peer)) {
            self.logged = Some((state, peer));
            effects.push(Effect::Log(Line::PeerStates { own: state, peer }));
        }
    }
}
