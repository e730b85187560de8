//! The service `database`: asks it something small, again and again.

use std::sync::Arc;

use tokio::time::{sleep, timeout};

use super::Health;
use super::STEP;
use super::service::Service;
use crate::node::Node;

/// Runs until it is ended; says why it had to end by itself.
pub(super) async fn run(node: Arc<Node>, service: Arc<Service>) -> String {
    loop {
        let health = match timeout(2 * STEP, node.store.ping()).await {
            Ok(Ok(())) => Health::Up,
            Ok(Err(error)) => Health::Down(error.to_string()),
            Err(_) => Health::Down(format!("no answer within {} s", (2 * STEP).as_secs())),
        };
        if let Err(why) = service.step_as(health).await {
            return why;
        }
        sleep(STEP).await;
    }
}
