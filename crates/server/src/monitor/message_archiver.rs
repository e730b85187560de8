//! The service `message-archiver`: removes messages that are older than the configuration says. While it does not run,
//! archives cannot be queried; what is sent meanwhile is archived all the same, with the messages themselves.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use everpresent_session::time::Timestamp;
use tokio::time::sleep;

use super::STEP;
use super::service::Service;
use crate::node::Node;

/// How often archives are pruned.
const PRUNE: Duration = Duration::from_secs(6 * 3_600);
/// How long after the start that is done first, so that a start is not slowed down by it.
const FIRST_PRUNE: Duration = Duration::from_secs(300);

/// Runs until it is ended; says why it had to end by itself.
pub(super) async fn run(node: Arc<Node>, service: Arc<Service>) -> String {
    let steps = async {
        loop {
            if let Err(why) = service.step().await {
                return why;
            }
            sleep(STEP).await;
        }
    };
    tokio::select! {
        why = steps => why,
        never = prune_now_and_then(&node) => match never {},
    }
}

async fn prune_now_and_then(node: &Node) -> Infallible {
    sleep(FIRST_PRUNE).await;
    loop {
        prune(node).await;
        sleep(PRUNE).await;
    }
}

async fn prune(node: &Node) {
    let keep = i64::from(node.config.archive.keep_days).saturating_mul(86_400_000);
    let before = Timestamp(node.clock.now().wall.0.saturating_sub(keep));
    match node.store.prune_archives(before).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "old messages were removed from archives"),
        Err(error) => tracing::warn!(%error, "archives could not be pruned; that is tried again later"),
    }
}
