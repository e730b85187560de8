//! The pair: this node and its partner in one redundancy group, and who says what to whom.

mod control;
mod driver;
mod group;
mod heartbeat;
mod kept;
mod missing;
mod service;

use std::sync::{Arc, PoisonError, RwLock};

use everpresent_link::control::Control;
use everpresent_recovery::manager::{Order, Status};
use everpresent_recovery::ownership::PeerMessage;
use everpresent_recovery::parameters::Parameters;
use everpresent_session::ids::HomeName;
use tokio::sync::{mpsc, oneshot, watch};

pub use control::Partner;
pub(crate) use driver::{Driver, Told};
pub(crate) use group::{join_group, keep_seat, persisted, watch_group};
pub(crate) use service::LinkService;

/// How much may wait for the recovery manager.
const TOLD_WAITING: usize = 256;
/// Why an order was not even heard.
const NOT_HEARD: &str = "the recovery manager of this node does not run";

/// What the node's parts share of its pair.
#[derive(Debug)]
pub struct Pair {
    /// The redundancy group.
    pub group: String,
    parameters: watch::Sender<Parameters>,
    /// The parameters when this process started: leases and grants keep their lengths as long as it runs.
    promises: Parameters,
    partner: RwLock<Option<Arc<Partner>>>,
    told: mpsc::Sender<Told>,
    status: watch::Sender<Option<Status>>,
    enabled: watch::Sender<bool>,
}

impl Pair {
    pub(crate) fn new(group: String, parameters: Parameters) -> (Self, mpsc::Receiver<Told>) {
        let (told, inbox) = mpsc::channel(TOLD_WAITING);
        let pair = Self {
            group,
            promises: parameters.clone(),
            parameters: watch::Sender::new(parameters),
            partner: RwLock::default(),
            told,
            status: watch::Sender::new(None),
            enabled: watch::Sender::new(false),
        };
        (pair, inbox)
    }

    /// The parameters in force.
    pub fn parameters(&self) -> Parameters {
        self.parameters.borrow().clone()
    }

    /// What this process promises its partner, and takes as promised: for as long as it runs.
    pub(crate) fn promises(&self) -> &Parameters {
        &self.promises
    }

    /// Other parameters are in force from now on. Whether anything is new.
    fn set_parameters(&self, parameters: Parameters) -> bool {
        self.parameters.send_if_modified(|now| {
            let news = *now != parameters;
            *now = parameters;
            news
        })
    }

    /// The other node of the group, if there is one.
    pub fn partner(&self) -> Option<Arc<Partner>> {
        self.partner.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_partner(&self, partner: Option<Arc<Partner>>) {
        *self.partner.write().unwrap_or_else(PoisonError::into_inner) = partner;
    }

    /// Whether the nodes of the group take over from each other.
    pub fn is_enabled(&self) -> bool {
        *self.enabled.borrow()
    }

    /// Tells whether they do.
    pub fn enabled(&self) -> watch::Receiver<bool> {
        self.enabled.subscribe()
    }

    /// What the recovery manager says of this node and its peer; nothing before it runs.
    pub fn status(&self) -> Option<Status> {
        self.status.borrow().clone()
    }

    /// Tells the partner something about a home. It may be lost, as on any link.
    pub(crate) fn tell_partner(&self, home: &HomeName, message: PeerMessage) {
        if let Some(partner) = self.partner() {
            partner.send(&Control::Ownership { home: home.clone(), message });
        }
    }

    /// Tells the recovery manager something.
    pub(crate) async fn tell(&self, told: Told) {
        // It runs to the end of the process.
        let _ = self.told.send(told).await;
    }

    /// Tells it something that comes again soon.
    pub(crate) fn hint(&self, told: Told) {
        let _ = self.told.try_send(told);
    }

    /// Has an order carried out by this node or its partner: accepted, or refused with a sentence.
    ///
    /// # Errors
    /// The sentence.
    pub async fn order(&self, order: Order, from_peer: bool) -> Result<String, String> {
        let (answer, answered) = oneshot::channel();
        self.tell(Told::Order { order, from_peer, answer }).await;
        answered.await.unwrap_or_else(|_| Err(NOT_HEARD.to_owned()))
    }
}
