//! Channels between homes: what a record put into one is carried to the owner of the other home, in order, until that
//! has confirmed it. Homes that are served by the same process talk in the same way.

mod arrivals;
mod pump;
mod road;

use std::collections::BTreeMap;
use std::sync::Arc;

use everpresent_session::ids::HomeName;
use tokio::sync::Notify;

pub use arrivals::receive;

use crate::home::Home;

/// How many pages may be on their way to another home of this process. What is beyond waits in its channel.
const PAGES_UNDER_WAY: usize = 4;

/// Carries what leaves a home for others, until this process serves the home no more.
pub async fn send_forever(home: Arc<Home>) {
    tokio::select! {
        () = home.until_closed() => {}
        () = watch(&home) => {}
    }
}

/// Begins a pump for each home that something is for: a slow one holds up nobody else.
async fn watch(home: &Arc<Home>) {
    let mut pumps: BTreeMap<HomeName, Arc<Notify>> = BTreeMap::new();
    loop {
        let destinations: Vec<HomeName> =
            home.enter(|state| state.owner.ledger().outgoing().keys().cloned().collect());
        for to in destinations {
            pumps.entry(to).or_insert_with_key(|to| {
                let bell = Arc::new(Notify::new());
                tokio::spawn(pump::pump_forever(home.clone(), to.clone(), bell.clone()));
                bell
            });
        }
        for bell in pumps.values() {
            bell.notify_one();
        }
        home.for_homes.notified().await;
    }
}
