//! Drives the recovery manager: tells it what happens, and carries out what it says.

use std::sync::Arc;
use std::time::Duration;

use everpresent_link::control::{Control, Heartbeat};
use everpresent_link::order::Order as LinkOrder;
use everpresent_recovery::manager::{
    Asker, Effect, HomeFacts, Input, Manager, Mode, NodeState, Order, PeerReport, PeerService, Reason,
    ServiceFacts, Standing, Start,
};
use everpresent_recovery::parameters::Parameters;
use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::heartbeat;
use super::kept::KeptFile;
use super::missing::Missing;
use crate::monitor::View;
use crate::node::Node;

/// How often it is looked who serves what, besides when a keeper says so.
const LOOK: Duration = Duration::from_millis(100);

/// Something that the recovery manager is told.
#[derive(Debug)]
pub(crate) enum Told {
    /// The group has this second node, and whether they take over from each other.
    Partner(HomeName, bool),
    /// These parameters are in force.
    Parameters(Box<Parameters>),
    /// Nodes of the group take over from each other, or do not.
    Enabled(bool),
    /// A stream to the partner stands, or none does.
    Link(bool),
    /// The partner's heartbeat.
    Heartbeat(Box<Heartbeat>),
    /// The partner's process is about to exit.
    Goodbye(u8),
    /// Whether the witness rows can be read.
    Database(bool),
    /// An operator's order.
    Order {
        /// What.
        order: Order,
        /// It was given at the partner, which passed it on.
        from_peer: bool,
        /// For the answer.
        answer: oneshot::Sender<Result<String, String>>,
    },
    /// A home that this process owns cannot be served, for this reason.
    NotTaken(HomeName, String),
    /// What became of a hand-over.
    HandedOver(HomeName, Result<(), String>),
    /// The process is to stop cleanly; answered when nothing is handed over any more.
    Stop(oneshot::Sender<()>),
}

/// See the module.
pub(crate) struct Driver {
    node: Arc<Node>,
    manager: Manager,
    start: Start,
    inbox: mpsc::Receiver<Told>,
    kept: KeptFile,
    homes: Vec<HomeFacts>,
    missing: Missing,
    stopped: Option<oneshot::Sender<()>>,
}

impl Driver {
    /// `persisted` is what the database says of the node; what its own disk says goes first.
    pub(crate) fn new(node: Arc<Node>, persisted: Option<Standing>, inbox: mpsc::Receiver<Told>) -> Self {
        let file = KeptFile::open(&node.config.node.data_dir);
        let kept = file.kept();
        let now = node.clock.now();
        let until = |until: Timestamp| now.moment.after(length_between(now.wall, until));
        let start = Start {
            node: node.name(),
            partner: None,
            parameters: node.pair.parameters(),
            enabled: false,
            persisted: kept.standing.or(persisted),
            maintenance: kept.maintenance.filter(|until| *until > now.wall).map(until),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let manager = Manager::new(start.clone(), node.clock.moment());
        let (homes, missing) = (Vec::new(), Missing::default());
        Self { node, manager, start, inbox, kept: file, homes, missing, stopped: None }
    }

    /// Runs until dropped.
    pub(crate) async fn run(mut self) {
        self.look_at_services();
        self.handle(Input::Tick, None);
        loop {
            let wake = self.manager.next_wake(self.node.clock.moment());
            let wake = wake.map(|at| Instant::from_std(self.node.clock.instant(at)));
            let look = Instant::now() + LOOK;
            let told = tokio::select! {
                told = self.inbox.recv() => told,
                () = self.node.monitor.changed() => {
                    self.look_at_services();
                    None
                }
                () = tokio::time::sleep_until(wake.map_or(look, |wake| wake.min(look))) => None,
            };
            self.look_at_homes();
            match told {
                Some(told) => self.take(told),
                None => self.handle(Input::Tick, None),
            }
        }
    }

    fn take(&mut self, told: Told) {
        match told {
            // It can be reached in another way now; that is all.
            Told::Partner(name, _) if self.start.partner.as_ref() == Some(&name) => {}
            Told::Partner(name, enabled) => {
                // Nothing was decided before: a manager without a partner only waits for one. What it alerted of, the next
                // raises again if it holds.
                for alert in self.manager.status(self.node.clock.moment()).alerts {
                    self.carry_out(Effect::AlertCleared(alert), &mut None);
                }
                self.start.partner = Some(name);
                self.start.enabled = enabled;
                self.start.parameters = self.node.pair.parameters();
                self.manager = Manager::new(self.start.clone(), self.node.clock.moment());
                self.homes.clear();
                self.look_at_services();
                self.look_at_homes();
                self.handle(Input::Tick, None);
            }
            Told::Parameters(parameters) => self.handle(Input::Parameters(*parameters), None),
            Told::Enabled(enabled) => self.handle(Input::Enabled(enabled), None),
            Told::Link(true) => self.handle(Input::LinkUp, None),
            Told::Link(false) => self.handle(Input::LinkLost, None),
            Told::Heartbeat(heartbeat) => {
                let serves = heartbeat.homes.iter().filter(|home| home.serving);
                let services = heartbeat.services.iter();
                let services =
                    services.map(|service| PeerService { name: service.name.clone(), up: service.up });
                let report = PeerReport {
                    state: NodeState::from_number(heartbeat.state).unwrap_or(NodeState::Unknown),
                    reason: Reason::from_number(heartbeat.reason).unwrap_or(Reason::Unknown),
                    serves: serves.map(|home| home.home.clone()).collect(),
                    services: services.collect(),
                    version: heartbeat.software.clone(),
                };
                self.handle(Input::Heartbeat(report), None);
            }
            Told::Goodbye(reason) => {
                let reason = Reason::from_number(reason).unwrap_or(Reason::PeerReboot);
                self.handle(Input::Goodbye(reason), None);
            }
            Told::Database(reachable) => self.handle(Input::Database { reachable }, None),
            Told::Order { order, from_peer, answer } => {
                let asker = if from_peer { Asker::Peer } else { Asker::Operator };
                self.handle(Input::Order { order, asker }, Some(answer));
            }
            Told::NotTaken(home, why) => self.handle(Input::NotTaken(home, why), None),
            Told::HandedOver(home, Ok(())) => self.handle(Input::HandedOver(home), None),
            Told::HandedOver(home, Err(why)) => self.handle(Input::HandOverRefused(home, why), None),
            Told::Stop(answer) => {
                self.stopped = Some(answer);
                self.handle(Input::Stop, None);
            }
        }
    }

    fn look_at_homes(&mut self) {
        let facts = |seat: &Arc<crate::seat::Seat>| {
            let row = seat.shown().borrow().row.clone();
            let served = seat.served().filter(|home| home.may_serve());
            let mode = served.as_ref().map(|home| heartbeat::shown(home.enter(|state| state.owner.mode())));
            HomeFacts {
                home: seat.name().clone(),
                home_node: seat.name().clone(),
                owner: row.as_ref().map(|row| row.owner.clone()),
                released: row.is_some_and(|row| row.incarnation.is_none()),
                served: served.is_some(),
                mode: mode.unwrap_or(Mode::Spooled),
            }
        };
        let homes: Vec<HomeFacts> = self.node.seats.all().iter().map(facts).collect();
        if homes != self.homes {
            self.homes.clone_from(&homes);
            self.handle(Input::Homes(homes), None);
        }
        if let Some((served, assigned)) = self.missing.count(&self.node) {
            self.handle(Input::Sessions { served, assigned }, None);
        }
    }

    fn look_at_services(&mut self) {
        let facts =
            |view: View| ServiceFacts { name: view.name.to_owned(), health: view.health, stuck: view.stuck };
        let services = self.node.monitor.views().into_iter().map(facts).collect();
        self.handle(Input::Services(services), None);
    }

    fn handle(&mut self, input: Input, mut answer: Option<oneshot::Sender<Result<String, String>>>) {
        let effects = self.manager.handle(self.node.clock.moment(), input);
        self.node.pair.status.send_replace(Some(self.manager.status(self.node.clock.moment())));
        for effect in effects {
            self.carry_out(effect, &mut answer);
        }
    }

    fn carry_out(&mut self, effect: Effect, answer: &mut Option<oneshot::Sender<Result<String, String>>>) {
        let reply = |answer: &mut Option<oneshot::Sender<_>>, what| {
            if let Some(answer) = answer.take() {
                // Whoever asked may have gone.
                let _ = answer.send(what);
            }
        };
        match effect {
            Effect::SetState(standing) => self.keep(standing),
            Effect::HandOver(home) => {
                let node = self.node.clone();
                tokio::spawn(async move {
                    let outcome = node.hand_over(&home).await;
                    node.pair.tell(Told::HandedOver(home, outcome)).await;
                });
            }
            Effect::OrderAccepted => reply(answer, Ok("accepted".to_owned())),
            Effect::OrderRefused(refusal) => reply(answer, Err(refusal.to_string())),
            Effect::Forward(order) => self.forward(order, answer.take()),
            Effect::StoreEnabled(enabled) => {
                let node = self.node.clone();
                tokio::spawn(async move {
                    if let Err(error) = node.store.set_ha_enabled(&node.pair.group, enabled).await {
                        tracing::warn!(%error, "high availability could not be switched");
                    }
                    node.group_changed.notify_one();
                });
            }
            Effect::SendHeartbeat => self.send_heartbeat(),
            Effect::KeepMaintenance(until) => {
                let now = self.node.clock.now();
                let until = until.map(|until| {
                    let left = i64::try_from(until.since(now.moment).as_millis()).unwrap_or(i64::MAX);
                    Timestamp(now.wall.0.saturating_add(left))
                });
                self.kept.keep_maintenance(until);
            }
            Effect::StopServices => self.node.monitor.stop_all(),
            Effect::StartServices => self.node.monitor.start_all(),
            Effect::ReadyToStop => {
                if let Some(stopped) = self.stopped.take() {
                    let _ = stopped.send(());
                }
            }
            Effect::Log(line) => tracing::info!(target: "everpresent::recovery", "{line}"),
            Effect::Alert(alert) => {
                metrics::counter!("everpresent_alerts_total", "alert" => alert.as_str()).increment(1);
                tracing::warn!(target: "everpresent::recovery", alert = %alert, "alert");
                self.node.alert_begins(&alert);
            }
            Effect::AlertCleared(alert) => {
                tracing::info!(target: "everpresent::recovery", alert = %alert, "alert is over");
                self.node.alert_is_over(&alert);
            }
        }
    }

    /// Keeps what is said of this node, and tells the partner.
    fn keep(&mut self, standing: Standing) {
        if self.start.partner.is_some() {
            // Before, it is not known yet where the last process was: that stays.
            self.kept.keep_standing(standing);
        }
        metrics::gauge!("everpresent_node_state").set(f64::from(standing.state.number()));
        metrics::counter!(
            "everpresent_node_states_total",
            "state" => standing.state.as_str(), "reason" => standing.reason.as_str()
        )
        .increment(1);
        tracing::info!(
            target: "everpresent::recovery",
            state = standing.state.as_str(),
            reason = standing.reason.as_str(),
            "state of this node"
        );
        self.send_heartbeat();
        let node = self.node.clone();
        let (state, reason) = (u32::from(standing.state.number()), u32::from(standing.reason.number()));
        tokio::spawn(async move {
            let (name, now) = (node.name(), node.clock.now().wall);
            if let Err(error) = node.store.set_node_state(&name, state, reason, now, standing.idle).await {
                tracing::debug!(%error, "the state of this node could not be written");
            }
        });
    }

    fn send_heartbeat(&self) {
        if let Some(partner) = self.node.pair.partner() {
            partner.send(&heartbeat::of(&self.node));
        }
    }

    fn forward(&self, order: Order, answer: Option<oneshot::Sender<Result<String, String>>>) {
        let partner = self.node.pair.partner();
        tokio::spawn(async move {
            let order = LinkOrder { name: order.name().to_owned(), arguments: order.arguments() };
            let reply = match partner {
                Some(partner) => {
                    partner.peer.order(order).await.unwrap_or_else(|error| Err(error.to_string()))
                }
                None => Err("this node has no partner".to_owned()),
            };
            if let Some(answer) = answer {
                let _ = answer.send(reply);
            }
        });
    }
}

/// How long it is from one point of civil time to a later one.
fn length_between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0))
}

impl Node {
    /// Says goodbye to the partner: this process stops on purpose.
    pub(crate) fn say_goodbye(&self) {
        if let Some(partner) = self.pair.partner() {
            partner.send(&Control::Goodbye { reason: Reason::PeerReboot.number() });
        }
    }
}
