//! The service `router`: looks whether the homes of this node can be entered, on a thread of its own, so that a lock which
//! is never given back is seen. While it does not run, stanzas wait where they come in.

use std::sync::Arc;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::STEP;
use super::service::Service;
use crate::node::Node;

/// Runs until it is ended; says why it had to end by itself.
pub(super) async fn run(node: Arc<Node>, service: Arc<Service>) -> String {
    loop {
        for home in node.seats.served() {
            if let Err(error) = spawn_blocking(move || home.enter(|_| ())).await {
                return format!("a home cannot be entered: {error}");
            }
        }
        if let Err(why) = service.step().await {
            return why;
        }
        sleep(STEP).await;
    }
}
