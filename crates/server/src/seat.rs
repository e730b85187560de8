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
use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use everpresent_session::ledger::Ledger;
use everpresent_session::replica::Replica;
use everpresent_stanza::BareJid;
use tokio::sync::{mpsc, watch};

pub(crate) use receive::refuse;
pub use seats::Seats;
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// The witness row as last read.
    pub row: Option<WitnessRow>,
    /// The epoch under which this process owns the home.
    pub own: Option<Epoch>,
    /// Whether this process claims the home: before the row may say so, until it owns the home or has lost the claim.
    pub claiming: bool,
}

impl Shown {
    /// Whether this process owns the home, or is about to.
    pub(crate) fn is_ours(&self) -> bool {
        self.own.is_some() || self.claiming
    }

    /// Whether another process owns the home, as far as is known. It may be dead already.
    pub(crate) fn is_of_another(&self, own: Incarnation) -> bool {
        let owner = self.row.as_ref().and_then(|row| row.incarnation);
        self.own.is_none() && owner.is_some_and(|owner| owner != own)
    }
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

    /// This node begins to serve the home, or no longer does. A takeover whose time is over comes too late.
    fn serve(&self, home: Option<Arc<Home>>) {
        let mut before = None;
        self.served.send_modify(|served| {
            before = std::mem::replace(served, home.filter(|home| !home.is_closed()));
        });
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

    fn show(&self, now: Shown) {
        self.shown.send_if_modified(|shown| {
            let differs = *shown != now;
            *shown = now;
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

/// Who serves a user.
#[derive(Debug)]
pub enum ServedBy {
    /// This node does.
    Here(Arc<Home>),
    /// Another node: this is the home.
    Elsewhere(HomeName),
    /// Nobody is known to, and somebody may soon: the client is let go and comes again.
    Nobody,
}

impl Node {
    /// Who serves a user. While that is open, waits for this node to do so, at most for [`HOLD`]. Somebody who is not a
    /// user is dealt with like a user of this node's own home.
    pub async fn home_of(&self, user: &BareJid) -> ServedBy {
        if !self.directory.has_several_homes() {
            return self.serving_node(self.name()).await;
        }
        let in_memory = |home: &Arc<Home>| home.enter(|state| state.accounts.get(user).is_some());
        if let Some(home) = self.seats.served().into_iter().find(in_memory) {
            return ServedBy::Here(home);
        }
        match self.directory.home(&self.store, user).await {
            Ok(home) => self.serving_node(home.unwrap_or_else(|| self.name())).await,
            Err(error) => {
                tracing::warn!(%error, "the home of a user could not be read");
                ServedBy::Nobody
            }
        }
    }

    /// The node that owns a home, as its row says.
    pub async fn owner_of(&self, home: &HomeName) -> Option<everpresent_link::Peer> {
        let seen = self.seats.get(home).and_then(|seat| seat.shown().borrow().row.clone());
        let owner = match seen {
            Some(row) => row.owner,
            None => HomeName::new(&self.store.read_home(home).await.ok()??.owner),
        };
        if owner == self.name() { None } else { self.peers.to(&owner) }
    }

    async fn serving_node(&self, home: HomeName) -> ServedBy {
        let Some(seat) = self.seats.get(&home) else { return ServedBy::Elsewhere(home) };
        let mut served = seat.changes();
        let here = async {
            let served = served.wait_for(Option::is_some).await;
            served.ok().and_then(|served| served.clone())
        };
        let elsewhere = async {
            // The seat lives as long as its node, so this ends only when it is so.
            let _ = seat.shown().wait_for(|shown| shown.is_of_another(self.incarnation)).await;
        };
        tokio::select! {
            biased;
            served = here => served.map_or(ServedBy::Nobody, ServedBy::Here),
            () = elsewhere => ServedBy::Elsewhere(home),
            () = tokio::time::sleep(HOLD) => ServedBy::Nobody,
        }
    }
}
