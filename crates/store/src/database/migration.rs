//! Bringing the tables up to date.

use std::time::{Duration, Instant};

use sqlx::migrate::{Migrate, Migrator};
use sqlx::{AnyConnection, Connection, Executor};

use super::options::{Place, Tables};
use super::turn::wait_for_lock;
use super::{Backend, MIGRATION_TIMEOUT_SECONDS, OpenError, within};
use crate::error::{StoreError, is_busy};

/// The steps, in order. A step must leave the tables such that the version before can go on using them.
static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");
static BRIDGES: Migrator = sqlx::migrate!("../../migrations/bridges");

/// The library's table of the steps that were taken.
const STEPS_TABLE: &str = "_sqlx_migrations";

/// Takes the steps that are missing, all of them or none. Processes that start together do it one after the other.
pub(super) async fn run(place: &Place, tables: Tables) -> Result<(), OpenError> {
    const WHAT: &str = "bring the tables up to date";
    let mut connection =
        within("connect to the database", super::CONNECT_TIMEOUT_SECONDS, place.connect()).await?;
    let broken = |error: sqlx::Error| OpenError::Store(StoreError::from_driver(WHAT, &error));
    let work = async {
        let (steps, begin) = match (place.backend, tables) {
            (Backend::Sqlite, Tables::Server) => (&SQLITE, "BEGIN IMMEDIATE"),
            (Backend::Sqlite, Tables::BridgeHistory) => (&BRIDGES, "BEGIN IMMEDIATE"),
            (Backend::Postgres, Tables::Server) => (&POSTGRES, "BEGIN"),
            (Backend::Postgres, Tables::BridgeHistory) => {
                return Err(OpenError::Url("the history of bridges is kept in an SQLite file".into()));
            }
        };
        let mut transaction = loop {
            match connection.begin_with(begin).await {
                Ok(transaction) => break transaction,
                Err(error) if is_busy(&error) => wait_for_lock().await,
                Err(error) => return Err(broken(error)),
            }
        };
        if place.backend == Backend::Postgres {
            // Ends with the transaction. The number is ours alone: "everpres" in ASCII.
            let lock = "SELECT pg_advisory_xact_lock(7311152706041865587)";
            transaction.execute(lock).await.map_err(broken)?;
        }
        take(steps, &mut transaction).await?;
        transaction.commit().await.map_err(broken)
    };
    let limit = Duration::from_secs(MIGRATION_TIMEOUT_SECONDS);
    tokio::time::timeout(limit, work).await.map_err(|_| StoreError::late(WHAT))??;
    let _ = connection.close().await;
    Ok(())
}

async fn take(steps: &Migrator, connection: &mut AnyConnection) -> Result<(), OpenError> {
    let failed = |error: sqlx::migrate::MigrateError| OpenError::Migration(error.to_string());
    connection.ensure_migrations_table(STEPS_TABLE).await.map_err(failed)?;
    let taken = connection.list_applied_migrations(STEPS_TABLE).await.map_err(failed)?;
    // A step that this version does not know was taken by a newer one, which is still to work with this version.
    for step in taken.iter().filter(|step| !steps.version_exists(step.version)) {
        tracing::warn!(step = step.version, "the tables were made by a newer version");
    }
    let missing = steps.iter().filter(|step| taken.iter().all(|known| known.version != step.version));
    let total = missing.clone().count();
    for known in &taken {
        let changed = |step: &&sqlx::migrate::Migration| {
            step.version == known.version && step.checksum != known.checksum
        };
        if let Some(step) = steps.iter().find(changed) {
            return Err(OpenError::Migration(format!("step {} is not the one that was taken", step.version)));
        }
    }
    for (number, step) in missing.enumerate() {
        let began = Instant::now();
        tracing::info!(step = step.version, name = %step.description, number = number + 1, of = total, "migrating");
        connection.apply(STEPS_TABLE, step).await.map_err(failed)?;
        tracing::info!(step = step.version, milliseconds = began.elapsed().as_millis(), "migrated");
    }
    Ok(())
}
