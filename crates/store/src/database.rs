//! The database: opening it, its connections, and the few ways in which the rest of this crate talks to it.

mod connection;
mod migration;
mod options;
mod turn;

pub(crate) use connection::Lease;
pub use options::Options;
pub(crate) use options::Tables;
pub(crate) use turn::{commit, roll_back};

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::any::{AnyArguments, AnyPoolOptions, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyPool};

use crate::error::StoreError;
use options::{Place, Use};
use turn::Turn;

/// How long a read may take, waiting for a connection included.
pub(crate) const READ_TIMEOUT_SECONDS: u64 = 5;
/// How long a write may take, from the wait for a connection to the answer to its commit.
pub(crate) const WRITE_TIMEOUT_SECONDS: u64 = 5;
/// How long a statement of the witness may take, waiting for a connection and for locks included.
pub(crate) const WITNESS_TIMEOUT_SECONDS: u64 = 2;
/// How long the tables may take to be brought up to date.
pub(crate) const MIGRATION_TIMEOUT_SECONDS: u64 = 1_800;
/// How long to wait for a free or new connection.
const CONNECT_TIMEOUT_SECONDS: u64 = 5;
/// How many statements of the witness may be under way at once: one for each home of a group.
const WITNESS_CONNECTIONS: u32 = 2;
/// Slower calls are logged, by name.
const SLOW_MILLISECONDS: u128 = 1_000;

/// One prepared statement with its arguments.
pub(crate) type Statement = Query<'static, Any, AnyArguments>;

/// Which database this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// An embedded file.
    Sqlite,
    /// A PostgreSQL server, or one that speaks its protocol.
    Postgres,
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The url cannot be used. It is not repeated here because it may hold a password.
    #[error("the database url cannot be used: {0}")]
    Url(String),
    /// The database is set up so that it may lose what it said was safe.
    #[error("the database is not safe to use: {0}")]
    Unsafe(String),
    /// The tables could not be brought up to date; nothing was changed.
    #[error("could not bring the tables up to date: {0}")]
    Migration(String),
    /// It did not answer, or not well.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OpenError {
    /// Whether opening it again later may succeed.
    pub fn retry_helps(&self) -> bool {
        matches!(self, Self::Store(error) if error.retry_helps())
    }
}

/// Durable data. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Database {
    backend: Backend,
    readers: AnyPool,
    writers: AnyPool,
    /// For the witness alone, so that it waits for no batch.
    witness: AnyPool,
    turn: Turn,
    file: Option<PathBuf>,
}

impl Database {
    /// Opens the database at `sqlite:/path/file.db` (made if it is missing, readable by its owner only) or
    /// `postgres://user:password@host/name`, and brings its tables up to date.
    ///
    /// # Errors
    /// See [`OpenError`]. Several processes may open the same database at once; one of them makes the tables.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(&Options::new(url)).await
    }

    /// The same, with settings.
    ///
    /// # Errors
    /// See [`Database::open`].
    pub async fn open_with(options: &Options) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let place = options.place()?;
        place.make_file()?;
        migration::run(&place, options.tables).await?;
        let database = Self::at(&place, options);
        place.check_safe(&database).await?;
        tracing::info!(backend = ?place.backend, "database open");
        Ok(database)
    }

    /// For a caller that asks [the witness](crate::homes) and nothing else, such as the guardian of a serving process:
    /// nothing is connected until it is used, no tables and no file are made, and nothing is checked. A database that is
    /// away is no reason to fail here, nor for good: each call connects anew if it must. Needs a Tokio runtime.
    ///
    /// # Errors
    /// [`OpenError::Url`].
    pub fn open_witness(url: &str) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let options = Options::new(url);
        Ok(Self::at(&options.place()?, &options))
    }

    /// For a caller that reads from a database as it is, and perhaps as a server uses it: no tables and no file are made.
    /// Needs a Tokio runtime.
    ///
    /// # Errors
    /// [`OpenError::Url`], also when there is no such file.
    pub fn open_to_read(url: &str) -> Result<Self, OpenError> {
        let database = Self::open_witness(url)?;
        if let Some(file) = database.file.as_ref().filter(|_| database.file_is_missing()) {
            return Err(OpenError::Url(format!("there is no file {}", file.display())));
        }
        Ok(database)
    }

    /// Pools connect when they are first used.
    fn at(place: &Place, options: &Options) -> Self {
        Self {
            backend: place.backend,
            readers: place.pool(options.reader_connections, Use::Read),
            writers: place.pool(place.writer_connections(options), Use::Write),
            witness: place.pool(WITNESS_CONNECTIONS, Use::Witness),
            turn: Turn::default(),
            file: place.file().map(Path::to_owned),
        }
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Whether the database is a file that is not there.
    pub(crate) fn file_is_missing(&self) -> bool {
        self.file.as_ref().is_some_and(|file| matches!(file.try_exists(), Ok(false)))
    }

    /// Waits for what is running and closes all connections. Calls on clones fail from now on.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
        self.witness.close().await;
        tracing::info!("database closed");
    }

    /// Asks the database a trivial question, for health checks.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.optional("reach the database", sqlx::query("SELECT 1")).await.map(|_| ())
    }

    /// All rows of a read that has a bounded number of them.
    pub(crate) async fn rows(
        &self,
        what: &'static str,
        statement: Statement,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let mut lease = self.reader(what).await?;
        let answer = within(what, READ_TIMEOUT_SECONDS, statement.fetch_all(lease.connection())).await?;
        lease.give_back();
        Ok(answer)
    }

    /// The only row of a read, if there is one.
    pub(crate) async fn optional(
        &self,
        what: &'static str,
        statement: Statement,
    ) -> Result<Option<AnyRow>, StoreError> {
        let mut lease = self.reader(what).await?;
        let answer = within(what, READ_TIMEOUT_SECONDS, statement.fetch_optional(lease.connection())).await?;
        lease.give_back();
        Ok(answer)
    }

    /// The same as [`Database::rows`] for the witness: on its own connection, within a shorter time.
    pub(crate) async fn witness_rows(
        &self,
        what: &'static str,
        statement: Statement,
    ) -> Result<Vec<AnyRow>, StoreError> {
        within(what, WITNESS_TIMEOUT_SECONDS, async {
            let mut lease = Lease::new(self.witness.acquire().await?);
            let answer = statement.fetch_all(lease.connection()).await?;
            lease.give_back();
            Ok(answer)
        })
        .await
    }

    /// A connection to read from.
    pub(crate) async fn reader(&self, what: &'static str) -> Result<Lease, StoreError> {
        within(what, CONNECT_TIMEOUT_SECONDS, self.readers.acquire()).await.map(Lease::new)
    }
}

/// Pool settings that both databases share.
pub(crate) fn pool_options(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(CONNECT_TIMEOUT_SECONDS))
        // A connection is pinged when it is given back, and a broken one costs an error that is worth a retry.
        .test_before_acquire(false)
}

/// Waits for `work`, at most this long, and names it in errors and in the log of slow calls.
pub(crate) async fn within<T>(
    what: &'static str,
    seconds: u64,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    let began = Instant::now();
    let answer = tokio::time::timeout(Duration::from_secs(seconds), work).await;
    let took = began.elapsed().as_millis();
    if took >= SLOW_MILLISECONDS {
        tracing::warn!(what, milliseconds = took, "slow database");
    }
    match answer {
        Ok(answer) => answer.map_err(|error| StoreError::from_driver(what, &error)),
        Err(_) => Err(StoreError::late(what)),
    }
}
