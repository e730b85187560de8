//! What operators can ask of this node, as the console calls it.

mod assign;
mod groups;
mod ha;
mod services;
mod sessions;
mod users;

use std::sync::Arc;
use std::time::Duration;

use everpresent_console::administration::{
    AssignOrder, AssignReport, AuditReport, Certificate, ClientProfile, Ended, Finalized, GroupChange,
    Groups, HaParameterChange, HaParameters, HaStatus, ImportReport, NewGroup, NewUser, NodeStatus,
    Readiness, ReloadReport, ServiceAct, ServiceList, SessionPage, SessionQuery, UserPage, UserQuery,
};
use everpresent_console::{Administration, Password, Refusal, Reply, Time};
use everpresent_recovery::manager::{NodeState, Order, Reason};
use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Jid};
use everpresent_store::{Backend, StoreError};

use crate::home::Home;
use crate::node::Node;
use crate::{parameters, sweep, versions};

/// Why a node that cannot store what it is sent is not ready.
const DATABASE_AWAY: &str = "the database does not take writes";

/// The operator's side of a node.
#[derive(Debug)]
pub struct Admin {
    node: Arc<Node>,
    listeners: Vec<String>,
    started: Timestamp,
}

impl Admin {
    /// The operator's side of this node, which listens on these.
    pub fn new(node: Arc<Node>, listeners: Vec<String>) -> Self {
        let started = node.clock.now().wall;
        Self { node, listeners, started }
    }

    /// The home of this node, if it serves it itself.
    fn own_home(&self) -> Option<Arc<Home>> {
        self.node.seats.get(&self.node.name())?.served()
    }

    /// Orders about a whole group are given to one of its nodes.
    fn own_group(&self, group: Option<String>) -> Result<(), Refusal> {
        match group.filter(|group| *group != self.node.pair.group) {
            None => Ok(()),
            Some(group) => Err(Refusal::conflict(format!(
                "this node is in group {}; give the order to a node of {group}",
                self.node.pair.group
            ))),
        }
    }

    async fn status(&self) -> Result<NodeStatus, Refusal> {
        let users = self.node.store.account_count().await.map_err(away)?;
        let audit = sweep::audit_all(&self.node);
        let epoch = self.own_home().map_or(0, |home| home.fence.epoch.0);
        let readiness = self.readiness();
        let standing = self.node.pair.status().map(|status| status.standing);
        Ok(NodeStatus {
            name: self.node.config.node.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            domains: self.node.config.node.domains.iter().map(ToString::to_string).collect(),
            state: standing.map_or(NodeState::Unknown, |standing| standing.state).to_string(),
            reason: standing.map_or(Reason::Unknown, |standing| standing.reason).to_string(),
            mode: if readiness.ready { "spooled" } else { "refusing" }.to_owned(),
            epoch,
            started: Time(self.started.0),
            readiness,
            users,
            transports: audit.transports as u64,
            sessions_open: audit.open as u64,
            sessions_detached: audit.detached as u64,
            listeners: self.listeners.clone(),
            database: match self.node.store.backend() {
                Backend::Sqlite => "sqlite",
                Backend::Postgres => "postgres",
            }
            .to_owned(),
            certificate: self.node.certificates.summary().map(|summary| Certificate {
                names: summary.names,
                not_after: Time(summary.not_after_seconds.saturating_mul(1_000)),
                self_signed: summary.self_signed,
            }),
        })
    }
}

/// The database failed: the operator may try again.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn away(error: StoreError) -> Refusal {
    Refusal::unavailable(error.to_string())
}

impl Administration for Admin {
    fn list_users(&self, query: UserQuery) -> Reply<'_, UserPage> {
        Box::pin(users::list(&self.node, query))
    }

    fn create_user(&self, user: BareJid, password: Password) -> Reply<'_, ()> {
        Box::pin(users::create(&self.node, user, password))
    }

    fn set_password(&self, user: BareJid, password: Password) -> Reply<'_, ()> {
        Box::pin(users::set_password(&self.node, user, password))
    }

    fn set_enabled(&self, user: BareJid, enabled: bool) -> Reply<'_, ()> {
        Box::pin(users::set_enabled(&self.node, user, enabled))
    }

    fn remove_user(&self, user: BareJid) -> Reply<'_, ()> {
        Box::pin(users::remove(&self.node, user))
    }

    fn import_users(&self, users: Vec<NewUser>) -> Reply<'_, ImportReport> {
        Box::pin(users::import(&self.node, users))
    }

    fn list_sessions(&self, query: SessionQuery) -> Reply<'_, SessionPage> {
        Box::pin(async move { sessions::list(&self.node, &query) })
    }

    fn audit_sessions(&self) -> Reply<'_, AuditReport> {
        Box::pin(async move { Ok(sessions::audit(&self.node)) })
    }

    fn end_sessions(&self, address: Jid) -> Reply<'_, Ended> {
        Box::pin(async move { sessions::end(&self.node, &address) })
    }

    fn node_status(&self) -> Reply<'_, NodeStatus> {
        Box::pin(self.status())
    }

    fn reload(&self) -> Reply<'_, ReloadReport> {
        Box::pin(async move {
            let (mut reloaded, mut kept) = (Vec::new(), Vec::new());
            match self.node.certificates.reload() {
                Ok(()) => reloaded.push("certificate".to_owned()),
                Err(error) => kept.push(format!("certificate: {error}")),
            }
            Ok(ReloadReport { reloaded, kept })
        })
    }

    fn ha_status(&self) -> Reply<'_, HaStatus> {
        Box::pin(ha::status(&self.node, self.started))
    }

    fn failover(&self, node: String) -> Reply<'_, ()> {
        Box::pin(ha::order(&self.node, Order::Failover(HomeName::new(&node))))
    }

    fn fallback(&self, node: String) -> Reply<'_, ()> {
        Box::pin(ha::order(&self.node, Order::Fallback(HomeName::new(&node))))
    }

    fn enable_ha(&self, group: Option<String>) -> Reply<'_, ()> {
        Box::pin(async move {
            self.own_group(group)?;
            ha::order(&self.node, Order::Enable).await
        })
    }

    fn disable_ha(&self, group: Option<String>, force: bool) -> Reply<'_, ()> {
        Box::pin(async move {
            self.own_group(group)?;
            ha::order(&self.node, Order::Disable { force }).await
        })
    }

    fn recover(&self, group: Option<String>) -> Reply<'_, ()> {
        Box::pin(async move {
            self.own_group(group)?;
            ha::order(&self.node, Order::Recover).await
        })
    }

    fn maintenance(&self, node: String, seconds: Option<u64>) -> Reply<'_, ()> {
        let node = HomeName::new(&node);
        let order = match seconds.map(Duration::from_secs) {
            Some(length) => Order::Maintenance { node, length },
            None => Order::EndMaintenance(node),
        };
        Box::pin(ha::order(&self.node, order))
    }

    fn finalize(&self) -> Reply<'_, Finalized> {
        Box::pin(async move {
            versions::finalize(&self.node.store)
                .await
                .map(|version| Finalized { version: version.to_string() })
        })
    }

    fn services(&self) -> Reply<'_, ServiceList> {
        Box::pin(async move { Ok(services::list(&self.node)) })
    }

    fn service_order(&self, name: String, act: ServiceAct) -> Reply<'_, ServiceList> {
        Box::pin(async move { services::order(&self.node, &name, act) })
    }

    fn ha_parameters(&self) -> Reply<'_, HaParameters> {
        Box::pin(parameters::show(&self.node.store))
    }

    fn set_ha_parameters(&self, change: HaParameterChange) -> Reply<'_, HaParameters> {
        Box::pin(parameters::change(&self.node.store, change))
    }

    fn list_groups(&self) -> Reply<'_, Groups> {
        Box::pin(groups::list(&self.node))
    }

    fn create_group(&self, group: NewGroup) -> Reply<'_, ()> {
        Box::pin(groups::create(&self.node, group))
    }

    fn change_group(&self, group: String, change: GroupChange) -> Reply<'_, ()> {
        Box::pin(groups::change(&self.node, group, change))
    }

    fn remove_group(&self, group: String) -> Reply<'_, ()> {
        Box::pin(groups::remove(&self.node, group))
    }

    fn add_node(&self, group: String, node: String) -> Reply<'_, ()> {
        Box::pin(groups::add_node(&self.node, group, node))
    }

    fn remove_node(&self, group: String, node: String) -> Reply<'_, ()> {
        Box::pin(groups::remove_node(&self.node, group, node))
    }

    fn assign_users(&self, order: AssignOrder) -> Reply<'_, AssignReport> {
        Box::pin(assign::assign(&self.node, order))
    }

    fn client_profile(&self) -> ClientProfile {
        self.node.client_profile()
    }

    fn readiness(&self) -> Readiness {
        let takes_writes = |home: &Arc<Home>| home.enter(|state| state.owner.accepts_messages());
        if self.node.seats.served().iter().all(takes_writes) {
            Readiness::ready()
        } else {
            Readiness::not_ready(vec![DATABASE_AWAY.to_owned()])
        }
    }
}
