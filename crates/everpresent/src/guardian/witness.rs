//! The guardian's own way to the witness rows.

use std::time::Duration;

use everpresent_server::config::DatabaseUrl;
use everpresent_server::start::fresh_incarnation;
use everpresent_session::ids::Incarnation;
use everpresent_store::Database;
use tokio::time::{sleep, timeout};

use crate::failure::{Exit, Failure};

/// A statement that has no answer after this is given up, with its connection.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// How often the connection is tried while nothing happens.
const REHEARSAL_INTERVAL: Duration = Duration::from_secs(5);
/// How soon it is tried again when it failed.
const REHEARSAL_AGAIN: Duration = Duration::from_secs(1);

/// A connection that is there before it is needed, and made anew when the database was away. Clones share it.
#[derive(Clone)]
pub(super) struct Witness {
    url: DatabaseUrl,
    database: Database,
}

impl Witness {
    /// Nothing is connected yet. Needs a runtime.
    ///
    /// # Errors
    /// When no database can be at this address.
    pub(super) fn new(url: &DatabaseUrl) -> Result<Self, Failure> {
        let database = Database::open_witness(url.expose());
        let database = database.map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
        Ok(Self { url: url.clone(), database })
    }

    pub(super) fn is_at(&self, url: &DatabaseUrl) -> bool {
        self.url == *url
    }

    /// Releases all homes of a dead process and says how many it had. What failed may have happened: try again.
    ///
    /// # Errors
    /// Why it is not known, for the log.
    pub(super) async fn release(&self, dead: Incarnation) -> Result<u64, String> {
        match timeout(ANSWER_LIMIT, self.database.release_homes(dead)).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err(format!("the database did not answer within {} s", ANSWER_LIMIT.as_secs())),
        }
    }

    /// Carries out the very statement that will be needed, for a process that never was, again and again: so a
    /// connection is open when it counts, and an operator hears of it when there is none.
    pub(super) async fn rehearse(self) {
        let nobody = fresh_incarnation();
        let mut failing = false;
        loop {
            let rehearsed = self.release(nobody).await;
            match &rehearsed {
                Ok(_) if failing => tracing::info!("the guardian reaches the witness rows again"),
                Err(error) if !failing => {
                    tracing::warn!(%error, "the guardian does not reach the witness rows; should the server die now, \
                        its homes are free only when its lease has run out");
                }
                _ => {}
            }
            failing = rehearsed.is_err();
            sleep(if failing { REHEARSAL_AGAIN } else { REHEARSAL_INTERVAL }).await;
        }
    }
}
