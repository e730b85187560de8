//! What is too old is removed, a little at a time.

use sqlx::query;

use super::BridgeHistory;
use crate::error::StoreError;

/// Rows that are removed at once, so that recording gets its turn in between.
const PRUNE_ROWS: i64 = 5_000;

/// Each removes the oldest rows of a table, of one server where the table has servers.
const PRUNE: [&str; 4] = [
    "DELETE FROM bridge_sessions WHERE server = $1 AND at_ms IN \
     (SELECT at_ms FROM bridge_sessions WHERE server = $1 AND at_ms < $2 ORDER BY at_ms LIMIT $3)",
    "DELETE FROM bridge_calls WHERE server = $1 AND at_ms IN \
     (SELECT at_ms FROM bridge_calls WHERE server = $1 AND at_ms < $2 ORDER BY at_ms LIMIT $3)",
    "DELETE FROM bridge_restarts WHERE server = $1 AND at_ms IN \
     (SELECT at_ms FROM bridge_restarts WHERE server = $1 AND at_ms < $2 ORDER BY at_ms LIMIT $3)",
    "DELETE FROM bridge_verdicts WHERE $1 = $1 AND at_ms IN \
     (SELECT at_ms FROM bridge_verdicts WHERE at_ms < $2 ORDER BY at_ms LIMIT $3)",
];

impl BridgeHistory {
    /// Removes everything from before this moment, and says how many rows that were. What is done stays done if it is
    /// dropped or fails.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn prune(&self, before: i64) -> Result<u64, StoreError> {
        const WHAT: &str = "prune the history of bridges";
        let mut removed = 0;
        let mut servers = self.servers().await?;
        // Verdicts are of no server; they are removed once.
        servers.push(String::new());
        for server in servers {
            let tables = if server.is_empty() { &PRUNE[3..] } else { &PRUNE[..3] };
            for sql in tables {
                loop {
                    let batch = query(*sql).bind(server.clone()).bind(before).bind(PRUNE_ROWS);
                    let now = self.database.change(WHAT, batch).await?;
                    removed += now;
                    if now < PRUNE_ROWS as u64 {
                        break;
                    }
                }
            }
        }
        Ok(removed)
    }
}
