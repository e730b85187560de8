//! Message archives (XEP-0313): pages, single messages, metadata, pruning. Rows come with [`Database::commit`].

mod page;
mod prune;

use everpresent_session::ids::RowId;
use everpresent_session::row::ArchiveRow;
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Jid};
use sqlx::query;

use crate::database::Database;
use crate::error::StoreError;
use crate::fields::Fields;

/// The most rows of a page, whatever is asked for.
pub const ARCHIVE_PAGE_MAX_ROWS: u32 = 250;
/// A page ends early when its stanzas together are larger; it always has one row if there is one.
pub const ARCHIVE_PAGE_MAX_BYTES: usize = 1 << 20;
/// The most ids that [`Filter::ids`] may name.
pub const ARCHIVE_IDS_MAX: usize = 250;

/// Which messages of an archive (XEP-0313 §4.1). The default is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only with this address; a bare one matches all its resources.
    pub with: Option<Jid>,
    /// Only from this time on.
    pub start: Option<Timestamp>,
    /// Only up to this time, itself included.
    pub end: Option<Timestamp>,
    /// Only before this message.
    pub before_id: Option<RowId>,
    /// Only after this message.
    pub after_id: Option<RowId>,
    /// If there are any: only these.
    pub ids: Vec<RowId>,
}

/// Where a page lies in what the filter lets through (XEP-0059 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageFrom {
    /// The first page.
    First,
    /// The page that follows this message.
    After(RowId),
    /// The last page.
    Last,
    /// The page that ends just before this message.
    Before(RowId),
}

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// At most this many rows, and [`ARCHIVE_PAGE_MAX_ROWS`]. 0 asks for the count alone (XEP-0059 §2.7).
    pub max: u32,
    /// Where it lies.
    pub from: PageFrom,
    /// Newest first within the page (XEP-0313 §5.2, flipped pages).
    pub flip: bool,
}

/// A page of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Oldest first, unless flipped.
    pub rows: Vec<ArchiveRow>,
    /// There is nothing beyond this page in the direction of paging.
    pub complete: bool,
    /// How many messages the filter lets through, when asked for or known at no cost.
    pub count: Option<u64>,
    /// How many of them lie before the oldest row of the page, when known at no cost.
    pub first_index: Option<u64>,
}

/// One end of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveEnd {
    /// The message.
    pub id: RowId,
    /// When it was received.
    pub at: Timestamp,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A message that filter or paging names is not in the archive (`item-not-found`, XEP-0313 §4.1.5 and §5.1).
    #[error("message {0} is not in the archive")]
    NotFound(RowId),
    /// More than [`ARCHIVE_IDS_MAX`] ids (`policy-violation`).
    #[error("too many ids in one query, at most {ARCHIVE_IDS_MAX} are served")]
    TooManyIds,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The columns that [`archive_row`] reads, in its order.
const COLUMNS: &str = "id, at_ms, with_bare, with_resource, stanza_id, stanza";

impl Database {
    /// One message of a user's archive.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn archive_message(&self, user: &BareJid, id: RowId) -> Result<Option<ArchiveRow>, StoreError> {
        const WHAT: &str = "read an archived message";
        let sql = "SELECT id, at_ms, with_bare, with_resource, stanza_id, stanza FROM archive \
                   WHERE account = $1 AND id = $2";
        let select = query(sql).bind(user.as_str().to_owned()).bind(id.to_string());
        let row = self.optional(WHAT, select).await?;
        row.map(|row| archive_row(user, &Fields::new(WHAT, &row))).transpose()
    }

    /// The first and the last message of a user's archive (XEP-0313 §6); nothing if it is empty.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn archive_ends(&self, user: &BareJid) -> Result<Option<(ArchiveEnd, ArchiveEnd)>, StoreError> {
        const WHAT: &str = "read an archive's metadata";
        let sql = "SELECT id, at_ms FROM archive WHERE account = $1 AND id IN \
                   ((SELECT MIN(id) FROM archive WHERE account = $1), \
                    (SELECT MAX(id) FROM archive WHERE account = $1)) ORDER BY id";
        let rows = self.rows(WHAT, query(sql).bind(user.as_str().to_owned())).await?;
        let end = |row| {
            let fields = Fields::new(WHAT, row);
            Ok::<_, StoreError>(ArchiveEnd { id: fields.row_id(0)?, at: fields.time(1)? })
        };
        let ends = rows.iter().map(end).collect::<Result<Vec<_>, _>>()?;
        Ok(ends.first().copied().zip(ends.last().copied()))
    }
}

fn archive_row(user: &BareJid, fields: &Fields<'_>) -> Result<ArchiveRow, StoreError> {
    let (bare, resource) = (fields.text(2)?, fields.text(3)?);
    let with = if resource.is_empty() { Jid::new(bare) } else { Jid::new(&format!("{bare}/{resource}")) };
    let with = with.map_err(|_| StoreError::broken("read an archive", "an address in it cannot be read"))?;
    Ok(ArchiveRow {
        user: user.clone(),
        id: fields.row_id(0)?,
        at: fields.time(1)?,
        with,
        stanza_id: fields.text(4)?.to_owned(),
        stanza: fields.bytes(5)?,
    })
}
