//! Which home a user is assigned to. A failover moves homes between nodes, never users between homes.

use everpresent_session::ids::{Epoch, HomeName};
use everpresent_stanza::BareJid;
use sqlx::{AssertSqlSafe, query};

use crate::accounts::{ACCOUNTS_PAGE_MAX_ROWS, AccountError};
use crate::database::{Database, Statement};
use crate::error::StoreError;
use crate::fields::Fields;

/// How many users a question is about. Few different numbers, so that all statements stay prepared on their connection; a
/// list that is shorter is filled up with its last user.
const CHUNK_USERS: [usize; 2] = [16, 256];

/// Users without a home are adopted this many at a time, so that no statement runs into its time limit.
const ADOPT_ROWS: i64 = 2_000;

/// Where a user belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserHome {
    /// Nowhere: there is no such account.
    NoAccount,
    /// The account exists and was not assigned yet: it was made before there were homes.
    NotAssigned,
    /// This home.
    At(HomeName),
}

impl Database {
    /// Where a user belongs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_home(&self, user: &BareJid) -> Result<UserHome, StoreError> {
        const WHAT: &str = "read a user's home";
        let select = query("SELECT home FROM users WHERE account = $1").bind(user.as_str().to_owned());
        let Some(row) = self.optional(WHAT, select).await? else { return Ok(UserHome::NoAccount) };
        Ok(Fields::new(WHAT, &row).home(0)?.map_or(UserHome::NotAssigned, UserHome::At))
    }

    /// Where many users belong: those that have a home, in no order. Users without an account, or not assigned yet, are left
    /// out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_homes(&self, users: &[BareJid]) -> Result<Vec<(BareJid, HomeName)>, StoreError> {
        const WHAT: &str = "read the homes of users";
        let mut homes = Vec::with_capacity(users.len());
        for chunk in users.chunks(CHUNK_USERS[CHUNK_USERS.len() - 1]) {
            let size = CHUNK_USERS.into_iter().find(|size| *size >= chunk.len()).unwrap_or(chunk.len());
            let list = (1..=size).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
            let sql = format!("SELECT account, home FROM users WHERE account IN ({list}) AND home <> ''");
            let fill = chunk.last().into_iter().cycle().take(size - chunk.len());
            let bind = |select: Statement, user: &BareJid| select.bind(user.as_str().to_owned());
            let select = chunk.iter().chain(fill).fold(query(AssertSqlSafe(sql)), bind);
            for row in &self.rows(WHAT, select).await? {
                let fields = Fields::new(WHAT, row);
                homes.push((fields.bare_jid(0)?, HomeName::new(fields.text(1)?)));
            }
        }
        Ok(homes)
    }

    /// Assigns a user to a home, wherever it belonged before. Its sessions and what waits for it are not moved: ask the
    /// owner of the old home to let go first.
    ///
    /// # Errors
    /// [`AccountError::Missing`]; [`StoreError`].
    pub async fn assign_home(&self, user: &BareJid, home: &HomeName) -> Result<(), AccountError> {
        let update = query("UPDATE users SET home = $1 WHERE account = $2")
            .bind(home.as_str().to_owned())
            .bind(user.as_str().to_owned());
        match self.change("assign a user to a home", update).await? {
            0 => Err(AccountError::Missing),
            _ => Ok(()),
        }
    }

    /// The highest epoch under which something of a user's archive or spool was numbered; nothing if both are empty. Rows are
    /// numbered by the home that writes them, and read in the order of their numbers: a home that is not above this would
    /// file new messages before old ones.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest_epoch(&self, user: &BareJid) -> Result<Option<Epoch>, StoreError> {
        const WHAT: &str = "look what a user has stored";
        let sql = "SELECT MAX(id) FROM archive WHERE account = $1 UNION ALL SELECT MAX(id) FROM spool WHERE account = $1";
        let rows = self.rows(WHAT, query(sql).bind(user.as_str().to_owned())).await?;
        let epoch = |row| {
            let fields = Fields::new(WHAT, row);
            fields.optional_text(0)?.map(|_| fields.row_id(0).map(|id| id.epoch)).transpose()
        };
        let epochs = rows.iter().map(epoch).collect::<Result<Vec<Option<Epoch>>, StoreError>>()?;
        Ok(epochs.into_iter().flatten().max())
    }

    /// Assigns all users that have no home yet, and says how many. If it is interrupted, call it again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn adopt_unassigned(&self, home: &HomeName) -> Result<u64, StoreError> {
        let sql = "UPDATE users SET home = $1 WHERE home = '' AND account IN \
                   (SELECT account FROM users WHERE home = '' ORDER BY account LIMIT $2)";
        let mut adopted = 0;
        loop {
            let update = query(sql).bind(home.as_str().to_owned()).bind(ADOPT_ROWS);
            match self.change("assign users to a home", update).await? {
                0 => return Ok(adopted),
                some => adopted += some,
            }
        }
    }

    /// How many users each home has, by name; homes without users are not named, users without a home are not counted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn users_per_home(&self) -> Result<Vec<(HomeName, u64)>, StoreError> {
        const WHAT: &str = "count the users of each home";
        let sql = "SELECT home, COUNT(*) FROM users WHERE home <> '' GROUP BY home ORDER BY home";
        let rows = self.rows(WHAT, query(sql)).await?;
        let pair = |row| {
            let fields = Fields::new(WHAT, row);
            Ok((HomeName::new(fields.text(0)?), fields.count(1)?))
        };
        rows.iter().map(pair).collect()
    }

    /// The users of a home by address, those after `after`, at most `limit` and [`ACCOUNTS_PAGE_MAX_ROWS`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn users_of_home(
        &self,
        home: &HomeName,
        after: Option<&BareJid>,
        limit: u32,
    ) -> Result<Vec<BareJid>, StoreError> {
        const WHAT: &str = "list the users of a home";
        let sql = "SELECT account FROM users WHERE home = $1 AND account > $2 ORDER BY account LIMIT $3";
        let select = query(sql)
            .bind(home.as_str().to_owned())
            .bind(after.map_or("", |user| user.as_str()).to_owned())
            .bind(i64::from(limit.min(ACCOUNTS_PAGE_MAX_ROWS)));
        let rows = self.rows(WHAT, select).await?;
        rows.iter().map(|row| Fields::new(WHAT, row).bare_jid(0)).collect()
    }
}
