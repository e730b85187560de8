//! The receiving end of a channel.

use everpresent_link::delivery::{Answer, Items};
use everpresent_link::{Duplex, Incoming};
use tokio::sync::mpsc;

use crate::home::Home;
use crate::route::inbound::{Origin, Taken, take_in};

/// How many pages may be taken in and not confirmed yet.
const PAGES_UNCONFIRMED: usize = 16;

/// Takes in what comes, and confirms it when it is safe. Ends with the channel, when the home is served here no more, or
/// when the next stanza cannot be taken in.
pub async fn receive(home: &Home, origin: &Origin, duplex: Duplex<Answer, Items>) {
    let before = home.enter(|state| {
        let ledger = state.owner.ledger();
        Taken { up_to: ledger.received(origin.ledger), record: ledger.last() }
    });
    let Duplex { sender, receiver } = duplex;
    if sender.send(Answer::Ready { received: before.up_to }).await.is_err() {
        return;
    }
    let (tell, taken) = mpsc::channel(PAGES_UNCONFIRMED);
    tokio::join!(take(home, origin, before, receiver, tell), confirm(home, taken, sender));
}

async fn take(
    home: &Home,
    origin: &Origin,
    before: Taken,
    mut coming: Incoming<Items>,
    tell: mpsc::Sender<Taken>,
) {
    // The sender may not have been told of what came before: then nothing else would.
    if before.up_to > 0 && tell.send(before).await.is_err() {
        return;
    }
    loop {
        let items = tokio::select! {
            items = coming.recv() => items,
            () = home.until_closed() => return,
        };
        let Some(Items(items)) = items else { return };
        tokio::select! {
            () = home.node.monitor.router.opened() => {}
            () = home.until_closed() => return,
        }
        let Some(last) = items.last().map(|item| item.number) else { continue };
        let items = items.into_iter().map(|item| (item.number, item.stanza)).collect();
        let taken = match take_in(home, origin, items).await {
            Ok(taken) => taken,
            Err(refused) => {
                tracing::debug!(%refused, from = %origin.home, to = %home.name(), "a channel has to wait");
                return;
            }
        };
        if tell.send(taken).await.is_err() || taken.up_to < last {
            return;
        }
    }
}

/// Confirms what was taken in as soon as it is safe.
async fn confirm(home: &Home, mut taken: mpsc::Receiver<Taken>, sender: mpsc::Sender<Answer>) {
    while let Some(mut next) = taken.recv().await {
        while let Ok(later) = taken.try_recv() {
            next = later;
        }
        let safe = home.confirmed_in_time(next.record).await;
        if !safe || sender.send(Answer::Confirmed { up_to: next.up_to }).await.is_err() {
            return;
        }
    }
}
