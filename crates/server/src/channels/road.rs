//! The way to the owner of another home.

use std::sync::Arc;
use std::time::Duration;

use everpresent_link::Duplex;
use everpresent_link::delivery::{Answer, Items, Open};
use everpresent_session::ids::HomeName;
use tokio::time::timeout;

use super::{PAGES_UNDER_WAY, receive};
use crate::home::Home;
use crate::node::Node;
use crate::route::inbound::Origin;

/// How long the owner may take to say that it is ready.
const READY_TIMEOUT: Duration = Duration::from_secs(5);

/// An open way. It ends when one of its ends is dropped; then a new one begins with what is not confirmed.
#[derive(Debug)]
pub(super) struct Road {
    /// The highest number that the other home has: what comes behind it is sent.
    pub(super) received: u64,
    /// Stanzas go out, confirmations come in.
    pub(super) duplex: Duplex<Items, Answer>,
}

/// Opens the way to the owner of a home; nothing if nobody is known to own it, or the owner does not answer.
pub(super) async fn open(node: &Node, origin: &Origin, to: &HomeName) -> Option<Road> {
    let served = node.seats.get(to).and_then(|seat| seat.served()).filter(|home| !home.is_closed());
    let mut duplex = match served {
        Some(home) => here(home, origin.clone()),
        None => there(node, origin, to).await?,
    };
    match timeout(READY_TIMEOUT, duplex.receiver.recv()).await {
        Ok(Some(Answer::Ready { received })) => Some(Road { received, duplex }),
        _ => None,
    }
}

/// To a home that this process serves.
fn here(home: Arc<Home>, origin: Origin) -> Duplex<Items, Answer> {
    let (near, far) = Duplex::pair(PAGES_UNDER_WAY);
    tokio::spawn(async move { receive(&home, &origin, far).await });
    near
}

/// To a home that another node serves.
async fn there(node: &Node, origin: &Origin, to: &HomeName) -> Option<Duplex<Items, Answer>> {
    let peer = node.owner_of(to).await?;
    let (from_home, from_ledger) = (origin.home.clone(), origin.ledger);
    let opened = peer.deliver(Open { from_home, from_ledger, to_home: to.clone() }).await;
    opened.inspect_err(|error| tracing::debug!(%error, %to, "another home cannot be reached")).ok()
}
