//! What is asked of the history.

use sqlx::any::AnyRow;
use sqlx::query;

use super::{BridgeHistory, CallCount, RestartRow, SessionCount};
use crate::error::StoreError;
use crate::fields::Fields;

/// Most rows of one answer.
const MAX_ROWS: i64 = 100_000;

/// The sessions of a bridge within one length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Its beginning.
    pub at: i64,
    /// The lowest count.
    pub lowest: u32,
    /// The highest count.
    pub highest: u32,
}

/// The bounds of the leak within one length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeakBucket {
    /// Its beginning.
    pub at: i64,
    /// The smallest lower bound.
    pub least: u32,
    /// The largest upper bound.
    pub most: u32,
}

/// The CMA calls of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeakHour {
    /// Its beginning.
    pub at: i64,
    /// The sum over all Call Bridges of each one's highest peak.
    pub peak: u64,
    /// How many Call Bridges counted in it.
    pub servers: u32,
}

impl BridgeHistory {
    /// Servers of which something is known, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn servers(&self) -> Result<Vec<String>, StoreError> {
        const WHAT: &str = "list servers of the history";
        let select = query("SELECT name FROM bridge_servers ORDER BY name LIMIT $1").bind(MAX_ROWS);
        let rows = self.database.rows(WHAT, select).await?;
        rows.iter().map(|row| Ok(Fields::new(WHAT, row).text(0)?.to_owned())).collect()
    }

    /// The newest counts of a Web Bridge since then, at most `most` of them, the earliest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions(
        &self,
        server: &str,
        since: i64,
        most: u32,
    ) -> Result<Vec<SessionCount>, StoreError> {
        const WHAT: &str = "read session counts of the history";
        let sql = "SELECT at_ms, sessions, c, d FROM bridge_sessions WHERE server = $1 AND at_ms >= $2 \
                   ORDER BY at_ms DESC LIMIT $3";
        let select = query(sql).bind(server.to_owned()).bind(since).bind(i64::from(most).min(MAX_ROWS));
        let rows = self.database.rows(WHAT, select).await?;
        let count = |row: &AnyRow| {
            let fields = Fields::new(WHAT, row);
            Ok(SessionCount {
                server: server.to_owned(),
                at: fields.number(0)?,
                sessions: fields.small_count(1)?,
                c: fields.count(2)?,
                d: fields.count(3)?,
            })
        };
        rows.iter().rev().map(count).collect()
    }

    /// The newest counts of a Call Bridge since then, at most `most` of them, the earliest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn calls(&self, server: &str, since: i64, most: u32) -> Result<Vec<CallCount>, StoreError> {
        const WHAT: &str = "read call counts of the history";
        let sql = "SELECT at_ms, now, peak FROM bridge_calls WHERE server = $1 AND at_ms >= $2 \
                   ORDER BY at_ms DESC LIMIT $3";
        let select = query(sql).bind(server.to_owned()).bind(since).bind(i64::from(most).min(MAX_ROWS));
        let rows = self.database.rows(WHAT, select).await?;
        let count = |row: &AnyRow| {
            let fields = Fields::new(WHAT, row);
            let (now, peak) = (fields.small_count(1)?, fields.small_count(2)?);
            Ok(CallCount { server: server.to_owned(), at: fields.number(0)?, now, peak })
        };
        rows.iter().rev().map(count).collect()
    }

    /// Lowest and highest count of a Web Bridge in each length of so many milliseconds between two moments: for a plot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_buckets(
        &self,
        server: &str,
        (from, until): (i64, i64),
        length: i64,
    ) -> Result<Vec<Bucket>, StoreError> {
        const WHAT: &str = "read a plot out of the history";
        let sql = "SELECT MIN(at_ms), MIN(sessions), MAX(sessions) FROM bridge_sessions \
                   WHERE server = $1 AND at_ms >= $2 AND at_ms < $3 GROUP BY at_ms / $4 ORDER BY 1 LIMIT $5";
        let select = query(sql).bind(server.to_owned()).bind(from).bind(until).bind(length.max(1));
        let rows = self.database.rows(WHAT, select.bind(MAX_ROWS)).await?;
        let bucket = |row: &AnyRow| {
            let fields = Fields::new(WHAT, row);
            let (lowest, highest) = (fields.small_count(1)?, fields.small_count(2)?);
            Ok(Bucket { at: fields.number(0)?, lowest, highest })
        };
        rows.iter().map(bucket).collect()
    }

    /// The widest bounds of the leak in each length of so many milliseconds between two moments, where they were known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn leak_buckets(
        &self,
        (from, until): (i64, i64),
        length: i64,
    ) -> Result<Vec<LeakBucket>, StoreError> {
        const WHAT: &str = "read bounds of the leak out of the history";
        let sql = "SELECT MIN(at_ms), MIN(least), MAX(most) FROM bridge_verdicts \
                   WHERE at_ms >= $1 AND at_ms < $2 AND least IS NOT NULL GROUP BY at_ms / $3 ORDER BY 1 LIMIT $4";
        let select = query(sql).bind(from).bind(until).bind(length.max(1)).bind(MAX_ROWS);
        let rows = self.database.rows(WHAT, select).await?;
        let bucket = |row: &AnyRow| {
            let fields = Fields::new(WHAT, row);
            Ok(LeakBucket {
                at: fields.number(0)?,
                least: fields.small_count(1)?,
                most: fields.small_count(2)?,
            })
        };
        rows.iter().map(bucket).collect()
    }

    /// The hours since then with the CMA calls of the whole deployment: the best window is looked for among them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn peak_hours(&self, since: i64) -> Result<Vec<PeakHour>, StoreError> {
        const WHAT: &str = "read peaks out of the history";
        const HOUR: i64 = 3_600_000;
        let sql = "SELECT hour * $2, CAST(SUM(peak) AS BIGINT), COUNT(*) FROM (\
                   SELECT at_ms / $2 AS hour, MAX(peak) AS peak FROM bridge_calls \
                   WHERE server IN (SELECT name FROM bridge_servers) AND at_ms >= $1 GROUP BY server, at_ms / $2) \
                   AS hours GROUP BY hour ORDER BY hour LIMIT $3";
        let select = query(sql).bind(since).bind(HOUR).bind(MAX_ROWS);
        let rows = self.database.rows(WHAT, select).await?;
        let hour = |row: &AnyRow| {
            let fields = Fields::new(WHAT, row);
            Ok(PeakHour { at: fields.number(0)?, peak: fields.count(1)?, servers: fields.small_count(2)? })
        };
        rows.iter().map(hour).collect()
    }

    /// The restarts since then, the earliest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn restarts(&self, since: i64) -> Result<Vec<RestartRow>, StoreError> {
        const WHAT: &str = "read restarts out of the history";
        let sql = "SELECT server, at_ms, outcome, detail FROM bridge_restarts WHERE at_ms >= $1 \
                   ORDER BY at_ms, server LIMIT $2";
        let rows = self.database.rows(WHAT, query(sql).bind(since).bind(MAX_ROWS)).await?;
        let restart = |row: &AnyRow| {
            let fields = Fields::new(WHAT, row);
            Ok(RestartRow {
                server: fields.text(0)?.to_owned(),
                at: fields.number(1)?,
                outcome: fields.text(2)?.to_owned(),
                detail: fields.text(3)?.to_owned(),
            })
        };
        rows.iter().map(restart).collect()
    }
}
