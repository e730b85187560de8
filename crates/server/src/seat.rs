//! Seats: for each home that this node may serve, whether it does at present, and what it holds of it if not.

mod hand_over;
pub(crate) mod keeper;
mod receive;
mod replicate;
mod seats;
mod serve;
mod tenure;
mod witness;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use everpresent_recovery::witness::WitnessRow;
use everpresent_session::ids::{Epoch, HomeName};
use everpresent_session::ledger::Ledger;
use everpresent_session::replica::Replica;
use everpresent_stanza::BareJid;
use tokio::sync::{mpsc, watch};

pub(crate) use receive::refuse;
pub use seats::Seats;
pub use serve::RELOGIN_UPPER_LIMIT;
pub use tenure::Tenure;

use crate::home::Home;
use crate::node::Node;
use keeper::{EVENTS_WAITING, Event};

/// How long a client is held while it is open who serves its home; then it is let go.
pub const HOLD: Duration = Duration::from_secs(20);

/// The place of one home on this node.
#[derive(Debug)]
pub struct Seat {
    name: HomeName,
    served: watch::Sender<Option<Arc<Home>>>,
    replica: Mutex<Held>,
    shown: watch::Sender<Shown>,
    events: mpsc::Sender<Event>,
}

/// What this node holds of a home that its partner serves.
#[derive(Debug, Default)]
struct Held {
    replica: Replica,
    /// Records under this epoch may be taken in and confirmed; none while a claim is under way.
    accepts: Option<Epoch>,
    /// The last stream of records that began.
    stream: u64,
}

/// What others may know of a seat.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The witness row as last read.
    pub row: Option<WitnessRow>,
    /// The epoch under which this process owns the home.
    pub own: Option<Epoch>,
}

impl Seat {
    /// A seat that nobody sits on, and what its keeper listens to.
    pub(crate) fn new(name: HomeName) -> (Self, mpsc::Receiver<Event>) {
        let (events, inbox) = mpsc::channel(EVENTS_WAITING);
        let replica = Mutex::new(Held::default());
        let seat = Self {
            name,
            served: watch::Sender::new(None),
            replica,
            shown: watch::Sender::new(Shown::default()),
            events,
        };
        (seat, inbox)
    }

    /// The home.
    pub fn name(&self) -> &HomeName {
        &self.name
    }

    /// The home as this node serves it now, if it does.
    pub fn served(&self) -> Option<Arc<Home>> {
        self.served.borrow().clone()
    }

    /// This node begins to serve the home, or no longer does.
    fn serve(&self, home: Option<Arc<Home>>) {
        let before = self.served.send_replace(home);
        if let Some(before) = before {
            before.close();
        }
    }

    /// Tells of each change of who is served.
    pub fn changes(&self) -> watch::Receiver<Option<Arc<Home>>> {
        self.served.subscribe()
    }

    /// What the keeper knows of the home.
    pub fn shown(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }

    fn show(&self, row: Option<WitnessRow>, own: Option<Epoch>) {
        self.shown.send_if_modified(|shown| {
            let differs = shown.row != row || shown.own != own;
            *shown = Shown { row, own };
            differs
        });
    }

    /// Tells the keeper something that must not be lost.
    pub(crate) async fn order(&self, event: Event) {
        // The keeper ends last of all: then there is nobody to be told.
        let _ = self.events.send(event).await;
    }

    /// Tells the keeper something that may be lost, as on any link.
    pub(crate) fn tell(&self, event: Event) {
        if self.events.try_send(event).is_err() {
            metrics::counter!("everpresent_link_messages_dropped_total").increment(1);
        }
    }

    /// Records of this epoch alone may be taken in from now on.
    fn accept_records_of(&self, epoch: Option<Epoch>) {
        self.held().accepts = epoch;
    }

    /// Takes the complete replica that was made under this owner.
    fn take_replica(&self, under: Epoch) -> Option<Ledger> {
        self.held().replica.take(under)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.replica.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Node {
    /// The home of a user, as soon as this node serves it; nothing if that takes longer than [`HOLD`].
    pub async fn home_of(&self, _user: &BareJid) -> Option<Arc<Home>> {
        let mut served = self.seats.get(&self.name())?.changes();
        let served = tokio::time::timeout(HOLD, served.wait_for(Option::is_some)).await;
        served.ok()?.ok()?.clone()
    }
}
