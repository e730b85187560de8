//! The spool: messages that wait for their recipients. Rows come and go with [`Database::commit`] alone.

use everpresent_session::ids::RowId;
use everpresent_session::row::SpoolRow;
use everpresent_stanza::BareJid;
use futures_util::TryStreamExt;
use sqlx::query;

use crate::database::{Database, READ_TIMEOUT_SECONDS, within};
use crate::error::StoreError;
use crate::fields::Fields;

/// The most rows that [`Database::spool`] gives at once.
pub const SPOOL_READ_MAX_ROWS: u32 = 1_000;
/// When the stanzas read so far have this many bytes together, [`Database::spool`] stops.
pub const SPOOL_READ_MAX_BYTES: usize = 4 << 20;

/// How much waits for a user. Whoever adds to it keeps it within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolSize {
    /// Messages.
    pub rows: u64,
    /// Bytes of their stanzas together.
    pub bytes: u64,
}

impl Database {
    /// A user's waiting messages, oldest first, those after `after`, at most `limit` and [`SPOOL_READ_MAX_ROWS`]. Read
    /// one by one up to [`SPOOL_READ_MAX_BYTES`], so that many huge stanzas are never in memory together.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn spool(
        &self,
        user: &BareJid,
        after: Option<RowId>,
        limit: u32,
    ) -> Result<Vec<SpoolRow>, StoreError> {
        const WHAT: &str = "read the spool";
        let sql = "SELECT id, at_ms, archived, stanza FROM spool WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3";
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let limit = i64::from(limit.min(SPOOL_READ_MAX_ROWS));
        let select = query(sql).bind(user.as_str().to_owned()).bind(after).bind(limit);
        let mut lease = self.reader(WHAT).await?;
        let rows = within(WHAT, READ_TIMEOUT_SECONDS, async {
            let mut answer = select.fetch(lease.connection());
            let (mut rows, mut bytes) = (Vec::new(), 0);
            while bytes < SPOOL_READ_MAX_BYTES
                && let Some(row) = answer.try_next().await?
            {
                let row = spool_row(user, &Fields::new(WHAT, &row));
                bytes += row.as_ref().map_or(0, |row| row.stanza.len());
                rows.push(row);
            }
            Ok(rows)
        })
        .await?;
        lease.give_back();
        rows.into_iter().collect()
    }

    /// How much waits for a user.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn spool_size(&self, user: &BareJid) -> Result<SpoolSize, StoreError> {
        const WHAT: &str = "measure the spool";
        let sql = "SELECT COUNT(*), COALESCE(SUM(LENGTH(stanza)), 0) FROM spool WHERE account = $1";
        let row = self.optional(WHAT, query(sql).bind(user.as_str().to_owned())).await?;
        row.map_or(Ok(SpoolSize::default()), |row| {
            let fields = Fields::new(WHAT, &row);
            Ok(SpoolSize { rows: fields.count(0)?, bytes: fields.count(1)? })
        })
    }
}

fn spool_row(user: &BareJid, fields: &Fields<'_>) -> Result<SpoolRow, StoreError> {
    Ok(SpoolRow {
        user: user.clone(),
        id: fields.row_id(0)?,
        at: fields.time(1)?,
        archived: fields.flag(2)?,
        stanza: fields.bytes(3)?,
    })
}
