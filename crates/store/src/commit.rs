//! The one way in which owners of homes write: a batch of rows, whole or not at all, under a fence.

mod batch;
mod table;
mod values;

use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use everpresent_session::row::Row;
use everpresent_stanza::Jid;
use sqlx::{AnyConnection, query, query_with};

use crate::database::{self, Backend, Database, WRITE_TIMEOUT_SECONDS, within};
use crate::error::StoreError;
use batch::Batch;

/// The most rows of a batch.
pub const BATCH_MAX_ROWS: usize = 4_096;
/// The longest text that may be part of a row's key: an address, or a user agent's id. PostgreSQL's indexes hold two of
/// them in an entry of at most 2,704 bytes.
pub const KEY_MAX_BYTES: usize = 1_280;

const WHAT: &str = "commit a batch";

/// Whose write it is: the owner of a home under one of its epochs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The home.
    pub home: HomeName,
    /// The epoch under which it is owned.
    pub epoch: Epoch,
    /// The process that owns it.
    pub incarnation: Incarnation,
}

/// Why a batch was not committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The witness row names another epoch or process: nothing was written, and the writer is no longer the owner.
    #[error("this process no longer owns the home, nothing was written")]
    Fenced,
    /// A row cannot be stored at all, see [`check`]; nothing was written.
    #[error("a row cannot be stored, nothing was written: {0}")]
    Refused(#[from] RowError),
    /// The database failed. After [`StoreError::Retry`] the batch may or may not be there; commit it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// Whether the same call may succeed later.
    pub fn retry_helps(&self) -> bool {
        matches!(self, Self::Store(error) if error.retry_helps())
    }
}

/// Why a row cannot be stored, on either database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// An address, a user agent's id or a home's name is longer than [`KEY_MAX_BYTES`].
    #[error("a key of {0} bytes is too long, at most {KEY_MAX_BYTES} are stored")]
    LongKey(usize),
    /// A version, epoch or record number is beyond 63 bits.
    #[error("a number is too large")]
    LargeNumber,
    /// Text with a NUL in it.
    #[error("a text has a NUL in it")]
    Nul,
    /// More than [`BATCH_MAX_ROWS`].
    #[error("{0} rows are too many for one batch, at most {BATCH_MAX_ROWS} are written")]
    TooMany(usize),
}

/// Whether a row can be stored: to be asked where the row comes in, so that one strange address costs its sender an
/// error and not everybody a batch.
///
/// # Errors
/// What is wrong with it.
pub fn check(row: &Row) -> Result<(), RowError> {
    let bare = |jid: &Jid| jid.as_str().split('/').next().map_or(0, str::len);
    let (user, other, text, number) = match row {
        Row::Archive(row) => (row.user.as_str(), bare(&row.with), row.stanza_id.as_str(), 0),
        Row::Spool(row) => (row.user.as_str(), 0, "", 0),
        Row::SpoolGone { user, .. } | Row::ArchivePreferences { user, .. } => (user.as_str(), 0, "", 0),
        Row::Roster(row) => {
            if row.groups.iter().any(|group| group.contains('\0')) {
                return Err(RowError::Nul);
            }
            (row.user.as_str(), row.contact.as_str().len(), row.name.as_str(), row.version)
        }
        Row::RosterGone { user, contact, version } => (user.as_str(), contact.as_str().len(), "", *version),
        Row::Blocked { user, jid } | Row::Unblocked { user, jid } => {
            (user.as_str(), jid.as_str().len(), "", 0)
        }
        Row::Token(row) => (row.user.as_str(), row.user_agent.len(), row.user_agent.as_str(), 0),
        Row::TokenGone { user, user_agent, .. } => (user.as_str(), user_agent.len(), user_agent.as_str(), 0),
        Row::Head(row) => ("", 0, row.user_agent.as_deref().unwrap_or(""), 0),
        Row::Route(row) => ("", row.to.as_str().len(), row.to.as_str(), 0),
        Row::HeadGone { .. } | Row::RouteGone { .. } => ("", 0, "", 0),
    };
    match user.len().max(other) {
        long if long > KEY_MAX_BYTES => Err(RowError::LongKey(long)),
        _ if i64::try_from(number).is_err() => Err(RowError::LargeNumber),
        _ if text.contains('\0') => Err(RowError::Nul),
        _ => Ok(()),
    }
}

impl Database {
    /// Writes a batch in one transaction, durable when this returns. Rows are set to what they say, whatever was there
    /// before, so the same batch twice is the same as once; of several rows of a batch with the same key the last one
    /// counts. The witness row is checked in the same transaction.
    ///
    /// Batches of one home must be committed one after the other. A call that is dropped may or may not have happened.
    ///
    /// # Errors
    /// [`CommitError`]; nothing of the batch is there unless it is [`StoreError::Retry`], and then all or nothing.
    pub async fn commit(&self, fence: &Fence, rows: &[Row]) -> Result<(), CommitError> {
        if rows.len() > BATCH_MAX_ROWS {
            return Err(RowError::TooMany(rows.len()).into());
        }
        let epoch = i64::try_from(fence.epoch.0).map_err(|_| RowError::LargeNumber)?;
        rows.iter().try_for_each(check)?;
        let batch = Batch::new(rows);
        let mut lease = self.writer(WHAT).await?;
        let owned = within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let connection = self.begin(&mut lease).await?;
            let owned = self.owns(connection, fence, epoch).await?;
            if owned {
                write(self.backend(), connection, fence, &batch).await?;
                database::commit(connection).await?;
            } else {
                database::roll_back(connection).await?;
            }
            Ok(owned)
        })
        .await?;
        lease.give_back();
        if owned { Ok(()) } else { Err(CommitError::Fenced) }
    }

    /// Whether the fence holds. On PostgreSQL the row is locked against changes to the end of the transaction; on SQLite
    /// the transaction is the only writer.
    async fn owns(
        &self,
        connection: &mut AnyConnection,
        fence: &Fence,
        epoch: i64,
    ) -> Result<bool, sqlx::Error> {
        let select = match self.backend() {
            Backend::Sqlite => "SELECT 1 FROM homes WHERE home = $1 AND epoch = $2 AND incarnation = $3",
            Backend::Postgres => {
                "SELECT 1 FROM homes WHERE home = $1 AND epoch = $2 AND incarnation = $3 FOR SHARE"
            }
        };
        let select = query(select).bind(fence.home.as_str()).bind(epoch).bind(fence.incarnation.to_string());
        Ok(select.fetch_optional(connection).await?.is_some())
    }
}

async fn write(
    backend: Backend,
    connection: &mut AnyConnection,
    fence: &Fence,
    batch: &Batch<'_>,
) -> Result<(), sqlx::Error> {
    for (table, rows) in batch.groups() {
        for (sql, rows) in table.statements(backend, rows) {
            let arguments = values::of(table, rows, fence)?;
            query_with(sql, arguments).execute(&mut *connection).await?;
        }
    }
    Ok(())
}
