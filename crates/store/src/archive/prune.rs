//! Removing old messages, a little at a time.

use everpresent_session::time::Timestamp;
use everpresent_stanza::BareJid;
use sqlx::query;

use crate::database::Database;
use crate::error::StoreError;
use crate::fields::Fields;

/// Messages are removed this many at a time, so that other writes get their turn in between.
const PRUNE_BATCH_ROWS: i64 = 500;

impl Database {
    /// Removes all messages of all archives that were received before this time, and says how many. It may take long on
    /// a large database; what is done stays done if it is dropped or fails. No fence: age is a matter of no owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn prune_archives(&self, before: Timestamp) -> Result<u64, StoreError> {
        const WHAT: &str = "prune archives";
        // The next archive with its oldest message. Within one, times rise with the ids, so a young first message ends it.
        let next = "SELECT account, at_ms FROM archive WHERE account > $1 ORDER BY account, id LIMIT 1";
        let mut account = String::new();
        let mut removed = 0;
        while let Some(row) = self.optional(WHAT, query(next).bind(account.clone())).await? {
            let fields = Fields::new(WHAT, &row);
            fields.text(0)?.clone_into(&mut account);
            if fields.time(1)? < before {
                removed += self.prune_archive(&account, before).await?;
            }
        }
        Ok(removed)
    }

    /// Empties a user's archive.
    pub(crate) async fn clear_archive(&self, user: &BareJid) -> Result<u64, StoreError> {
        self.prune_archive(user.as_str(), Timestamp(i64::MAX)).await
    }

    async fn prune_archive(&self, account: &str, before: Timestamp) -> Result<u64, StoreError> {
        let delete = "DELETE FROM archive WHERE account = $1 AND id IN \
                      (SELECT id FROM archive WHERE account = $1 AND at_ms < $2 ORDER BY id LIMIT $3)";
        let mut total = 0;
        loop {
            let batch = query(delete).bind(account.to_owned()).bind(before.0).bind(PRUNE_BATCH_ROWS);
            let removed = self.change("prune an archive", batch).await?;
            total += removed;
            if removed < PRUNE_BATCH_ROWS as u64 {
                return Ok(total);
            }
        }
    }
}
