//! A question in SQL, put to a copy of the views.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, Executor as _, Row as _,
    SqlSafeStr as _, Statement as _, TypeInfo as _, ValueRef as _, query,
};

use super::{Cell, Kind, NODE, SUBCLUSTER, Views};

/// The most bytes of an answer.
const ANSWER_MAX_BYTES: usize = 16 << 20;
/// The longest question.
const QUESTION_MAX_BYTES: usize = 64 << 10;
/// SQLite looks at the clock after so many of its steps.
const STEPS_BETWEEN_LOOKS: i32 = 1_000;
/// With what a question may begin.
const FIRST_WORDS: [&str; 3] = ["select", "with", "values"];

/// How much a question may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest time.
    pub time: Duration,
    /// The most rows; what is beyond is left out.
    pub rows: usize,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with as many cells.
    pub rows: Vec<Vec<Cell>>,
    /// There would have been more.
    pub more: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It is not one question.
    #[error("{0}; write one statement that begins with SELECT, WITH or VALUES")]
    NotAQuestion(&'static str),
    /// SQLite does not understand it, or refuses it.
    #[error("{0}; the tables that can be asked about are enterprisesubcluster and enterprisenode")]
    Refused(String),
    /// It took too long.
    #[error("no answer within {} s", .0.as_secs())]
    TooLong(Duration),
}

impl Views {
    /// Puts a question to this copy: one statement in SQLite's SQL.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(&self, sql: &str, limits: Limits) -> Result<Answer, AskError> {
        let sql = check(sql)?;
        let deadline = Instant::now() + limits.time;
        let late = || Instant::now() >= deadline;
        let asked = tokio::time::timeout(limits.time, async {
            let mut copy = self.copy().await?;
            copy.lock_handle()
                .await?
                .set_progress_handler(STEPS_BETWEEN_LOOKS, move || Instant::now() < deadline);
            let answer = ask(&mut copy, sql, limits.rows).await;
            let _ = copy.close().await;
            answer
        })
        .await;
        match asked {
            Ok(Ok(answer)) => Ok(answer),
            Err(_) => Err(AskError::TooLong(limits.time)),
            Ok(Err(_)) if late() => Err(AskError::TooLong(limits.time)),
            Ok(Err(sqlx::Error::Database(error))) => Err(AskError::Refused(error.message().to_owned())),
            Ok(Err(error)) => Err(AskError::Refused(error.to_string())),
        }
    }

    /// An SQLite database in memory that holds the views as tables, and takes no changes.
    async fn copy(&self) -> Result<SqliteConnection, sqlx::Error> {
        let options = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
        let mut copy = options.connect().await?;
        for (view, rows) in [SUBCLUSTER, NODE].iter().zip(&self.rows) {
            let columns = view.columns.iter().map(|(name, kind)| match kind {
                Kind::Number => format!("{name} BIGINT"),
                Kind::Text => format!("{name} TEXT"),
            });
            let columns = columns.collect::<Vec<_>>().join(", ");
            copy.execute(AssertSqlSafe(format!("CREATE TABLE {} ({columns})", view.name))).await?;
            let places = (1..=view.columns.len()).map(|place| format!("${place}"));
            let places = places.collect::<Vec<_>>().join(", ");
            let insert = format!("INSERT INTO {} VALUES ({places})", view.name);
            for row in rows {
                let insert =
                    row.iter().fold(query(AssertSqlSafe(insert.clone())), |insert, cell| match cell {
                        Cell::Null => insert.bind(None::<i64>),
                        Cell::Integer(number) => insert.bind(*number),
                        Cell::Real(number) => insert.bind(*number),
                        Cell::Text(text) => insert.bind(text.clone()),
                    });
                insert.execute(&mut copy).await?;
            }
        }
        copy.execute("PRAGMA query_only = ON").await?;
        Ok(copy)
    }
}

/// Takes a line end or a semicolon off its end, and refuses what is not one question: without a semicolon it is one
/// statement, and one that begins like this attaches no file and changes no setting.
fn check(sql: &str) -> Result<&str, AskError> {
    let sql = sql.trim().trim_end_matches(';').trim_end();
    let first = sql.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    if sql.len() > QUESTION_MAX_BYTES {
        Err(AskError::NotAQuestion("the question is longer than 64 KiB"))
    } else if sql.contains(';') {
        Err(AskError::NotAQuestion("there is a semicolon within the question"))
    } else if !FIRST_WORDS.iter().any(|word| first.eq_ignore_ascii_case(word)) {
        Err(AskError::NotAQuestion("this asks for nothing"))
    } else {
        Ok(sql)
    }
}

async fn ask(copy: &mut SqliteConnection, sql: &str, most_rows: usize) -> Result<Answer, sqlx::Error> {
    let statement = copy.prepare(AssertSqlSafe(sql.to_owned()).into_sql_str()).await?;
    let columns = statement.columns().iter().map(|column| column.name().to_owned()).collect();
    let mut answer = Answer { columns, rows: Vec::new(), more: false };
    let mut bytes = 0;
    let mut rows = statement.query().fetch(&mut *copy);
    while let Some(row) = rows.try_next().await? {
        if answer.rows.len() >= most_rows || bytes >= ANSWER_MAX_BYTES {
            answer.more = true;
            break;
        }
        let row = (0..row.len()).map(|place| cell(&row, place)).collect::<Result<Vec<Cell>, _>>()?;
        bytes += row.iter().map(size).sum::<usize>();
        answer.rows.push(row);
    }
    Ok(answer)
}

fn cell(row: &SqliteRow, place: usize) -> Result<Cell, sqlx::Error> {
    let value = row.try_get_raw(place)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    Ok(match value.type_info().name() {
        "INTEGER" | "BOOLEAN" => Cell::Integer(row.try_get_unchecked(place)?),
        "REAL" => Cell::Real(row.try_get_unchecked(place)?),
        "BLOB" => {
            let bytes: Vec<u8> = row.try_get_unchecked(place)?;
            Cell::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        _ => Cell::Text(row.try_get_unchecked(place)?),
    })
}

fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::Null | Cell::Integer(_) | Cell::Real(_) => size_of::<i64>(),
    }
}
