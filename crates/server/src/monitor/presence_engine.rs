//! The service `presence-engine`: what contacts see changes with time too, so it sweeps the homes of this node. While it
//! does not run, presence waits where it comes in.

use std::collections::BTreeMap;
use std::sync::Arc;

use everpresent_session::ids::{Epoch, HomeName};
use tokio::time::{MissedTickBehavior, interval};

use super::service::Service;
use crate::node::Node;
use crate::sweep::{SWEEP, Sweeper};

/// Runs until it is ended; says why it had to end by itself.
pub(super) async fn run(node: Arc<Node>, service: Arc<Service>) -> String {
    let mut tick = interval(SWEEP);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sweepers: BTreeMap<(HomeName, Epoch), Sweeper> = BTreeMap::new();
    loop {
        tick.tick().await;
        let served = node.seats.served();
        sweepers.retain(|(name, epoch), _| {
            served.iter().any(|home| home.name() == name && home.fence.epoch == *epoch)
        });
        for home in served {
            let key = (home.name().clone(), home.fence.epoch);
            sweepers.entry(key).or_insert_with(|| Sweeper::of(&home)).sweep(&home);
        }
        if let Err(why) = service.step().await {
            return why;
        }
    }
}
