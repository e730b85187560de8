//! Whom the watch tells, and the names of what only happens.

use everpresent_alerts::{Channel, Deliverer, Options};

use crate::inventory::Inventory;
use crate::restart::Outcome;

/// File in the folder of the journal that says what was told and is not over.
const FILE: &str = "alerts.json";

/// A scheduled restart was not begun.
pub(super) const SKIPPED: &str = "RestartSkipped";

/// Begins to deliver as the inventory says. A watch whose notices cannot be delivered watches all the same.
pub(super) fn deliverer(inventory: &Inventory) -> Deliverer {
    let options = Options { memory: Some(inventory.journal.join(FILE)), ..Options::default() };
    let started = Channel::all(&inventory.alerts).map_err(|error| error.to_string());
    let started = started.and_then(|channels| {
        for channel in &channels {
            tracing::info!(
                channel = channel.name(),
                target = channel.target(),
                "operators are told by this way"
            );
        }
        Deliverer::start(channels, options).map_err(|error| error.to_string())
    });
    started.unwrap_or_else(|error| {
        tracing::error!(error, "operators cannot be told of alerts; see [alerts] in the inventory");
        Deliverer::silent()
    })
}

/// The name of the notice that a restart ended so.
pub(super) fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Restarted => "RestartDone",
        Outcome::NotVerified => "RestartNotVerified",
        Outcome::Failed => "RestartFailed",
        Outcome::Refused => "RestartRefused",
        Outcome::Unknown => "RestartUnknown",
    }
}
