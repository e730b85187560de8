//! Learning that operators moved users to other homes: what this node remembers of that is then asked anew.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use everpresent_stanza::BareJid;
use everpresent_store::{Database, StoreError};
use tokio_util::sync::CancellationToken;

use crate::node::Node;
use crate::random;

/// How often it is looked whether users were moved.
pub const LOOK: Duration = Duration::from_secs(1);
/// The setting that changes with every order that moved somebody.
const SETTING: &str = "assignment-change";

/// Tells all nodes, this one at once.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn announce(node: &Node) -> Result<(), StoreError> {
    let change: u128 = random::id();
    node.store.set_setting(SETTING, &format!("{change:032x}")).await?;
    node.ask_homes_anew().await
}

/// Follows what other nodes announce, until cancelled.
pub(crate) async fn follow(node: Arc<Node>, stop: CancellationToken) {
    let mut known = None;
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = look(&node, &mut known).await {
            tracing::debug!(%error, "whether users were moved could not be read");
        }
    }
}

/// `known` is what was seen last: nothing before the first look, when this node remembers nothing yet either.
async fn look(node: &Node, known: &mut Option<String>) -> Result<(), StoreError> {
    let now = change(&node.store).await?;
    if known.as_ref().is_some_and(|known| *known != now) {
        node.ask_homes_anew().await?;
    }
    *known = Some(now);
    Ok(())
}

async fn change(store: &Database) -> Result<String, StoreError> {
    Ok(store.setting(SETTING).await?.unwrap_or_default())
}

impl Node {
    /// Forgets where users belong, and asks again for those with whom somebody here has to do.
    async fn ask_homes_anew(&self) -> Result<(), StoreError> {
        self.directory.forget_all();
        for home in self.seats.served() {
            let users = home.enter(|state| {
                let sessions = state.owner.ledger().sessions();
                sessions.map(|session| session.jid.to_bare()).collect::<BTreeSet<BareJid>>()
            });
            home.know_contacts_anew(&users.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(())
    }
}
