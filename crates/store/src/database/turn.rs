//! Who writes next: SQLite's write lock, of this process and of others.
//!
//! SQLite lets one connection write at a time and has no queue: who finds the lock taken asks again. Its own way of
//! asking sleeps up to a tenth of a second in between, and would find a busy neighbour's short pauses by luck only.
//! So writers here ask every few milliseconds, and those of this process let the witness go first: a lease that is
//! not renewed in time costs a home, a batch that waits costs nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::any::AnyQueryResult;
use sqlx::{AnyConnection, Executor};
use tokio::sync::Mutex;

use super::{
    Backend, CONNECT_TIMEOUT_SECONDS, Database, Lease, Statement, WITNESS_TIMEOUT_SECONDS,
    WRITE_TIMEOUT_SECONDS, within,
};
use crate::error::{StoreError, is_busy};

/// How long a writer waits for SQLite's lock.
const SQLITE_LOCK_MILLISECONDS: u64 = 2_000;
/// How long the witness waits for SQLite's lock: less than its whole time, so that it is told that nothing happened.
const SQLITE_WITNESS_LOCK_MILLISECONDS: u64 = 1_500;
/// How often SQLite's lock is asked for.
const SQLITE_LOCK_POLL_MILLISECONDS: u64 = 2;

/// Held by the witness while it waits for SQLite's lock. Writers pass through it before they ask for the lock.
pub(super) type Turn = Arc<Mutex<()>>;

impl Database {
    /// Begins a transaction that will write. On SQLite it takes the write lock at once: taken later, it could fail
    /// without waiting, because the snapshot is old by then. A lease that is dropped before [`commit`] takes the
    /// transaction with it.
    pub(crate) async fn begin<'l>(&self, lease: &'l mut Lease) -> Result<&'l mut AnyConnection, sqlx::Error> {
        match self.backend {
            Backend::Sqlite => {
                let wait = Duration::from_millis(SQLITE_LOCK_MILLISECONDS);
                lock_sqlite(lease.connection(), wait, Some(&self.turn)).await?;
            }
            Backend::Postgres => {
                lease.connection().execute("BEGIN").await?;
            }
        }
        Ok(lease.connection())
    }

    /// Carries out one statement on its own and says how many rows it changed.
    pub(crate) async fn change(&self, what: &'static str, statement: Statement) -> Result<u64, StoreError> {
        let mut lease = self.writer(what).await?;
        let changed = within(what, WRITE_TIMEOUT_SECONDS, async {
            match self.backend {
                Backend::Sqlite => {
                    let connection = self.begin(&mut lease).await?;
                    finish(connection, statement).await
                }
                Backend::Postgres => lease.connection().execute(statement).await,
            }
        })
        .await?;
        lease.give_back();
        Ok(changed.rows_affected())
    }

    /// The same for the witness: before all other writers of this process, and within a shorter time. On PostgreSQL it
    /// is never in a transaction, so that no lock outlives it.
    pub(crate) async fn witness_change(
        &self,
        what: &'static str,
        statement: Statement,
    ) -> Result<u64, StoreError> {
        within(what, WITNESS_TIMEOUT_SECONDS, async {
            let mut lease = Lease::new(self.witness.acquire().await?);
            let changed = match self.backend {
                Backend::Sqlite => {
                    let turn = self.turn.lock().await;
                    let wait = Duration::from_millis(SQLITE_WITNESS_LOCK_MILLISECONDS);
                    lock_sqlite(lease.connection(), wait, None).await?;
                    drop(turn);
                    finish(lease.connection(), statement).await?
                }
                Backend::Postgres => lease.connection().execute(statement).await?,
            };
            lease.give_back();
            Ok(changed.rows_affected())
        })
        .await
    }

    /// A connection to write to. SQLite has one, so writers of this process wait for each other here and not at its
    /// lock.
    pub(crate) async fn writer(&self, what: &'static str) -> Result<Lease, StoreError> {
        within(what, CONNECT_TIMEOUT_SECONDS, self.writers.acquire()).await.map(Lease::new)
    }
}

/// Commits a transaction that [`Database::begin`] began.
pub(crate) async fn commit(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    connection.execute("COMMIT").await.map(|_| ())
}

/// Undoes a transaction that [`Database::begin`] began.
pub(crate) async fn roll_back(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    connection.execute("ROLLBACK").await.map(|_| ())
}

async fn finish(connection: &mut AnyConnection, statement: Statement) -> Result<AnyQueryResult, sqlx::Error> {
    let changed = connection.execute(statement).await?;
    commit(connection).await?;
    Ok(changed)
}

/// Begins a transaction on SQLite that holds the write lock, or waits for it at most this long.
async fn lock_sqlite(
    connection: &mut AnyConnection,
    wait: Duration,
    turn: Option<&Turn>,
) -> Result<(), sqlx::Error> {
    let began = Instant::now();
    loop {
        if let Some(turn) = turn {
            drop(turn.lock().await);
        }
        match connection.execute("BEGIN IMMEDIATE").await {
            Ok(_) => return Ok(()),
            Err(error) if is_busy(&error) && began.elapsed() < wait => wait_for_lock().await,
            Err(error) => return Err(error),
        }
    }
}

/// The pause after which SQLite's lock is asked for again.
pub(super) async fn wait_for_lock() {
    tokio::time::sleep(Duration::from_millis(SQLITE_LOCK_POLL_MILLISECONDS)).await;
}
