//! What is done now and then with data that grew old.

use std::time::Duration;

use everpresent_session::time::Timestamp;

use crate::node::Node;

/// How often archives are pruned.
const PRUNE: Duration = Duration::from_secs(6 * 3_600);
/// How long after the start that is done first, so that a start is not slowed down by it.
const FIRST_PRUNE: Duration = Duration::from_secs(300);

/// Removes archived messages older than the configuration says, now and then, until the node stops.
pub async fn prune_forever(node: &Node) {
    tokio::time::sleep(FIRST_PRUNE).await;
    loop {
        let keep = i64::from(node.config.archive.keep_days).saturating_mul(86_400_000);
        let before = Timestamp(node.clock.now().wall.0.saturating_sub(keep));
        match node.store.prune_archives(before).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old messages were removed from archives"),
            Err(error) => tracing::warn!(%error, "archives could not be pruned; that is tried again later"),
        }
        tokio::time::sleep(PRUNE).await;
    }
}
