//! The witness: a row per home that says who owns it. Who may claim is the recovery manager's decision; here are the
//! compare-and-set steps, each one statement on its own. A step whose answer did not come ([`StoreError::Retry`]) may
//! have happened: read the row.

use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use sqlx::query;

use crate::database::{Database, Statement};
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

/// Each change names the row as it was last seen, and changes nothing unless epoch, incarnation and beat are still the
/// same. It gives the row as it is afterwards, or nothing if somebody else was faster.
impl Database {
    /// The row of a home.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_home(&self, home: &HomeName) -> Result<Option<HomeRow>, StoreError> {
        const WHAT: &str = "read the witness row";
        let sql =
            "SELECT home, owner, incarnation, epoch, beat, replica, grant_seconds FROM homes WHERE home = $1";
        let row = self.optional(WHAT, query(sql).bind(home.as_str().to_owned())).await?;
        row.map(|row| home_row(&Fields::new(WHAT, &row))).transpose()
    }

    /// The rows of all homes, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn homes(&self) -> Result<Vec<HomeRow>, StoreError> {
        const WHAT: &str = "read the witness rows";
        let sql =
            "SELECT home, owner, incarnation, epoch, beat, replica, grant_seconds FROM homes ORDER BY home";
        let rows = self.rows(WHAT, query(sql)).await?;
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
        Ok(self.change("make the witness row", insert).await? == 1)
    }

    /// x
    /// # Errors
    /// x
    pub async fn swap_home(&self, seen: &HomeRow, after: &HomeRow) -> Result<bool, StoreError> {
        Ok(self.swap("x", seen, after.clone()).await?.is_some())
    }

    /// Claims a home for a process: `epoch` is the new one, at least one above the last, and nobody holds a replica.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_home(
        &self,
        seen: &HomeRow,
        owner: &str,
        incarnation: Incarnation,
        epoch: Epoch,
    ) -> Result<Option<HomeRow>, StoreError> {
        if epoch <= seen.epoch {
            return Err(StoreError::broken("claim a home", "a claim must raise the epoch"));
        }
        let owner = owner.to_owned();
        let row = HomeRow { owner, incarnation: Some(incarnation), epoch, replica: None, ..seen.clone() };
        self.swap("claim a home", seen, row).await
    }

    /// Renews the lease: raises the beat.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_home(&self, seen: &HomeRow) -> Result<Option<HomeRow>, StoreError> {
        self.swap("renew the lease of a home", seen, seen.clone()).await
    }

    /// Says who holds a complete replica.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_replica(
        &self,
        seen: &HomeRow,
        replica: Option<Incarnation>,
    ) -> Result<Option<HomeRow>, StoreError> {
        self.swap("change the mode of a home", seen, HomeRow { replica, ..seen.clone() }).await
    }

    /// Says how long grants may be from now on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_grant_seconds(
        &self,
        seen: &HomeRow,
        grant_seconds: u32,
    ) -> Result<Option<HomeRow>, StoreError> {
        self.swap("change the grant of a home", seen, HomeRow { grant_seconds, ..seen.clone() }).await
    }

    /// Releases every home that this process owns, and says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release_homes(&self, incarnation: Incarnation) -> Result<u64, StoreError> {
        let sql = "UPDATE homes SET incarnation = '', beat = beat + 1 WHERE incarnation = $1";
        self.change("release homes", query(sql).bind(incarnation.to_string())).await
    }

    async fn swap(
        &self,
        what: &'static str,
        seen: &HomeRow,
        row: HomeRow,
    ) -> Result<Option<HomeRow>, StoreError> {
        let row = HomeRow { beat: seen.beat + 1, ..row };
        let sql = "UPDATE homes SET owner = $1, incarnation = $2, epoch = $3, beat = $4, replica = $5, \
                   grant_seconds = $6 WHERE home = $7 AND epoch = $8 AND incarnation = $9 AND beat = $10";
        let update = bind(query(sql), &row)?
            .bind(number(seen.epoch.0)?)
            .bind(incarnation(seen.incarnation))
            .bind(number(seen.beat)?);
        Ok((self.change(what, update).await? == 1).then_some(row))
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
