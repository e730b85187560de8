//! What the commands about bridges share.

use std::future::Future;

use everpresent_bridges::Inventory;

use crate::cli::InventoryArgument;
use crate::failure::{Exit, Failure};

/// Reads the inventory.
pub(super) fn inventory(argument: &InventoryArgument) -> Result<Inventory, Failure> {
    Inventory::load(&argument.inventory).map_err(|error| Failure::new(Exit::Config, error.to_string()))
}

/// Runs something that waits for others. A look-up of a name that hangs does not keep the command from its end.
pub(super) fn wait_for<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}
