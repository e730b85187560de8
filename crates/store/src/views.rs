//! What operators may ask about with SQL of their own: two views, and nothing else.
//!
//! A question is never put to the database that serves. The views are read from it, in one read-only transaction, into an
//! SQLite database in memory, and the question is put to that. So no statement, however it is written, can reach a
//! password, a token or a message, change anything, or hold up those who work. (SQLite has no rights per table, and the
//! PostgreSQL user of a node may read all of its tables: on neither would a check of the text be worth trusting.)

mod question;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Executor as _, Row as _, ValueRef as _, query};

pub use question::{Answer, AskError, Limits};

use crate::database::{Backend, Database, READ_TIMEOUT_SECONDS, within};
use crate::error::StoreError;

/// The views, by name.
pub const VIEW_NAMES: [&str; 2] = [SUBCLUSTER.name, NODE.name];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
}

use Kind::{Number, Text};

/// A view as the migrations make it.
struct View {
    name: &'static str,
    columns: &'static [(&'static str, Kind)],
}

/// A row for each redundancy group.
const SUBCLUSTER: View = View {
    name: "enterprisesubcluster",
    columns: &[
        ("id", Text),
        ("name", Text),
        ("ha_enabled", Number),
        ("assignment", Text),
        ("fkenterprisenode_1", Text),
        ("fkenterprisenode_2", Text),
        ("assigned_users", Number),
        ("created", Text),
    ],
};

/// A row for each node.
const NODE: View = View {
    name: "enterprisenode",
    columns: &[
        ("id", Text),
        ("name", Text),
        ("subclusterid", Text),
        ("subcluster", Text),
        ("position", Number),
        ("tkhaserverstate", Number),
        ("state", Text),
        ("tkhaserverreason", Number),
        ("reason", Text),
        ("since", Text),
        ("idle", Number),
        ("assigned_users", Number),
        ("link_address", Text),
        ("client_address", Text),
        ("version", Text),
        ("seen", Text),
    ],
};

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// There is none.
    Null,
    /// A whole number.
    Integer(i64),
    /// Another number.
    Real(f64),
    /// Text; bytes are shown as hexadecimal digits.
    Text(String),
}

/// A copy of the views, of one moment.
#[derive(Debug, Clone)]
pub struct Views {
    /// Rows of each view, in the order of the tables above.
    rows: [Vec<Vec<Cell>>; 2],
}

impl Views {
    /// Every node with the host that its clients are told, empty if they are told none; by name.
    pub fn client_addresses(&self) -> Vec<(String, String)> {
        let place = |column: &str| NODE.columns.iter().position(|(name, _)| *name == column);
        let [_, nodes] = &self.rows;
        let text = |row: &Vec<Cell>, column: &str| match place(column).and_then(|place| row.get(place)) {
            Some(Cell::Text(text)) => text.clone(),
            _ => String::new(),
        };
        nodes.iter().map(|row| (text(row, "name"), text(row, "client_address"))).collect()
    }
}

impl Database {
    /// Reads the views, as they are at one moment.
    ///
    /// # Errors
    /// [`StoreError`], also when the tables are still those of a version that had no views.
    pub async fn views(&self) -> Result<Views, StoreError> {
        const WHAT: &str = "read the views";
        let mut lease = self.reader(WHAT).await?;
        let rows = within(WHAT, READ_TIMEOUT_SECONDS, async {
            let connection = lease.connection();
            connection
                .execute(match self.backend() {
                    Backend::Sqlite => "BEGIN",
                    Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                })
                .await?;
            let mut read = [Vec::new(), Vec::new()];
            for (view, rows) in [SUBCLUSTER, NODE].iter().zip(&mut read) {
                let columns: Vec<&str> = view.columns.iter().map(|(name, _)| *name).collect();
                let sql = format!("SELECT {} FROM {} ORDER BY name", columns.join(", "), view.name);
                *rows = query(AssertSqlSafe(sql)).fetch_all(&mut *connection).await?;
            }
            connection.execute("ROLLBACK").await?;
            Ok(read)
        })
        .await?;
        lease.give_back();
        let [groups, nodes] = rows;
        Ok(Views { rows: [cells(WHAT, &SUBCLUSTER, &groups)?, cells(WHAT, &NODE, &nodes)?] })
    }
}

fn cells(what: &'static str, view: &View, rows: &[AnyRow]) -> Result<Vec<Vec<Cell>>, StoreError> {
    let unreadable = |column: &str| StoreError::broken(what, format!("column {column} cannot be read"));
    let cell = |row: &AnyRow, place: usize, (column, kind): &(&str, Kind)| {
        let value = row.try_get_raw(place).map_err(|_| unreadable(column))?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        let read = match kind {
            Number => row.try_get(place).map(Cell::Integer),
            Text => row.try_get(place).map(Cell::Text),
        };
        read.map_err(|_| unreadable(column))
    };
    let row = |row| view.columns.iter().enumerate().map(|(place, column)| cell(row, place, column)).collect();
    rows.iter().map(row).collect()
}
