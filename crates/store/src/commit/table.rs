//! The statements of a batch: as few as there are kinds of rows, each for many rows.

use std::sync::LazyLock;

use crate::database::Backend;

/// What can be done in a batch, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Archive,
    Spool,
    SpoolGone,
    Roster,
    RosterGone,
    RosterVersion,
    Blocked,
    Unblocked,
    ArchivePreferences,
    Token,
    TokenGone,
    Route,
    RouteGone,
    Head,
    HeadGone,
}

pub(super) const TABLES: [Table; 15] = [
    Table::Archive,
    Table::Spool,
    Table::SpoolGone,
    Table::Roster,
    Table::RosterGone,
    Table::RosterVersion,
    Table::Blocked,
    Table::Unblocked,
    Table::ArchivePreferences,
    Table::Token,
    Table::TokenGone,
    Table::Route,
    Table::RouteGone,
    Table::Head,
    Table::HeadGone,
];

/// How many rows a statement is for. Few different ones, so that all of them stay prepared on their connection, and
/// small enough that SQLite answers a list of keys from its index.
const CHUNK_ROWS: [usize; 4] = [64, 16, 4, 1];

/// A row that never changes stays as it is.
const KEEP: &str = "ON CONFLICT DO NOTHING";

/// A table, its columns, and what is done with a row of it.
enum Form {
    /// Writes the row; `conflict` is what becomes of one that is there.
    Put { table: &'static str, columns: &'static [&'static str], conflict: &'static str },
    /// Removes the row of this key.
    Remove { table: &'static str, key: &'static [&'static str] },
}

impl Table {
    #[expect(clippy::too_many_lines, reason = "one table")]
    fn form(self) -> Form {
        let put = |table, columns, conflict| Form::Put { table, columns, conflict };
        let remove = |table, key| Form::Remove { table, key };
        match self {
            Self::Archive => put(
                "archive",
                &["account", "id", "at_ms", "with_bare", "with_resource", "stanza_id", "stanza"],
                KEEP,
            ),
            Self::Spool => put("spool", &["account", "id", "at_ms", "archived", "stanza"], KEEP),
            Self::SpoolGone => remove("spool", &["account", "id"]),
            Self::Roster => put(
                "roster",
                &[
                    "account",
                    "contact",
                    "name",
                    "group_names",
                    "subscription",
                    "pending_out",
                    "pending_in",
                    "approved",
                    "listed",
                    "version",
                ],
                "ON CONFLICT (account, contact) DO UPDATE SET name = excluded.name, \
                 group_names = excluded.group_names, subscription = excluded.subscription, \
                 pending_out = excluded.pending_out, pending_in = excluded.pending_in, \
                 approved = excluded.approved, listed = excluded.listed, version = excluded.version",
            ),
            Self::RosterGone => remove("roster", &["account", "contact"]),
            Self::RosterVersion => put(
                "roster_versions",
                &["account", "version"],
                "ON CONFLICT (account) DO UPDATE SET version = excluded.version \
                 WHERE excluded.version > roster_versions.version",
            ),
            Self::Blocked => put("blocked", &["account", "jid"], KEEP),
            Self::Unblocked => remove("blocked", &["account", "jid"]),
            Self::ArchivePreferences => put(
                "archive_preferences",
                &["account", "rule", "always_with", "never_with"],
                "ON CONFLICT (account) DO UPDATE SET rule = excluded.rule, always_with = excluded.always_with, \
                 never_with = excluded.never_with",
            ),
            Self::Token => put(
                "tokens",
                &["account", "user_agent", "slot", "mechanism", "secret", "expires_ms", "use_count"],
                "ON CONFLICT (account, user_agent, slot) DO UPDATE SET mechanism = excluded.mechanism, \
                 secret = excluded.secret, expires_ms = excluded.expires_ms, use_count = excluded.use_count",
            ),
            Self::TokenGone => remove("tokens", &["account", "user_agent", "slot"]),
            Self::Route => put("routes", &["home", "id", "to_home", "stanza"], KEEP),
            Self::RouteGone => remove("routes", &["home", "id"]),
            Self::Head => put(
                "heads",
                &[
                    "home",
                    "session",
                    "account",
                    "jid",
                    "user_agent",
                    "handled",
                    "presence",
                    "directed",
                    "opened_ms",
                ],
                "ON CONFLICT (home, session) DO UPDATE SET account = excluded.account, jid = excluded.jid, \
                 user_agent = excluded.user_agent, handled = excluded.handled, presence = excluded.presence, \
                 directed = excluded.directed, opened_ms = excluded.opened_ms",
            ),
            Self::HeadGone => remove("heads", &["home", "session"]),
        }
    }

    /// The statements for these rows, each with the rows that it is for.
    pub(super) fn statements<R: Iterator + Clone>(
        self,
        backend: Backend,
        rows: R,
    ) -> impl Iterator<Item = (&'static str, std::iter::Take<R>)> {
        static SQLITE: LazyLock<Vec<Texts>> = LazyLock::new(|| texts(Backend::Sqlite));
        static POSTGRES: LazyLock<Vec<Texts>> = LazyLock::new(|| texts(Backend::Postgres));
        let texts: &'static Texts = match backend {
            Backend::Sqlite => &SQLITE[self as usize],
            Backend::Postgres => &POSTGRES[self as usize],
        };
        let mut rest = rows;
        let mut left = rest.clone().count();
        std::iter::from_fn(move || {
            let (size, sql) = CHUNK_ROWS.iter().zip(texts).find(|(size, _)| **size <= left)?;
            let chunk = rest.clone().take(*size);
            rest.nth(size - 1);
            left -= size;
            Some((sql.as_str(), chunk))
        })
    }
}

/// A table's statement for each number of rows.
type Texts = [String; CHUNK_ROWS.len()];

fn texts(backend: Backend) -> Vec<Texts> {
    TABLES.iter().map(|table| CHUNK_ROWS.map(|rows| text(backend, &table.form(), rows))).collect()
}

fn text(backend: Backend, form: &Form, rows: usize) -> String {
    let mut number = 0;
    let mut place = || match backend {
        // SQLite's driver looks each numbered argument up in a list of all of them.
        Backend::Sqlite => "?".to_owned(),
        Backend::Postgres => {
            number += 1;
            format!("${number}")
        }
    };
    match form {
        Form::Put { table, columns, conflict } => {
            let mut row = || format!("({})", columns.iter().map(|_| place()).collect::<Vec<_>>().join(", "));
            let values = (0..rows).map(|_| row()).collect::<Vec<_>>().join(", ");
            format!("INSERT INTO {table} ({}) VALUES {values} {conflict}", columns.join(", "))
        }
        Form::Remove { table, key } => {
            // Not a list of row values: SQLite would walk the whole table for it.
            let equal = |place: String, column: &&str| format!("{column} = {place}");
            let mut row =
                || key.iter().map(|column| equal(place(), column)).collect::<Vec<_>>().join(" AND ");
            let any = (0..rows).map(|_| format!("({})", row())).collect::<Vec<_>>().join(" OR ");
            format!("DELETE FROM {table} WHERE {any}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_listed_in_their_order() {
        for (place, table) in TABLES.into_iter().enumerate() {
            assert_eq!(table as usize, place);
        }
    }

    #[test]
    fn any_number_of_rows_is_cut_into_few_statements_and_none_is_lost() {
        for count in [1, 3, 63, 64, 65, 100, 1_000] {
            let rows: Vec<usize> = (0..count).collect();
            let chunks: Vec<Vec<&usize>> = Table::Spool
                .statements(Backend::Sqlite, rows.iter())
                .map(|(_, chunk)| chunk.collect())
                .collect();
            assert_eq!(chunks.concat(), rows.iter().collect::<Vec<_>>());
            assert!(chunks.len() <= count / 64 + 9, "{count} rows in {} statements", chunks.len());
        }
    }
}
