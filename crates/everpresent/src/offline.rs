//! Accounts and parameters while the server does not run: on its database.

mod accounts;

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use everpresent_console::Refusal;
use everpresent_server::config::Config;
use everpresent_session::ids::HomeName;
use everpresent_store::Database;
use tokio::runtime::Runtime;

use crate::failure::{Exit, Failure};
pub(crate) use accounts::Accounts;

/// The database of a node that does not run.
pub(crate) struct Offline {
    runtime: Runtime,
    accounts: Accounts,
}

impl Offline {
    /// Opens the database of this configuration, and says so: it changes nothing for a server that runs after all.
    pub(crate) fn open(config: &Config) -> Result<Self, Failure> {
        make_folder(&config.node.data_dir)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
        let opened = runtime.block_on(Database::open(config.database.url.expose()));
        let database = opened.map_err(|error| {
            let exit = if error.retry_helps() { Exit::Unreachable } else { Exit::Failed };
            Failure::new(
                exit,
                format!("the server does not run, and its database {}: {error}", config.database.url),
            )
        })?;
        anstream::eprintln!("note: the server does not run; working on its database {}", config.database.url);
        let home = HomeName::new(&config.node.name);
        Ok(Self { runtime, accounts: Accounts::new(database, config.node.domains.clone(), home) })
    }

    /// Has one thing done.
    pub(crate) fn run<'a, T, F>(&'a self, ask: impl FnOnce(&'a Accounts) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        Ok(self.runtime.block_on(ask(&self.accounts))?)
    }

    /// The same for what is not about accounts.
    pub(crate) fn run_on_database<'a, T, F>(
        &'a self,
        ask: impl FnOnce(&'a Database) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        Ok(self.runtime.block_on(ask(self.accounts.database()))?)
    }
}

impl Drop for Offline {
    fn drop(&mut self) {
        self.runtime.block_on(self.accounts.close());
    }
}

/// The data folder, for its owner only, as the server makes it.
fn make_folder(dir: &Path) -> Result<(), Failure> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| Failure::failed(format!("`data_dir` in [node]: {}: {error}", dir.display())))
}
