//! Where the database is and how connections to it are set up.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, ConnectOptions, Executor, Row};

use super::turn::wait_for_lock;
use super::{Backend, Database, OpenError, Statement, pool_options};
use crate::error::{StoreError, is_busy};

/// How long SQLite itself waits for another process, where it has to: readers while a log is mended after a crash. For
/// the write lock see [`super::turn`].
const SQLITE_BUSY_TIMEOUT_MILLISECONDS: u32 = 2_000;
/// SQLite's page cache, per connection.
const SQLITE_CACHE_KIBIBYTES: u32 = 16_000;
/// SQLite moves its log into the database file at this length.
const SQLITE_CHECKPOINT_PAGES: u32 = 8_000;
/// SQLite's log is cut back to this after it was moved.
const SQLITE_LOG_LIMIT_BYTES: u32 = 64 << 20;
/// SQLite's page size, fixed when the file is made.
const SQLITE_PAGE_BYTES: u64 = 4_096;
/// How long PostgreSQL lets a statement run.
const POSTGRES_STATEMENT_TIMEOUT_MILLISECONDS: u32 = 5_000;
/// How long PostgreSQL lets a statement wait for a lock.
const POSTGRES_LOCK_TIMEOUT_MILLISECONDS: u32 = 2_000;
/// The same two for the witness: less than its whole time, so that it is told that nothing happened.
const POSTGRES_WITNESS_TIMEOUT_MILLISECONDS: u32 = 1_500;
/// PostgreSQL ends a transaction whose client has gone silent, so that it does not hold its locks.
const POSTGRES_SILENT_TRANSACTION_TIMEOUT_MILLISECONDS: u32 = 10_000;
/// A PostgreSQL connection that nobody used for this long is closed.
const POSTGRES_IDLE_SECONDS: u64 = 600;

/// Settings for [`Database::open_with`].
#[derive(Clone)]
pub struct Options {
    pub(super) url: String,
    pub(super) reader_connections: u32,
    pub(super) writer_connections: u32,
    pub(super) size_limit_bytes: Option<u64>,
    pub(super) tables: Tables,
}

/// Which tables a database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tables {
    /// Those of a server.
    Server,
    /// Those of the watch over meeting bridges.
    BridgeHistory,
}

impl Options {
    /// The settings that fit most: 4 connections to read, 4 to write on PostgreSQL and 1 on SQLite, no size limit.
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            reader_connections: 4,
            writer_connections: 4,
            size_limit_bytes: None,
            tables: Tables::Server,
        }
    }

    /// Other tables than a server's.
    #[must_use]
    pub(crate) fn tables(mut self, tables: Tables) -> Self {
        self.tables = tables;
        self
    }

    /// At most this many connections that read.
    #[must_use]
    pub fn reader_connections(mut self, count: u32) -> Self {
        self.reader_connections = count.max(1);
        self
    }

    /// At most this many connections that write. SQLite always has one.
    #[must_use]
    pub fn writer_connections(mut self, count: u32) -> Self {
        self.writer_connections = count.max(1);
        self
    }

    /// The SQLite file may not grow beyond this, so that it cannot fill a disk that others need. A write beyond it
    /// fails as on a full disk. PostgreSQL has its own means and ignores it.
    #[must_use]
    pub fn size_limit_bytes(mut self, bytes: u64) -> Self {
        self.size_limit_bytes = Some(bytes);
        self
    }

    pub(super) fn place(&self) -> Result<Place, OpenError> {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            return sqlite_place(path.strip_prefix("//").unwrap_or(path), self.size_limit_bytes);
        }
        if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") {
            let options = AnyConnectOptions::from_str(&self.url)
                .map_err(|_| OpenError::Url("it is not a valid postgres:// url".into()))?;
            return Ok(Place::new(Backend::Postgres, options, postgres_greeting(), None));
        }
        Err(OpenError::Url("use sqlite:/path/file.db or postgres://user@host/name".into()))
    }
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
    Witness,
}

/// A database's address, and what is said to it on each new connection.
pub(super) struct Place {
    pub(super) backend: Backend,
    address: AnyConnectOptions,
    greeting: String,
    file: Option<PathBuf>,
}

impl Place {
    fn new(backend: Backend, address: AnyConnectOptions, greeting: String, file: Option<PathBuf>) -> Self {
        Self { backend, address: address.disable_statement_logging(), greeting, file }
    }

    /// SQLite's file.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Makes SQLite's file if it is missing, readable by its owner only: it holds keys and tokens. SQLite gives its log
    /// the same rights. A file that is there is not touched: closing it would end the locks that other connections of
    /// this process hold on it (<https://sqlite.org/howtocorrupt.html>, 2.2).
    pub(super) fn make_file(&self) -> Result<(), OpenError> {
        let Some(path) = &self.file else { return Ok(()) };
        let mut options = std::fs::OpenOptions::new();
        options.create_new(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(OpenError::Url(format!(
                "{} cannot be made: {error}; the folder must exist",
                path.display()
            ))),
            Err(_) if !path.is_file() => Err(OpenError::Url(format!("{} is not a file", path.display()))),
            _ => Ok(()),
        }
    }

    pub(super) fn writer_connections(&self, options: &Options) -> u32 {
        match self.backend {
            Backend::Sqlite => 1,
            Backend::Postgres => options.writer_connections,
        }
    }

    /// One connection without limits on time, for the migration.
    pub(super) async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = self.address.connect().await?;
        if self.backend == Backend::Sqlite {
            // Processes that turn a new file's log on at the same moment are not made to wait for each other by SQLite.
            let began = Instant::now();
            let wait = Duration::from_millis(u64::from(SQLITE_BUSY_TIMEOUT_MILLISECONDS));
            while let Err(error) = connection.execute(AssertSqlSafe(self.greeting.clone())).await {
                if !is_busy(&error) || began.elapsed() >= wait {
                    return Err(error);
                }
                wait_for_lock().await;
            }
        }
        Ok(connection)
    }

    /// A pool that connects when it is first used.
    pub(super) fn pool(&self, connections: u32, purpose: Use) -> AnyPool {
        let mut greeting = self.greeting.clone();
        greeting.push_str(&greeting_for(self.backend, purpose));
        // SQLite's connections stay: with the last one its log would be folded in, and its cache would be lost.
        let stays = self.backend == Backend::Sqlite;
        let idle = (!stays).then(|| Duration::from_secs(POSTGRES_IDLE_SECONDS));
        let options = pool_options(connections).idle_timeout(idle);
        let options = if stays { options.max_lifetime(None) } else { options };
        options
            .after_connect(move |connection, _| {
                let greeting = AssertSqlSafe(greeting.clone());
                Box::pin(async move { connection.execute(greeting).await.map(|_| ()) })
            })
            .connect_lazy_with(self.address.clone())
    }

    /// Refuses a database that may lose what it said was safe.
    pub(super) async fn check_safe(&self, database: &Database) -> Result<(), OpenError> {
        match self.backend {
            Backend::Sqlite => {
                let mode = setting(database, sqlx::query("PRAGMA journal_mode")).await?;
                if mode != "wal" {
                    return Err(OpenError::Unsafe(format!(
                        "SQLite uses journal mode `{mode}` instead of `wal`; put the file on a local file system"
                    )));
                }
            }
            Backend::Postgres => {
                let encoding = setting(database, sqlx::query("SHOW server_encoding")).await?;
                if encoding != "UTF8" {
                    return Err(OpenError::Unsafe(format!("its encoding is {encoding}; it must be UTF8")));
                }
                let commits = setting(database, sqlx::query("SHOW synchronous_commit")).await?;
                if commits == "off" {
                    let text = "PostgreSQL's synchronous_commit is off, so a crash would lose acknowledged messages; \
                                turn it on for this database or role";
                    return Err(OpenError::Unsafe(text.into()));
                }
                if setting(database, sqlx::query("SHOW fsync")).await? == "off" {
                    tracing::warn!("PostgreSQL runs with fsync off: a crash of its machine loses data");
                }
            }
        }
        Ok(())
    }
}

async fn setting(database: &Database, statement: Statement) -> Result<String, StoreError> {
    const WHAT: &str = "read the database's settings";
    let row = database.optional(WHAT, statement).await?;
    let text = row.and_then(|row| row.try_get::<String, _>(0).ok());
    text.ok_or_else(|| StoreError::broken(WHAT, "it did not tell them"))
}

fn sqlite_place(path: &str, size_limit_bytes: Option<u64>) -> Result<Place, OpenError> {
    if path.is_empty() || path.contains(":memory:") || path.contains('?') {
        return Err(OpenError::Url("sqlite: must be followed by the path of a file, nothing else".into()));
    }
    let url = format!("sqlite://{}?mode=rw", percent_encode(path));
    let address = AnyConnectOptions::from_str(&url)
        .map_err(|error| OpenError::Url(format!("{path} is no usable path: {error}")))?;
    let mut greeting = format!(
        "PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_MILLISECONDS}; PRAGMA journal_mode = WAL; \
         PRAGMA synchronous = FULL; PRAGMA cache_size = -{SQLITE_CACHE_KIBIBYTES}; PRAGMA temp_store = MEMORY; \
         PRAGMA wal_autocheckpoint = {SQLITE_CHECKPOINT_PAGES}; \
         PRAGMA journal_size_limit = {SQLITE_LOG_LIMIT_BYTES};"
    );
    if let Some(bytes) = size_limit_bytes {
        greeting.push_str(&format!("PRAGMA max_page_count = {};", (bytes / SQLITE_PAGE_BYTES).max(1)));
    }
    Ok(Place::new(Backend::Sqlite, address, greeting, Some(path.into())))
}

fn percent_encode(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte);
    path.bytes().fold(String::new(), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

/// What connections of one kind are told besides.
fn greeting_for(backend: Backend, purpose: Use) -> String {
    match (backend, purpose) {
        (Backend::Sqlite, Use::Read) => "PRAGMA query_only = ON;".into(),
        (Backend::Sqlite, Use::Write | Use::Witness) => "PRAGMA busy_timeout = 0;".into(),
        (Backend::Postgres, Use::Read | Use::Write) => String::new(),
        (Backend::Postgres, Use::Witness) => format!(
            "SET statement_timeout = {POSTGRES_WITNESS_TIMEOUT_MILLISECONDS}; \
             SET lock_timeout = {POSTGRES_WITNESS_TIMEOUT_MILLISECONDS};"
        ),
    }
}

fn postgres_greeting() -> String {
    format!(
        "SET application_name = 'everpresent'; SET statement_timeout = {POSTGRES_STATEMENT_TIMEOUT_MILLISECONDS}; \
         SET lock_timeout = {POSTGRES_LOCK_TIMEOUT_MILLISECONDS}; \
         SET idle_in_transaction_session_timeout = {POSTGRES_SILENT_TRANSACTION_TIMEOUT_MILLISECONDS}; \
         SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;"
    )
}
