//! Pages of an archive.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use everpresent_session::ids::RowId;
use everpresent_session::row::ArchiveRow;
use everpresent_stanza::BareJid;
use futures_util::TryStreamExt;
use sqlx::any::AnyArguments;
use sqlx::{Any, Arguments, AssertSqlSafe, Encode, Type, query_with};

use super::{
    ARCHIVE_IDS_MAX, ARCHIVE_PAGE_MAX_BYTES, ARCHIVE_PAGE_MAX_ROWS, ArchiveError, COLUMNS, Filter, Page,
    PageFrom, Paging, archive_row,
};
use crate::database::{Database, READ_TIMEOUT_SECONDS, Statement, within};
use crate::error::StoreError;
use crate::fields::{Fields, bare_and_resource};

const WHAT: &str = "read an archive";

impl Database {
    /// A page of a user's archive.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub async fn archive_page(
        &self,
        user: &BareJid,
        filter: &Filter,
        paging: Paging,
    ) -> Result<Page, ArchiveError> {
        if filter.ids.len() > ARCHIVE_IDS_MAX {
            return Err(ArchiveError::TooManyIds);
        }
        self.check_named(user, filter, paging.from).await?;
        if paging.max == 0 {
            let count = self.matching(user, filter).await?;
            return Ok(Page {
                rows: Vec::new(),
                complete: count == 0,
                count: Some(count),
                first_index: None,
            });
        }
        let backwards = matches!(paging.from, PageFrom::Last | PageFrom::Before(_));
        let max = paging.max.min(ARCHIVE_PAGE_MAX_ROWS);
        let mut conditions = Conditions::new(user, filter);
        conditions.from(paging.from);
        // One more than asked for tells whether there is more.
        let limit = conditions.argument(i64::from(max) + 1);
        let order = if backwards { " DESC" } else { "" };
        let statement = conditions.select(COLUMNS, &format!(" ORDER BY id{order} LIMIT ${limit}"));
        let (mut rows, more) = self.bounded(user, statement, max as usize).await?;
        if backwards != paging.flip {
            rows.reverse();
        }
        let reaches_start = matches!(paging.from, PageFrom::First) || (backwards && !more);
        let whole = !more && matches!(paging.from, PageFrom::First | PageFrom::Last);
        Ok(Page {
            complete: !more,
            count: whole.then_some(rows.len() as u64),
            first_index: (reaches_start && !rows.is_empty()).then_some(0),
            rows,
        })
    }

    /// Rows up to the bounds of a page, and whether there were more. Read one by one, so that a page of huge stanzas is
    /// never in memory.
    async fn bounded(
        &self,
        user: &BareJid,
        statement: Statement,
        max: usize,
    ) -> Result<(Vec<ArchiveRow>, bool), StoreError> {
        let mut lease = self.reader(WHAT).await?;
        let mut unreadable = None;
        let (rows, more) = within(WHAT, READ_TIMEOUT_SECONDS, async {
            let mut answer = statement.fetch(lease.connection());
            let mut rows: Vec<ArchiveRow> = Vec::new();
            let mut bytes = 0;
            while let Some(row) = answer.try_next().await? {
                match archive_row(user, &Fields::new(WHAT, &row)) {
                    Ok(row) => {
                        bytes += row.stanza.len();
                        if rows.len() == max || (bytes > ARCHIVE_PAGE_MAX_BYTES && !rows.is_empty()) {
                            return Ok((rows, true));
                        }
                        rows.push(row);
                    }
                    Err(error) => unreadable = Some(error),
                }
            }
            Ok((rows, false))
        })
        .await?;
        lease.give_back();
        unreadable.map_or(Ok((rows, more)), Err)
    }

    /// Every message that is named must exist, in the archive though not in what the filter lets through.
    async fn check_named(&self, user: &BareJid, filter: &Filter, from: PageFrom) -> Result<(), ArchiveError> {
        let anchor = match from {
            PageFrom::After(id) | PageFrom::Before(id) => Some(id),
            PageFrom::First | PageFrom::Last => None,
        };
        let named = filter.ids.iter().copied().chain(filter.before_id).chain(filter.after_id).chain(anchor);
        let named: BTreeSet<RowId> = named.collect();
        if named.is_empty() {
            return Ok(());
        }
        let ids: Vec<RowId> = named.iter().copied().collect();
        let mut conditions = Conditions::new(user, &Filter { ids, ..Filter::default() });
        conditions.common = named.len() == 1;
        let rows = self.rows(WHAT, conditions.select("id", "")).await?;
        let found =
            rows.iter().map(|row| Fields::new(WHAT, row).row_id(0)).collect::<Result<BTreeSet<_>, _>>()?;
        named.difference(&found).next().map_or(Ok(()), |missing| Err(ArchiveError::NotFound(*missing)))
    }

    async fn matching(&self, user: &BareJid, filter: &Filter) -> Result<u64, StoreError> {
        let row = self.optional(WHAT, Conditions::new(user, filter).select("COUNT(*)", "")).await?;
        row.map_or(Ok(0), |row| Fields::new(WHAT, &row).count(0))
    }
}

/// A growing `WHERE` with its arguments.
struct Conditions {
    sql: String,
    arguments: AnyArguments,
    /// Many queries look like this, so the statement is kept prepared.
    common: bool,
}

impl Conditions {
    fn new(user: &BareJid, filter: &Filter) -> Self {
        let mut all =
            Self { sql: String::new(), arguments: AnyArguments::default(), common: filter.ids.is_empty() };
        all.and("account =", user.as_str().to_owned());
        if let Some(with) = &filter.with {
            let (bare, resource) = bare_and_resource(with);
            all.and("with_bare =", bare.to_owned());
            if !resource.is_empty() {
                all.and("with_resource =", resource.to_owned());
            }
        }
        if let Some(start) = filter.start {
            all.and("at_ms >=", start.0);
        }
        if let Some(end) = filter.end {
            all.and("at_ms <=", end.0);
        }
        if let Some(id) = filter.before_id {
            all.and("id <", id.to_string());
        }
        if let Some(id) = filter.after_id {
            all.and("id >", id.to_string());
        }
        if !filter.ids.is_empty() {
            all.any_id(&filter.ids);
        }
        all
    }

    fn from(&mut self, from: PageFrom) {
        match from {
            PageFrom::After(id) => self.and("id >", id.to_string()),
            PageFrom::Before(id) => self.and("id <", id.to_string()),
            PageFrom::First | PageFrom::Last => {}
        }
    }

    fn and<'v, V: Encode<'v, Any> + Type<Any>>(&mut self, condition: &str, value: V) {
        let joint = if self.sql.is_empty() { "" } else { " AND " };
        let place = self.argument(value);
        // Writing to a string cannot fail.
        let _ = write!(self.sql, "{joint}{condition} ${place}");
    }

    fn any_id(&mut self, ids: &[RowId]) {
        let places: Vec<String> =
            ids.iter().map(|id| format!("${}", self.argument(id.to_string()))).collect();
        let _ = write!(self.sql, " AND id IN ({})", places.join(", "));
    }

    /// Adds an argument and says its number.
    fn argument<'v, V: Encode<'v, Any> + Type<Any>>(&mut self, value: V) -> usize {
        // Numbers and texts always encode.
        let _ = self.arguments.add(value);
        self.arguments.len()
    }

    fn select(self, columns: &str, rest: &str) -> Statement {
        let sql = format!("SELECT {columns} FROM archive WHERE {}{rest}", self.sql);
        query_with(AssertSqlSafe(sql), self.arguments).persistent(self.common)
    }
}
