//! The sending end of a channel.

use std::sync::Arc;
use std::time::Duration;

use everpresent_link::Duplex;
use everpresent_link::delivery::{Answer, Item, Items};
use everpresent_session::channel::Outgoing;
use everpresent_session::ids::HomeName;
use everpresent_session::record::{Cause, Effect};
use tokio::sync::Notify;

use super::road::{self, Road};
use crate::home::Home;
use crate::route::away;
use crate::route::inbound::Origin;

/// About how many bytes of stanzas are sent at once.
const PAGE_BYTES: usize = 128 * 1024;
/// How long to wait before a way that ended, or that there is not, is tried again.
const FIRST_RETRY: Duration = Duration::from_millis(20);
/// The longest such wait.
const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// Carries what is for one other home, until this process serves the sending one no more.
pub(super) async fn pump_forever(home: Arc<Home>, to: HomeName, bell: Arc<Notify>) {
    tokio::select! {
        () = home.until_closed() => {}
        () = pump(&home, &to, &bell) => {}
    }
}

async fn pump(home: &Home, to: &HomeName, bell: &Notify) {
    let ledger = home.enter(|state| state.owner.ledger().id());
    let origin = Origin { home: home.name().clone(), ledger };
    let mut retry = FIRST_RETRY;
    loop {
        if home.enter(|state| state.owner.routes_after(to, 0, 1).is_empty()) {
            bell.notified().await;
            continue;
        }
        if let Some(road) = road::open(&home.node, &origin, to).await
            && carry(home, to, bell, road).await
        {
            retry = FIRST_RETRY;
        }
        pause(home, to, retry).await;
        retry = (retry * 2).min(LONGEST_RETRY);
    }
}

/// Waits a moment, or until this node begins to serve the other home.
async fn pause(home: &Home, to: &HomeName, time: Duration) {
    let begins = async {
        match home.node.seats.get(to) {
            Some(seat) => {
                let mut changes = seat.changes();
                changes.mark_unchanged();
                // The seat lives as long as its node.
                let _ = changes.changed().await;
            }
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = begins => {}
        () = tokio::time::sleep(time) => {}
    }
}

/// Sends what waits, and forgets what was confirmed, until the way ends. Returns whether anything was confirmed.
async fn carry(home: &Home, to: &HomeName, bell: &Notify, road: Road) -> bool {
    let Duplex { sender, mut receiver } = road.duplex;
    let (mut sent, mut more, mut any) = (road.received, true, false);
    loop {
        tokio::select! {
            biased;
            answer = receiver.recv() => match answer {
                Some(Answer::Confirmed { up_to }) if forget(home, to, up_to) => any = true,
                _ => return any,
            },
            room = sender.reserve(), if more => {
                let Ok(room) = room else { return any };
                let page = home.enter(|state| state.owner.routes_after(to, sent, PAGE_BYTES));
                more = !page.is_empty();
                sent = page.last().map_or(sent, |(number, _)| *number);
                if more {
                    room.send(Items(page.into_iter().map(|(number, stanza)| Item { number, stanza }).collect()));
                }
            }
            () = bell.notified(), if !more => more = true,
        }
    }
}

/// The other home has it: it need not be sent again. Returns false if the home is not served here at this moment.
fn forget(home: &Home, to: &HomeName, up_to: u64) -> bool {
    let now = home.node.clock.now();
    let recorded = home.record(|state| {
        let waits =
            |channel: &Outgoing| channel.waiting_from(0).next().is_some_and(|first| first.number <= up_to);
        if !state.owner.ledger().outgoing().get(to).is_some_and(waits) {
            return Ok(());
        }
        let mut transaction = state.owner.begin(now, Cause::Channel);
        transaction.effect(Effect::Routed { to: to.clone(), up_to });
        state.commit(transaction)?;
        let mut transaction = state.owner.begin(now, Cause::Channel);
        away::send_unsent(state, &mut transaction, to);
        state.commit(transaction).map(drop)
    });
    recorded.is_some()
}
