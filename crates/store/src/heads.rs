//! Session heads: what a restart must know of each session of a home. They come and go with [`Database::commit`].

use everpresent_session::ids::{HomeName, SessionId};
use everpresent_session::row::HeadRow;
use everpresent_stanza::FullJid;
use sqlx::query;

use crate::database::Database;
use crate::error::StoreError;
use crate::fields::Fields;

/// Heads are read this many at a time.
const HEADS_READ_ROWS: i64 = 1_000;

impl Database {
    /// The heads of all sessions of a home, in no order that means anything. There are as many as the home had
    /// sessions; the ledger bounds them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn heads(&self, home: &HomeName) -> Result<Vec<HeadRow>, StoreError> {
        const WHAT: &str = "read session heads";
        let sql = "SELECT session, jid, user_agent, handled, presence, directed, opened_ms FROM heads \
                   WHERE home = $1 AND session > $2 ORDER BY session LIMIT $3";
        let mut heads: Vec<HeadRow> = Vec::new();
        loop {
            let after = heads.last().map(|head| head.session.to_string()).unwrap_or_default();
            let select = query(sql).bind(home.as_str().to_owned()).bind(after).bind(HEADS_READ_ROWS);
            let rows = self.rows(WHAT, select).await?;
            for row in &rows {
                heads.push(head(&Fields::new(WHAT, row))?);
            }
            if (rows.len() as i64) < HEADS_READ_ROWS {
                return Ok(heads);
            }
        }
    }

    /// How many sessions of a home have a head.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn head_count(&self, home: &HomeName) -> Result<u64, StoreError> {
        const WHAT: &str = "count session heads";
        let select = query("SELECT COUNT(*) FROM heads WHERE home = $1").bind(home.as_str().to_owned());
        let row = self.optional(WHAT, select).await?;
        row.map_or(Ok(0), |row| Fields::new(WHAT, &row).count(0))
    }
}

fn head(fields: &Fields<'_>) -> Result<HeadRow, StoreError> {
    let session: SessionId = fields.session_id(0)?;
    let jid = FullJid::try_from(fields.jid(1)?)
        .map_err(|_| StoreError::broken("read session heads", "a head's address has no resource"))?;
    Ok(HeadRow {
        session,
        jid,
        user_agent: fields.optional_text(2)?.map(str::to_owned),
        handled: fields.small_count(3)?,
        presence: fields.optional_bytes(4)?,
        directed: fields.jids(5)?,
        opened: fields.time(6)?,
    })
}
