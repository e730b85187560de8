//! Whom a command talks to: the running server, or for accounts and parameters its database while it does not run.

use everpresent_console::Password;
use everpresent_console::administration::{
    AssignOrder, AssignReport, AssignmentMode, AuditReport, Ended, Finalized, GroupChange, Groups,
    HaDisableOrder, HaEnableOrder, HaMaintenanceOrder, HaNodeOrder, HaParameterChange, HaParameters,
    HaStatus, ImportReport, NewGroup, NewGroupNode, NewUser, ServiceAct, ServiceList, SessionPage,
    SessionQuery, UserPage, UserQuery,
};
use everpresent_server::config::Config;
use everpresent_server::parameters;
use everpresent_stanza::BareJid;
use serde_json::json;
use ureq::http::Method;

use crate::client::{Client, query, segment};
use crate::failure::{Exit, Failure};
use crate::offline::Offline;

/// The node of a configuration.
pub(crate) enum Node {
    /// The server runs: its admin API does the work, so that sessions of the accounts follow at once.
    Running(Client),
    /// It does not: the work is done on its database.
    Stopped(Offline),
}

impl Node {
    /// The node, running or not.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        match Client::connect(config)? {
            Some(client) => Ok(Self::Running(client)),
            None => Offline::open(config).map(Self::Stopped),
        }
    }

    pub(crate) fn list_users(&self, users: UserQuery) -> Result<UserPage, Failure> {
        match self {
            Self::Running(client) => {
                let limit = users.limit.to_string();
                let parameters = [("after", users.after.as_deref()), ("limit", Some(limit.as_str()))];
                client.ask(Method::GET, &query("/users", &parameters))
            }
            Self::Stopped(offline) => offline.run(|node| node.list_users(users)),
        }
    }

    pub(crate) fn create_user(&self, jid: BareJid, password: Password) -> Result<(), Failure> {
        match self {
            Self::Running(client) => {
                client.order_with(Method::POST, "/users", &NewUser { jid: jid.to_string(), password })
            }
            Self::Stopped(offline) => offline.run(|node| node.create_user(jid, password)),
        }
    }

    pub(crate) fn set_password(&self, jid: BareJid, password: Password) -> Result<(), Failure> {
        match self {
            Self::Running(client) => {
                client.order_with(Method::PUT, &of_user(&jid, "/password"), &json!({ "password": password }))
            }
            Self::Stopped(offline) => offline.run(|node| node.set_password(jid, password)),
        }
    }

    pub(crate) fn set_enabled(&self, jid: BareJid, enabled: bool) -> Result<(), Failure> {
        match self {
            Self::Running(client) => {
                client.order(Method::POST, &of_user(&jid, if enabled { "/enable" } else { "/disable" }))
            }
            Self::Stopped(offline) => offline.run(|node| node.set_enabled(jid, enabled)),
        }
    }

    pub(crate) fn remove_user(&self, jid: BareJid) -> Result<(), Failure> {
        match self {
            Self::Running(client) => client.order(Method::DELETE, &of_user(&jid, "")),
            Self::Stopped(offline) => offline.run(|node| node.remove_user(jid)),
        }
    }

    pub(crate) fn import_users(&self, users: Vec<NewUser>) -> Result<ImportReport, Failure> {
        match self {
            Self::Running(client) => {
                client.ask_with(Method::POST, "/users/import", &json!({ "users": users }))
            }
            Self::Stopped(offline) => offline.run(|node| node.import_users(users)),
        }
    }

    pub(crate) fn parameters(&self) -> Result<HaParameters, Failure> {
        match self {
            Self::Running(client) => client.ask(Method::GET, "/ha/parameters"),
            Self::Stopped(offline) => offline.run_on_database(parameters::show),
        }
    }

    pub(crate) fn set_parameters(&self, change: HaParameterChange) -> Result<HaParameters, Failure> {
        match self {
            Self::Running(client) => client.ask_with(Method::PATCH, "/ha/parameters", &change),
            Self::Stopped(offline) => offline.run_on_database(|store| parameters::change(store, change)),
        }
    }
}

fn of_user(jid: &BareJid, rest: &str) -> String {
    format!("/users/{}{rest}", segment(jid.as_str()))
}

/// The sessions of the running server: without one there are none to speak of.
pub(crate) struct Sessions(Client);

impl Sessions {
    /// The running server of a configuration.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        running(config).map(Self)
    }

    pub(crate) fn list(&self, sessions: &SessionQuery) -> Result<SessionPage, Failure> {
        let limit = sessions.limit.to_string();
        let state = sessions.state.map(|state| json!(state).as_str().unwrap_or_default().to_owned());
        let parameters = [
            ("user", sessions.user.as_deref()),
            ("state", state.as_deref()),
            ("after", sessions.after.as_deref()),
            ("limit", Some(limit.as_str())),
        ];
        self.0.ask(Method::GET, &query("/sessions", &parameters))
    }

    pub(crate) fn audit(&self) -> Result<AuditReport, Failure> {
        self.0.ask(Method::POST, "/sessions/audit")
    }

    pub(crate) fn end(&self, jid: &str) -> Result<Ended, Failure> {
        self.0.ask(Method::DELETE, &format!("/sessions/{}", segment(jid)))
    }
}

/// The recovery manager of the running server.
pub(crate) struct Recovery(Client);

impl Recovery {
    /// The running server of a configuration.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        running(config).map(Self)
    }

    pub(crate) fn status(&self) -> Result<HaStatus, Failure> {
        self.0.ask(Method::GET, "/ha/status")
    }

    pub(crate) fn failover(&self, node: &str) -> Result<(), Failure> {
        self.0.order_with(Method::POST, "/ha/failover", &HaNodeOrder { node: node.to_owned() })
    }

    pub(crate) fn fallback(&self, node: &str) -> Result<(), Failure> {
        self.0.order_with(Method::POST, "/ha/fallback", &HaNodeOrder { node: node.to_owned() })
    }

    pub(crate) fn enable(&self, group: Option<&str>) -> Result<(), Failure> {
        let order = HaEnableOrder { group: group.map(str::to_owned) };
        self.0.order_with(Method::POST, "/ha/enable", &order)
    }

    pub(crate) fn disable(&self, group: Option<&str>, force: bool) -> Result<(), Failure> {
        let order = HaDisableOrder { group: group.map(str::to_owned), force };
        self.0.order_with(Method::POST, "/ha/disable", &order)
    }

    pub(crate) fn recover(&self, group: Option<&str>) -> Result<(), Failure> {
        let order = HaEnableOrder { group: group.map(str::to_owned) };
        self.0.order_with(Method::POST, "/ha/recover", &order)
    }

    pub(crate) fn finalize(&self) -> Result<Finalized, Failure> {
        self.0.ask(Method::POST, "/ha/finalize")
    }

    pub(crate) fn maintenance(&self, node: &str, seconds: Option<u64>) -> Result<(), Failure> {
        let order = HaMaintenanceOrder { node: node.to_owned(), seconds };
        self.0.order_with(Method::POST, "/ha/maintenance", &order)
    }
}

/// The monitored services of the running server.
pub(crate) struct Services(Client);

impl Services {
    /// The running server of a configuration.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        running(config).map(Self)
    }

    pub(crate) fn list(&self) -> Result<ServiceList, Failure> {
        self.0.ask(Method::GET, "/services")
    }

    pub(crate) fn order(&self, name: &str, act: ServiceAct) -> Result<ServiceList, Failure> {
        let act = json!(act);
        let act = act.as_str().unwrap_or_default();
        self.0.ask(Method::POST, &format!("/services/{}/{act}", segment(name)))
    }
}

/// What the running server is told about redundancy groups.
pub(crate) struct GroupOrders(Client);

impl GroupOrders {
    /// The running server of a configuration.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        running(config).map(Self)
    }

    pub(crate) fn list(&self) -> Result<Groups, Failure> {
        self.0.ask(Method::GET, "/groups")
    }

    pub(crate) fn create(&self, name: &str, assignment: AssignmentMode) -> Result<(), Failure> {
        self.0.order_with(Method::POST, "/groups", &NewGroup { name: name.to_owned(), assignment })
    }

    pub(crate) fn change(&self, group: &str, assignment: AssignmentMode) -> Result<(), Failure> {
        self.0.order_with(Method::PATCH, &of_group(group, ""), &GroupChange { assignment })
    }

    pub(crate) fn remove(&self, group: &str) -> Result<(), Failure> {
        self.0.order(Method::DELETE, &of_group(group, ""))
    }

    pub(crate) fn add(&self, group: &str, node: &str) -> Result<(), Failure> {
        let order = NewGroupNode { node: node.to_owned() };
        self.0.order_with(Method::POST, &of_group(group, "/nodes"), &order)
    }

    pub(crate) fn remove_node(&self, group: &str, node: &str) -> Result<(), Failure> {
        self.0.order(Method::DELETE, &of_group(group, &format!("/nodes/{}", segment(node))))
    }

    pub(crate) fn assign(&self, order: &AssignOrder) -> Result<AssignReport, Failure> {
        self.0.ask_with(Method::POST, "/groups/assign", order)
    }
}

fn of_group(group: &str, rest: &str) -> String {
    format!("/groups/{}{rest}", segment(group))
}

fn running(config: &Config) -> Result<Client, Failure> {
    Client::connect(config)?.ok_or_else(|| {
        let listeners: Vec<String> = config.listen.http.iter().map(ToString::to_string).collect();
        let place = if listeners.is_empty() { "[listen] http is empty".into() } else { listeners.join(", ") };
        Failure::new(Exit::Unreachable, format!("the server does not run (nobody listens: {place})"))
    })
}
