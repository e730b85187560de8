//! Monitored services: the parts of this node that a failover is decided by. Each is a task that is supervised: one that
//! crashes or gets stuck is started again with back-off, and how it is goes to the recovery manager and the partner.

mod database;
mod message_archiver;
mod presence_engine;
mod router;
mod service;
mod supervise;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub use everpresent_recovery::manager::Health;
pub use service::{Fault, Service, View};

use crate::config::Config;
use crate::node::Node;

/// How often a service that has nothing else to do shows that it can.
const STEP: Duration = Duration::from_secs(1);

/// The monitored services of one node: those that are configured.
#[derive(Debug)]
pub struct Monitor {
    /// Whether the database answers.
    pub database: Arc<Service>,
    /// Whether stanzas find their way.
    pub router: Arc<Service>,
    /// Whether contacts see who is there, and sessions end when their time is over.
    pub presence_engine: Arc<Service>,
    /// Whether archives can be read, and old messages leave them.
    pub message_archiver: Option<Arc<Service>>,
    changed: Arc<Notify>,
}

/// Why an order for a service is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ServiceRefusal {
    /// There is none of this name.
    #[error("there is no service {name}; this node has {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are, separated by commas.
        known: String,
    },
    /// It does not belong to this node.
    #[error("the database is not run by this node: stop or start it where it runs")]
    NotOurs,
    /// It is done already.
    #[error("{name} is {is} already")]
    Already {
        /// The name.
        name: &'static str,
        /// How it is.
        is: &'static str,
    },
}

impl Monitor {
    /// The services that this configuration asks for. They run after [`Monitor::run`].
    pub fn new(config: &Config) -> Self {
        let changed = Arc::new(Notify::new());
        let service = |name| Arc::new(Service::new(name, changed.clone()));
        Self {
            database: service("database"),
            router: service("router"),
            presence_engine: service("presence-engine"),
            message_archiver: config.archive.enabled.then(|| service("message-archiver")),
            changed,
        }
    }

    /// All of them.
    pub fn services(&self) -> impl Iterator<Item = &Arc<Service>> {
        [&self.database, &self.router, &self.presence_engine]
            .into_iter()
            .chain(self.message_archiver.as_ref())
    }

    /// How all of them are.
    pub fn views(&self) -> Vec<View> {
        self.services().map(|service| service.view()).collect()
    }

    /// Waits until one of them is not as it was.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Stops all that belong to this node: its users are served elsewhere, on purpose.
    pub fn stop_all(&self) {
        self.ours().for_each(|service| service.want(false));
    }

    /// Starts all that are stopped.
    pub fn start_all(&self) {
        self.ours().for_each(|service| service.want(true));
    }

    fn ours(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.services().filter(|service| !Arc::ptr_eq(service, &self.database))
    }

    /// Stops a service until it is started.
    ///
    /// # Errors
    /// [`ServiceRefusal`].
    pub fn stop(&self, name: &str) -> Result<(), ServiceRefusal> {
        let service = self.own(name)?;
        if !service.is_wanted() {
            return Err(ServiceRefusal::Already { name: service.name, is: "stopped" });
        }
        service.want(false);
        Ok(())
    }

    /// Starts a service that was stopped.
    ///
    /// # Errors
    /// [`ServiceRefusal`].
    pub fn start(&self, name: &str) -> Result<(), ServiceRefusal> {
        let service = self.own(name)?;
        if service.is_wanted() && service.view().health == Health::Up {
            return Err(ServiceRefusal::Already { name: service.name, is: "running" });
        }
        service.restart();
        Ok(())
    }

    /// Stops a service and starts it again.
    ///
    /// # Errors
    /// [`ServiceRefusal`].
    pub fn restart(&self, name: &str) -> Result<(), ServiceRefusal> {
        self.own(name).map(|service| service.restart())
    }

    /// Has a service fail as a fault of its own would, until it is started anew: for rehearsals.
    ///
    /// # Errors
    /// [`ServiceRefusal`].
    pub fn break_down(&self, name: &str, fault: Fault) -> Result<(), ServiceRefusal> {
        self.own(name).map(|service| service.break_down(fault))
    }

    fn own(&self, name: &str) -> Result<&Arc<Service>, ServiceRefusal> {
        if name == self.database.name {
            return Err(ServiceRefusal::NotOurs);
        }
        self.ours().find(|service| service.name == name).ok_or_else(|| {
            let known: Vec<_> = self.services().map(|service| service.name).collect();
            ServiceRefusal::Unknown { name: name.to_owned(), known: known.join(", ") }
        })
    }

    /// Runs all services of a node; dropped handles leave them running, aborted ones end them.
    pub fn run(node: &Arc<Node>) -> Vec<JoinHandle<()>> {
        let monitor = &node.monitor;
        let mut tasks = vec![
            supervise::start(node, &monitor.database, database::run),
            supervise::start(node, &monitor.router, router::run),
            supervise::start(node, &monitor.presence_engine, presence_engine::run),
        ];
        if let Some(archiver) = &monitor.message_archiver {
            tasks.push(supervise::start(node, archiver, message_archiver::run));
        }
        tasks
    }
}
