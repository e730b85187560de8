//! The redundancy group: this node joins it, and looks who else is in it and whether they take over from each other.

use std::sync::Arc;
use std::time::Duration;

use everpresent_recovery::manager::Standing;
use everpresent_recovery::manager::{NodeState, Reason};
use everpresent_recovery::ownership::Ownership;
use everpresent_recovery::parameters::Parameters;
use everpresent_recovery::settings::Settings;
use everpresent_session::ids::HomeName;
use everpresent_store::nodes::NodeRow;
use everpresent_store::{Database, StoreError};
use tokio::task::AbortHandle;
use tokio_util::task::TaskTracker;

use super::{Partner, Told, heartbeat};
use crate::config::Config;
use crate::epochs::EpochFile;
use crate::node::Node;
use crate::seat::Seat;
use crate::seat::keeper::{Event, Keeper};
use crate::start::StartError;

/// How often the database is asked who is in the group.
const LOOK: Duration = Duration::from_secs(2);

/// Puts this node into its group.
///
/// # Errors
/// When the group is full, the node is in another one, or the database does not answer.
pub(crate) async fn join_group(store: &Database, config: &Config) -> Result<NodeRow, StartError> {
    let now = crate::clock::Clock::start().now().wall;
    let row = NodeRow {
        name: HomeName::new(&config.node.name),
        group: config.node.group.clone(),
        position: 0,
        link_address: config.link.advertise.clone().unwrap_or_default(),
        client_address: config.node.client_address.clone().unwrap_or_default(),
        state: u32::from(NodeState::Unknown.number()),
        reason: u32::from(Reason::HighAvailabilityNotEnabled.number()),
        state_since: now,
        idle: false,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seen: now,
    };
    Ok(store.join_node(&row).await?)
}

/// What a process before this one said of the node.
pub(crate) fn persisted(row: &NodeRow) -> Option<Standing> {
    let state = NodeState::from_number(u8::try_from(row.state).ok()?)?;
    let reason = Reason::from_number(u8::try_from(row.reason).ok()?)?;
    Some(Standing { state, reason, idle: row.idle })
}

/// Looks at the group now and then, and follows what changes, until dropped.
pub(crate) async fn watch_group(node: Arc<Node>, keepers: TaskTracker) {
    let mut watch = Watch { node, keepers, connecting: None, agreed: true };
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = watch.node.group_changed.notified() => {}
        }
        if let Err(error) = watch.look().await {
            tracing::debug!(%error, "the group could not be read");
        }
    }
}

struct Watch {
    node: Arc<Node>,
    keepers: TaskTracker,
    connecting: Option<AbortHandle>,
    /// Whether this process promises what the parameters in force say.
    agreed: bool,
}

impl Watch {
    async fn look(&mut self) -> Result<(), StoreError> {
        let nodes = self.node.store.nodes().await?;
        let groups = self.node.store.groups().await?;
        let several = nodes.len() > 1;
        self.node.peers.update(nodes);
        if several {
            self.node.meet_other_homes().await?;
        }
        let agree = self.follow_parameters().await?;
        let group = &self.node.pair.group;
        let enabled = agree && groups.iter().any(|row| row.name == *group && row.ha_enabled);
        self.meet_partner(enabled).await;
        self.enable(enabled && self.node.pair.partner().is_some()).await;
        Ok(())
    }

    /// Takes over what was set for the cluster. Whether this process may promise what it says: the lengths of leases and
    /// grants are those of its start, and two nodes that disagree about them could both serve a home.
    async fn follow_parameters(&mut self) -> Result<bool, StoreError> {
        let parameters = match Parameters::from_settings(&self.node.store.settings().await?) {
            Ok(parameters) => parameters,
            Err(error) => {
                tracing::warn!(%error, "the recovery parameters in the database cannot be used; the last ones stay");
                return Ok(true);
            }
        };
        let agree = parameters.promises_as(self.node.pair.promises());
        if self.agreed && !agree {
            tracing::warn!(
                target: "everpresent::recovery",
                "keep_alive_timeout was changed: this node takes part in high availability again after a restart"
            );
        }
        self.agreed = agree;
        if self.node.pair.set_parameters(parameters.clone()) {
            self.node.pair.tell(Told::Parameters(Box::new(parameters))).await;
        }
        Ok(agree)
    }

    async fn meet_partner(&mut self, enabled: bool) {
        let (pair, own) = (&self.node.pair, self.node.name());
        let nodes = self.node.peers.nodes();
        let other = nodes.iter().find(|row| row.group == pair.group && row.name != own);
        let known = pair.partner().map(|partner| (partner.name.clone(), partner.peer.address().to_owned()));
        let found = other.map(|row| (row.name.clone(), row.link_address.clone()));
        if known == found {
            return;
        }
        let Some((name, _)) = found else { return };
        let Some(peer) = self.node.peers.to(&name) else { return };
        if let Some(connecting) = self.connecting.take() {
            connecting.abort();
        }
        tracing::info!(target: "everpresent::recovery", partner = name.as_str(), "the group has a second node");
        let partner = Arc::new(Partner::new(name.clone(), peer));
        pair.set_partner(Some(partner.clone()));
        // The seat of its home is there before anything is decided by who serves it.
        self.enable(enabled).await;
        self.node.pair.tell(Told::Partner(name, enabled)).await;
        let task = tokio::spawn(keep_in_touch(self.node.clone(), partner));
        self.connecting = Some(task.abort_handle());
    }

    async fn enable(&mut self, enabled: bool) {
        if self.node.pair.enabled.send_replace(enabled) == enabled {
            return;
        }
        let own = self.node.name();
        let Some(partner) = self.node.pair.partner() else { return };
        if enabled && self.node.seats.get(&partner.name).is_none() {
            let settings = self.node.pair.promises().ownership(partner.name.clone(), own.clone(), true);
            let kept = keep_seat(&self.node, settings, &self.keepers);
            if let Err(error) = kept {
                self.node.stop_broken(error.to_string());
                return;
            }
        }
        if let Some(seat) = self.node.seats.get(&own) {
            seat.order(Event::Partner(enabled)).await;
        }
        if let Some(seat) = self.node.seats.get(&partner.name).filter(|_| !enabled) {
            self.node.seats.remove(&partner.name);
            seat.order(Event::Stop).await;
        }
        self.node.pair.tell(Told::Enabled(enabled)).await;
    }
}

/// Connects to the partner, and tells it how this node is.
async fn keep_in_touch(node: Arc<Node>, partner: Arc<Partner>) {
    let beat = async {
        loop {
            tokio::time::sleep(node.pair.parameters().keep_alive_interval).await;
            if partner.is_connected() {
                partner.send(&heartbeat::of(&node));
            }
        }
    };
    tokio::select! {
        () = partner.clone().connect_forever(node.clone()) => {}
        () = beat => {}
    }
}

/// Begins to keep the seat of a home.
///
/// # Errors
/// When the highest epoch cannot be read from disk.
pub(crate) fn keep_seat(
    node: &Arc<Node>,
    settings: Settings,
    keepers: &TaskTracker,
) -> Result<Arc<Seat>, StartError> {
    let home = settings.home.clone();
    let (epochs, highest) = EpochFile::open(&node.config.node.data_dir, &home)?;
    let ownership = Ownership::new(Arc::new(settings), node.incarnation, highest, node.clock.moment());
    let (seat, events) = Seat::new(home);
    let seat = Arc::new(seat);
    node.seats.add(seat.clone());
    keepers.spawn(Keeper::new(node.clone(), seat.clone(), ownership, epochs, events).keep());
    Ok(seat)
}
