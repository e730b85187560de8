//! What the watch over meeting bridges keeps: counts, verdicts and restarts of months, in an SQLite file of its own.
//!
//! All times are milliseconds since 1970-01-01T00:00:00Z. What is recorded twice is there once, so logs may be read again.

mod questions;
mod retention;

pub use questions::{Bucket, LeakBucket, PeakHour};

use std::path::Path;

use sqlx::{AnyConnection, query};

use crate::database::{self, Database, OpenError, Options, Tables, WRITE_TIMEOUT_SECONDS, within};
use crate::error::StoreError;

/// Most rows of one batch; a larger one is written in several.
const BATCH_ROWS: usize = 5_000;
/// Longest name of a server, outcome or detail, in bytes; the rest is cut off.
const MAX_TEXT_BYTES: usize = 1_024;
/// The file may not grow beyond this: some ten years of eight servers that count every minute.
const MAX_FILE_BYTES: u64 = 4 << 30;

/// Counts, verdicts and restarts. Cheap to clone.
#[derive(Clone)]
pub struct BridgeHistory {
    database: Database,
}

/// Sessions that a Web Bridge counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCount {
    /// Name of the server in the inventory.
    pub server: String,
    /// When.
    pub at: i64,
    /// Sessions then.
    pub sessions: u32,
    /// The figures that only a restart makes smaller.
    pub c: u64,
    /// The second of them.
    pub d: u64,
}

/// CMA calls that a Call Bridge counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    /// Name of the server in the inventory.
    pub server: String,
    /// When.
    pub at: i64,
    /// Calls then.
    pub now: u32,
    /// The highest number of the five minutes before.
    pub peak: u32,
}

/// What the audit said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRow {
    /// When.
    pub at: i64,
    /// In one word.
    pub verdict: String,
    /// Leaked sessions at least and at most, where that was known.
    pub bounds: Option<(u32, u32)>,
}

/// A restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartRow {
    /// Name of the server in the inventory.
    pub server: String,
    /// When.
    pub at: i64,
    /// How it ended, in a few words.
    pub outcome: String,
    /// More about it.
    pub detail: String,
}

/// What is recorded at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Counts of Web Bridges.
    pub sessions: Vec<SessionCount>,
    /// Counts of Call Bridges.
    pub calls: Vec<CallCount>,
    /// Verdicts.
    pub verdicts: Vec<VerdictRow>,
    /// Restarts.
    pub restarts: Vec<RestartRow>,
}

impl Batch {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.sessions.len() + self.calls.len() + self.verdicts.len() + self.restarts.len()
    }
}

impl BridgeHistory {
    /// Opens the file, or makes it, readable by its owner only.
    ///
    /// # Errors
    /// [`OpenError`]: the folder is missing, the file is damaged or no database, or another program holds it locked.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let Some(path) = path.to_str() else {
            return Err(OpenError::Url("the path of the history must be UTF-8".into()));
        };
        let options = Options::new(&format!("sqlite:{path}"))
            .tables(Tables::BridgeHistory)
            .reader_connections(2)
            .size_limit_bytes(MAX_FILE_BYTES);
        Ok(Self { database: Database::open_with(&options).await? })
    }

    /// Waits for what is running and closes the file.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Records a batch, durable when this returns.
    ///
    /// # Errors
    /// [`StoreError`]; of a large batch a part may be there. Recording it again is the same as once.
    pub async fn record(&self, batch: &Batch) -> Result<(), StoreError> {
        for sessions in batch.sessions.chunks(BATCH_ROWS) {
            self.write(async |connection| write_sessions(connection, sessions).await).await?;
        }
        for calls in batch.calls.chunks(BATCH_ROWS) {
            self.write(async |connection| write_calls(connection, calls).await).await?;
        }
        if batch.verdicts.is_empty() && batch.restarts.is_empty() {
            return Ok(());
        }
        self.write(async |connection| {
            write_verdicts(connection, &batch.verdicts).await?;
            write_restarts(connection, &batch.restarts).await
        })
        .await
    }

    /// One transaction.
    async fn write(
        &self,
        rows: impl AsyncFnOnce(&mut AnyConnection) -> Result<(), sqlx::Error>,
    ) -> Result<(), StoreError> {
        const WHAT: &str = "record the history of bridges";
        let mut lease = self.database.writer(WHAT).await?;
        within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let connection = self.database.begin(&mut lease).await?;
            rows(connection).await?;
            database::commit(connection).await
        })
        .await?;
        lease.give_back();
        Ok(())
    }
}

async fn write_sessions(connection: &mut AnyConnection, rows: &[SessionCount]) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO bridge_sessions (server, at_ms, sessions, c, d) VALUES ($1, $2, $3, $4, $5) \
                          ON CONFLICT DO NOTHING";
    let mut known = "";
    for row in rows {
        if row.server != known {
            know(connection, &row.server).await?;
            known = &row.server;
        }
        let insert = query(INSERT).bind(cut(&row.server)).bind(row.at).bind(i64::from(row.sessions));
        insert.bind(whole(row.c)).bind(whole(row.d)).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn write_calls(connection: &mut AnyConnection, rows: &[CallCount]) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO bridge_calls (server, at_ms, now, peak) VALUES ($1, $2, $3, $4) \
                          ON CONFLICT DO NOTHING";
    let mut known = "";
    for row in rows {
        if row.server != known {
            know(connection, &row.server).await?;
            known = &row.server;
        }
        let insert = query(INSERT).bind(cut(&row.server)).bind(row.at);
        insert.bind(i64::from(row.now)).bind(i64::from(row.peak)).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn write_verdicts(connection: &mut AnyConnection, rows: &[VerdictRow]) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO bridge_verdicts (at_ms, verdict, least, most) VALUES ($1, $2, $3, $4) \
                          ON CONFLICT DO NOTHING";
    for row in rows {
        let (least, most) = row.bounds.unzip();
        let insert = query(INSERT).bind(row.at).bind(cut(&row.verdict));
        let insert = insert.bind(least.map(i64::from)).bind(most.map(i64::from));
        insert.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn write_restarts(connection: &mut AnyConnection, rows: &[RestartRow]) -> Result<(), sqlx::Error> {
    const INSERT: &str = "INSERT INTO bridge_restarts (server, at_ms, outcome, detail) VALUES ($1, $2, $3, $4) \
                          ON CONFLICT (server, at_ms) DO UPDATE SET outcome = excluded.outcome, detail = excluded.detail";
    for row in rows {
        know(connection, &row.server).await?;
        let insert = query(INSERT).bind(cut(&row.server)).bind(row.at);
        insert.bind(cut(&row.outcome)).bind(cut(&row.detail)).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn know(connection: &mut AnyConnection, server: &str) -> Result<(), sqlx::Error> {
    let insert = query("INSERT INTO bridge_servers (name) VALUES ($1) ON CONFLICT DO NOTHING");
    insert.bind(cut(server)).execute(connection).await.map(|_| ())
}

/// What a column takes: a NUL would end the text for some readers.
fn cut(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].replace('\0', "\u{fffd}")
}

/// SQLite has 63 bits.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
