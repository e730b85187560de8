//! The recovery manager of one node: which state it is in and why, and what becomes of orders.
//!
//! Who owns a home is decided by [`Ownership`](crate::ownership::Ownership) alone. The manager looks on: from who
//! serves which home, from the peer's heartbeats and from what it remembers it derives this node's
//! [state and reason](Standing). It decides one thing only, to hand a home over to the partner: for a failover or
//! fallback that was ordered, for services that stay down, for an automatic fallback, and before a clean stop. When that
//! goes wrong both nodes go into failed mode, from which they come back by order or by themselves.
//!
//! All that it may do stands in the [table], with the tests that show it.
//!
//! The caller carries out effects in their order, hands every input to [`Manager::handle`] with the present moment,
//! and calls again at [`Manager::next_wake`]. After [`Manager::new`] it calls once with [`Input::Tick`].

mod alerts;
mod automatic;
mod back_off;
mod derive;
mod effect;
mod facts;
mod failed;
mod faults;
mod guide;
mod input;
mod line;
mod maintenance;
mod orders;
mod peer;
mod resume;
mod services;
mod start;
mod state;
pub mod table;
mod taking;
#[cfg(test)]
mod tests;
mod transition;

use std::collections::BTreeSet;
use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

pub use alerts::Alert;
use alerts::Alerts;
use back_off::BackOff;
pub use effect::Effect;
pub use facts::{HomeFacts, Mode};
pub use faults::{Fault, Staying};
pub use input::Input;
pub use line::Line;
pub use orders::{Asker, Order, OrderRefusal};
use peer::Peer;
pub use peer::{PeerReport, PeerStatus};
use services::Services;
pub use services::{DATABASE_SERVICE, Health, PeerService, ServiceFacts};
pub use start::{Start, Status};
pub use state::{NodeState, Reason, Standing};
use transition::{Purpose, Transition};

use crate::parameters::Parameters;

/// The shortest time.
const MOMENT: Duration = Duration::from_millis(1);

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
    automatic: BackOff,
    /// What was ordered when the process before this one ended, until settled.
    interrupted: Option<Purpose>,
    /// What the process before this one kept, until high availability was enabled once.
    persisted: Option<Standing>,
    /// Why it runs in failed mode, if it does.
    failed: Option<Reason>,
    recovery: BackOff,
    /// When it left failed mode, until settled: later than that it may be in another state.
    recovered: Option<Moment>,
    /// A recovery was ordered: until then users are brought home if that becomes possible.
    bring_home_until: Option<Moment>,
    services: Services,
    /// Something in heartbeats has changed.
    tell_peer: bool,
    /// Since when the witness rows could not be read.
    database_lost: Option<Moment>,
    maintenance: Option<Moment>,
    /// What is down without anybody moving, as it was logged last.
    stays: Option<(Fault, Staying)>,
    alerts: Alerts,
    /// Until when it is waited for high availability to be switched as ordered.
    switching_until: Option<Moment>,
    version: String,
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
            automatic: BackOff::default(),
            interrupted: resume::interrupted(start.persisted),
            persisted: start.persisted.filter(|_| !enabled),
            failed: None,
            recovery: BackOff::default(),
            recovered: None,
            bring_home_until: None,
            services: Services::default(),
            tell_peer: false,
            database_lost: None,
            maintenance: start.maintenance.filter(|until| enabled && *until > now),
            stays: None,
            alerts: Alerts::default(),
            switching_until: None,
            version: start.version,
            stopping: false,
            stopped: false,
        }
    }

    /// Takes one input in and says what to do. `now` never goes backwards.
    pub fn handle(&mut self, now: Moment, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Tick => {}
            Input::Homes(homes) => self.homes_changed(homes),
            Input::Services(services) => self.services_changed(now, services),
            Input::Sessions { served, assigned } => self.alerts.count_sessions(now, served, assigned),
            Input::Heartbeat(report) => self.heartbeat(now, report, &mut effects),
            Input::LinkUp => self.peer.link_up(),
            Input::LinkLost => self.peer.link_lost(),
            Input::Goodbye(reason) => self.peer.goodbye(reason),
            Input::Database { reachable } => {
                self.tell_peer |= self.database != reachable;
                self.database = reachable;
                self.database_lost = (!reachable).then(|| self.database_lost.unwrap_or(now));
            }
            Input::Enabled(enabled) => self.set_enabled(now, enabled, &mut effects),
            Input::Parameters(parameters) => self.parameters = parameters,
            Input::Order { order, asker } => self.order(now, order, asker, &mut effects),
            Input::HandedOver(home) => self.handed_over(now, &home),
            Input::HandOverRefused(home, why) => self.hand_over_refused(now, &home, &why, &mut effects),
            Input::NotTaken(home, why) => self.not_taken(now, home, why, &mut effects),
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
        Status {
            standing: self.standing(),
            since: self.since,
            services: self.services.facts().to_vec(),
            reported: self.reported_services(),
            maintenance: self.maintenance,
            alerts: self.alerts.raised(),
            users: self.may_change_users(now),
            peer,
        }
    }

    /// When to call again with [`Input::Tick`] at the latest, if nothing else comes in.
    pub fn next_wake(&self, now: Moment) -> Option<Moment> {
        if self.stopped || (!self.enabled && !self.stopping) {
            return None;
        }
        let moments = [
            Some(self.peer.silent_at(self.started, self.peer_timeout())),
            (!self.settled).then(|| self.late_at()),
            self.recovered.map(|at| at.after(MOMENT)),
            (self.state == NodeState::TakingOver).then(|| self.takeover_given_up_at()),
            self.taking_due(),
            self.transition.as_ref().and_then(Transition::deadline),
            self.automatic.due(self.parameters.automatic_fallback_delay),
            self.recovery_due(),
            self.sessions_due(),
            self.maintenance,
        ];
        moments.into_iter().flatten().chain(self.services_due()).filter(|moment| *moment > now).min()
    }

    fn set_enabled(&mut self, now: Moment, enabled: bool, effects: &mut Vec<Effect>) {
        let enabled = enabled && self.partner.is_some();
        self.switching_until = None;
        if enabled == self.enabled {
            return;
        }
        self.enabled = enabled;
        self.started = now;
        self.settled = false;
        self.failed = None;
        self.recovered = None;
        self.before = None;
        if !enabled {
            self.interrupted = None;
            self.end_maintenance(effects);
        }
        let persisted = self.persisted.take().filter(|kept| enabled && kept.state != NodeState::Unknown);
        if let Some(kept) = persisted {
            // It was so all along, only it was told late: this is a start, not an order.
            self.before = Some(kept.state);
            self.idle = kept.idle;
            (self.state, self.base) = (NodeState::Initializing, Reason::Initialization);
        }
        if !self.stopping {
            self.transition = None;
        }
    }

    fn settle(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.stopped {
            return;
        }
        self.watch_peer(now, effects);
        self.watch_maintenance(now, effects);
        self.remember_held(now);
        self.follow_transition(now, effects);
        self.watch_taking(now, effects);
        self.recover_by_itself(now, effects);
        self.react_to_faults(now, effects);
        self.fall_back_automatically(now, effects);
        let starts = !self.settled;
        let mut entered = self.derive(now);
        if starts && self.settled && self.resume(now, entered.0, effects) {
            entered = self.derive(now);
        }
        self.enter(now, entered, effects);
        self.ask_for_hand_overs(now, effects);
        self.tell_alerts(now, effects);
        self.finish_stop(effects);
    }

    /// Takes on a state, and tells if anything that is shown has changed.
    fn enter(&mut self, now: Moment, (state, base): (NodeState, Reason), effects: &mut Vec<Effect>) {
        if state != self.state {
            self.since = now;
            if state == NodeState::Backup {
                self.automatic.failed(now);
            }
        }
        self.state = state;
        self.base = base;
        let serves = [NodeState::TakingBack, NodeState::TakingOver, NodeState::Backup, NodeState::Normal];
        if serves.contains(&state) || state == NodeState::Unknown {
            self.idle = false;
        }
        let standing = Standing { state, reason: self.shown_reason(now), idle: self.idle };
        let tell_peer = std::mem::take(&mut self.tell_peer);
        if self.told != Some(standing) {
            self.told = Some(standing);
            effects.push(Effect::SetState(standing));
        } else if tell_peer && self.partner.is_some() {
            effects.push(Effect::SendHeartbeat);
        }
        if state == NodeState::Idle && !self.services_stopped {
            self.stop_services(effects);
        } else if !self.idle && self.services_stopped {
            self.start_services(now, effects);
        }
        let peer = self.heard(now).map_or(NodeState::Unknown, |report| report.state);
        if self.enabled && self.logged != Some((state, peer)) {
            self.logged = Some((state, peer));
            effects.push(Effect::Log(Line::PeerStates { own: state, peer }));
        }
    }
}
