//! The addresses of servers that the inventory calls by a name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use everpresent_audit::ServerId;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::inventory::Inventory;

/// How long a name server may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// Addresses that are taken of one name.
const MAX_ADDRESSES: usize = 16;

/// Addresses by server. One whose name cannot be looked up now has none: its lines are then known by their headers, and what
/// it sends from an unknown address is not taken.
pub(super) async fn addresses(inventory: &Inventory) -> BTreeMap<ServerId, BTreeSet<IpAddr>> {
    let mut looks = JoinSet::new();
    for (id, _) in inventory.deployment.servers() {
        let address = inventory.entry(id).address.clone();
        if address.parse::<IpAddr>().is_err() {
            looks.spawn(async move { (id, look_up(&address).await) });
        }
    }
    let mut found = BTreeMap::new();
    while let Some(look) = looks.join_next().await {
        let Ok((id, addresses)) = look else { continue };
        found.insert(id, addresses);
    }
    found
}

async fn look_up(name: &str) -> BTreeSet<IpAddr> {
    match timeout(DEADLINE, tokio::net::lookup_host((name, 0))).await {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip()).take(MAX_ADDRESSES).collect(),
        Ok(Err(error)) => {
            tracing::warn!(name, %error, "a server of the inventory has no address");
            BTreeSet::new()
        }
        Err(_) => {
            tracing::warn!(name, "the name server does not answer");
            BTreeSet::new()
        }
    }
}
