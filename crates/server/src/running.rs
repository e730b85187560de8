//! A running node, and how it stops.

use std::sync::Arc;
use std::time::Duration;

use everpresent_recovery::settings::Settings;
use everpresent_session::owner::Mode;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admin::Admin;
use crate::node::Node;
use crate::pair::{self, Told};
use crate::seat::Seat;
use crate::seat::keeper::Event;
use crate::start::StartError;

/// How long the homes may take to be handed to the partner at a stop.
const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(10);
/// How often it is looked whether everything is written at a stop.
const WRITTEN_POLL: Duration = Duration::from_millis(20);
/// How long operators' notices may take to be sent at a stop.
const ALERTS_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the homes may take to be released at a stop.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// A running node.
#[derive(Debug)]
pub struct Server {
    node: Arc<Node>,
    admin: Arc<Admin>,
    tasks: Tasks,
    listeners: Vec<String>,
}

/// What runs.
#[derive(Debug)]
pub(crate) struct Tasks {
    /// Ends listeners.
    pub(crate) stop: CancellationToken,
    /// Clients' connections.
    pub(crate) connections: TaskTracker,
    /// Listeners.
    pub(crate) services: TaskTracker,
    /// The keepers of the seats.
    pub(crate) keepers: TaskTracker,
    /// The monitored services, the recovery manager, and what watches the group.
    pub(crate) helpers: Vec<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn new(node: Arc<Node>, admin: Arc<Admin>, tasks: Tasks, listeners: Vec<String>) -> Self {
        Self { node, admin, tasks, listeners }
    }

    /// What is listened on, as `kind address:port`.
    pub fn listeners(&self) -> &[String] {
        &self.listeners
    }

    /// What its tasks share.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The operator's side.
    pub fn admin(&self) -> &Admin {
        &self.admin
    }

    /// Keeps the seat of a further home, by these rules of ownership.
    ///
    /// # Errors
    /// When the highest epoch cannot be read from disk, or the database does not answer.
    pub async fn keep_seat(&self, settings: Settings) -> Result<Arc<Seat>, StartError> {
        self.node.meet_other_homes().await?;
        pair::keep_seat(&self.node, settings, &self.tasks.keepers)
    }

    /// Waits until the node must stop because something is broken, and says what.
    pub async fn broken(&self) -> String {
        self.node.broken().await
    }

    /// Stops: no new clients; the homes are handed to the partner if it has their sessions; connections are let go (their
    /// sessions live on), everything is written, the homes are released. Returns whether all of that was done within the
    /// configured time.
    pub async fn stop(self) -> bool {
        let limit = self.node.config.node.stop_timeout;
        self.tasks.stop.cancel();
        self.tasks.connections.close();
        self.tasks.services.close();
        self.hand_over().await;
        for home in self.node.seats.served() {
            home.let_all_go();
        }
        let mut clean = tokio::time::timeout(limit, self.wind_down()).await.is_ok();
        clean &= tokio::time::timeout(RELEASE_TIMEOUT, self.release()).await.is_ok();
        self.node.say_goodbye();
        for helper in &self.tasks.helpers {
            helper.abort();
        }
        self.node.link_stopping.cancel();
        let node = self.node.clone();
        // What cannot be sent by then is in the log.
        let _ = tokio::task::spawn_blocking(move || node.alerts.finish(ALERTS_TIMEOUT)).await;
        self.node.store.close().await;
        clean
    }

    /// The recovery manager hands over what the partner can take.
    async fn hand_over(&self) {
        let (answer, handed_over) = oneshot::channel();
        self.node.pair.tell(Told::Stop(answer)).await;
        if tokio::time::timeout(HAND_OVER_TIMEOUT, handed_over).await.is_err() {
            tracing::warn!("the homes could not be handed to the partner in time");
        }
    }

    async fn wind_down(&self) {
        self.tasks.connections.wait().await;
        self.node.parting.cancel();
        while !self.is_written().await {
            tokio::time::sleep(WRITTEN_POLL).await;
        }
        // Answers to operators may take a moment longer than clients.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.tasks.services.wait()).await;
    }

    /// Whether this process has the only copy of nothing any more. All that it serves is in the database: its partner
    /// may be stopping as well. What it has just taken over counts too. And the partner does without the replica here.
    async fn is_written(&self) -> bool {
        for seat in self.node.seats.all() {
            // The row first: who takes the home from here on, does so without the replica.
            let relied_on = self.is_relied_on(&seat).await;
            let Some(home) = seat.served() else {
                if relied_on || seat.shown().borrow().is_ours() {
                    return false;
                }
                continue;
            };
            if let Err(away) = home.settled().await {
                tracing::warn!(%away, home = home.name().as_str(), "not everything is written yet");
                return false;
            }
            if home.enter(|state| state.owner.mode()) != Mode::Spooled {
                return false;
            }
        }
        true
    }

    /// Whether the owner of a home has its second copy here, as far as can be told.
    async fn is_relied_on(&self, seat: &Seat) -> bool {
        let row = self.node.store.read_home(seat.name()).await;
        row.map_or(true, |row| row.is_some_and(|row| row.replica == Some(self.node.incarnation)))
    }

    /// Nothing is held any more when every keeper has ended.
    async fn release(&self) {
        self.tasks.keepers.close();
        for seat in self.node.seats.all() {
            seat.order(Event::Stop).await;
        }
        self.tasks.keepers.wait().await;
    }
}
