//! The witness: a row per home that says who owns it. Who may claim is the recovery manager's decision; here are the
//! compare-and-set steps, each one statement on its own. A step whose answer did not come ([`StoreError::Retry`]) may
//! have happened: read the row.

use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use sqlx::query;

use crate::database::{Backend, Database, Statement};
use crate::error::StoreError;
use crate::fields::{Fields, incarnation};

/// The witness row of a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeRow {
    /// The home.
    pub home: HomeName,
    /// The name of the node that owns it.
    pub owner: String,
    /// The serving process; nothing if the home is released.
    pub incarnation: Option<Incarnation>,
    /// Raised by each claim.
    pub epoch: Epoch,
    /// Raised by each change.
    pub beat: u64,
    /// The partner process that holds a complete replica, if one does.
    pub replica: Option<Incarnation>,
    /// The longest grant that may be standing, in seconds.
    pub grant_seconds: u32,
}

/// All of it goes over connections of its own, ahead of this process's other writes, and ends within two seconds.
impl Database {
    /// The row of a home.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_home(&self, home: &HomeName) -> Result<Option<HomeRow>, StoreError> {
        const WHAT: &str = "read the witness row";
        let sql =
            "SELECT home, owner, incarnation, epoch, beat, replica, grant_seconds FROM homes WHERE home = $1";
        let rows = self.witness_rows(WHAT, query(sql).bind(home.as_str().to_owned())).await?;
        rows.first().map(|row| home_row(&Fields::new(WHAT, row))).transpose()
    }

    /// The rows of all homes, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn homes(&self) -> Result<Vec<HomeRow>, StoreError> {
        const WHAT: &str = "read the witness rows";
        let sql =
            "SELECT home, owner, incarnation, epoch, beat, replica, grant_seconds FROM homes ORDER BY home";
        let rows = self.witness_rows(WHAT, query(sql)).await?;
        rows.iter().map(|row| home_row(&Fields::new(WHAT, row))).collect()
    }

    /// Makes the row of a new home; false if there is one already, which then stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_home(&self, row: &HomeRow) -> Result<bool, StoreError> {
        let sql = "INSERT INTO homes (owner, incarnation, epoch, beat, replica, grant_seconds, home) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (home) DO NOTHING";
        let insert = bind(query(sql), row)?;
        Ok(self.witness_change("make the witness row", insert).await? == 1)
    }

    /// Writes `after` if the row is still as it was seen: the same epoch, incarnation and beat. False if it is not;
    /// nothing is changed then. `after` has the next beat.
    ///
    /// # Errors
    /// [`StoreError::Retry`]: it may or may not have happened. [`StoreError::Broken`] also if no rule of ownership allows
    /// such a change, see [`check_swap`]; nothing is changed then.
    pub async fn swap_home(&self, seen: &HomeRow, after: &HomeRow) -> Result<bool, StoreError> {
        const WHAT: &str = "change the witness row";
        check_swap(seen, after).map_err(|reason| StoreError::broken(WHAT, reason))?;
        let sql = "UPDATE homes SET owner = $1, incarnation = $2, epoch = $3, beat = $4, replica = $5, \
                   grant_seconds = $6 WHERE home = $7 AND epoch = $8 AND incarnation = $9 AND beat = $10";
        let update = bind(query(sql), after)?
            .bind(number(seen.epoch.0)?)
            .bind(incarnation(seen.incarnation))
            .bind(number(seen.beat)?);
        Ok(self.witness_change(WHAT, update).await? == 1)
    }

    /// Releases every home that this process owns, whatever the epoch, and says how many. A database that has no tables
    /// yet, or no file, holds no home.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release_homes(&self, incarnation: Incarnation) -> Result<u64, StoreError> {
        const WHAT: &str = "release homes";
        let sql = "UPDATE homes SET incarnation = '', beat = beat + 1 WHERE incarnation = $1";
        match self.witness_change(WHAT, query(sql).bind(incarnation.to_string())).await {
            Err(_) if self.file_is_missing() => Ok(0),
            Err(error) if !error.retry_helps() && !self.has_homes_table().await? => Ok(0),
            answer => answer,
        }
    }

    async fn has_homes_table(&self) -> Result<bool, StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'homes'",
            Backend::Postgres => "SELECT 1 WHERE to_regclass('homes') IS NOT NULL",
        };
        Ok(!self.witness_rows("look for the witness", query(sql)).await?.is_empty())
    }
}

/// Whether any rule of ownership may change a row so. Which of them does is the recovery manager's business; this keeps
/// its mistakes out of the row that everybody trusts.
///
/// # Errors
/// What is wrong with it.
pub fn check_swap(seen: &HomeRow, after: &HomeRow) -> Result<(), &'static str> {
    let taken = after.incarnation.is_some() && after.incarnation != seen.incarnation;
    if after.home != seen.home {
        Err("a row stays with its home")
    } else if Some(after.beat) != seen.beat.checked_add(1) {
        Err("each change raises the beat by one")
    } else if after.epoch < seen.epoch {
        Err("an epoch never falls")
    } else if taken && after.epoch == seen.epoch {
        Err("a claim must raise the epoch")
    } else {
        Ok(())
    }
}

fn bind(statement: Statement, row: &HomeRow) -> Result<Statement, StoreError> {
    Ok(statement
        .bind(row.owner.clone())
        .bind(incarnation(row.incarnation))
        .bind(number(row.epoch.0)?)
        .bind(number(row.beat)?)
        .bind(incarnation(row.replica))
        .bind(i64::from(row.grant_seconds))
        .bind(row.home.as_str().to_owned()))
}

fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value)
        .map_err(|_| StoreError::broken("change the witness row", "a number is beyond the column"))
}

fn home_row(fields: &Fields<'_>) -> Result<HomeRow, StoreError> {
    Ok(HomeRow {
        home: HomeName::new(fields.text(0)?),
        owner: fields.text(1)?.to_owned(),
        incarnation: fields.incarnation(2)?,
        epoch: Epoch(fields.count(3)?),
        beat: fields.count(4)?,
        replica: fields.incarnation(5)?,
        grant_seconds: fields.small_count(6)?,
    })
}
