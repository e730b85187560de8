//! Sorting a batch into statements: by kind, the last row of each key only.

use std::collections::HashSet;

use everpresent_session::ids::{RowId, SessionId};
use everpresent_session::row::{Row, TokenSlot};

use super::table::{TABLES, Table};

/// A batch without rows that later ones overrule. No two rows of it have the same key, so the order in which they are
/// written does not matter.
pub(super) struct Batch<'r> {
    groups: [Vec<&'r Row>; TABLES.len()],
}

/// What a row is about.
#[derive(PartialEq, Eq, Hash)]
enum Key<'r> {
    Archive(&'r str, RowId),
    Spool(&'r str, RowId),
    Roster(&'r str, &'r str),
    Block(&'r str, &'r str),
    Preferences(&'r str),
    Token(&'r str, &'r str, TokenSlot),
    Head(SessionId),
    Route(RowId),
    RosterVersion(&'r str),
}

impl<'r> Batch<'r> {
    pub(super) fn new(rows: &'r [Row]) -> Self {
        let mut groups: [Vec<&Row>; TABLES.len()] = Default::default();
        let mut seen = HashSet::with_capacity(rows.len());
        for row in rows.iter().rev() {
            let (table, key) = place(row);
            if seen.insert(key) {
                groups[table as usize].push(row);
            }
        }
        // Each roster change also makes a version, of which the highest counts.
        let mut changes: Vec<&Row> =
            rows.iter().filter(|row| matches!(row, Row::Roster(_) | Row::RosterGone { .. })).collect();
        changes.sort_by_key(|row| std::cmp::Reverse(roster_version(row).1));
        changes.retain(|row| seen.insert(Key::RosterVersion(roster_version(row).0)));
        groups[Table::RosterVersion as usize] = changes;
        Self { groups }
    }

    /// The rows by statement. Within each, oldest first: neighbours in the batch are neighbours in the file.
    pub(super) fn groups(&self) -> impl Iterator<Item = (Table, impl Iterator<Item = &'r Row> + Clone)> {
        let filled = TABLES.into_iter().zip(&self.groups).filter(|(_, rows)| !rows.is_empty());
        filled.map(|(table, rows)| (table, rows.iter().rev().copied()))
    }
}

/// The account and the roster version that a roster change made.
pub(super) fn roster_version(row: &Row) -> (&str, u64) {
    match row {
        Row::Roster(row) => (row.user.as_str(), row.version),
        Row::RosterGone { user, version, .. } => (user.as_str(), *version),
        _ => ("", 0),
    }
}

fn place(row: &Row) -> (Table, Key<'_>) {
    match row {
        Row::Archive(row) => (Table::Archive, Key::Archive(row.user.as_str(), row.id)),
        Row::Spool(row) => (Table::Spool, Key::Spool(row.user.as_str(), row.id)),
        Row::SpoolGone { user, id } => (Table::SpoolGone, Key::Spool(user.as_str(), *id)),
        Row::Roster(row) => (Table::Roster, Key::Roster(row.user.as_str(), row.contact.as_str())),
        Row::RosterGone { user, contact, .. } => {
            (Table::RosterGone, Key::Roster(user.as_str(), contact.as_str()))
        }
        Row::Blocked { user, jid } => (Table::Blocked, Key::Block(user.as_str(), jid.as_str())),
        Row::Unblocked { user, jid } => (Table::Unblocked, Key::Block(user.as_str(), jid.as_str())),
        Row::ArchivePreferences { user, .. } => (Table::ArchivePreferences, Key::Preferences(user.as_str())),
        Row::Token(row) => (Table::Token, Key::Token(row.user.as_str(), &row.user_agent, row.slot)),
        Row::TokenGone { user, user_agent, slot } => {
            (Table::TokenGone, Key::Token(user.as_str(), user_agent, *slot))
        }
        Row::Route(row) => (Table::Route, Key::Route(row.id)),
        Row::RouteGone { id } => (Table::RouteGone, Key::Route(*id)),
        Row::Head(row) => (Table::Head, Key::Head(row.session)),
        Row::HeadGone { session } => (Table::HeadGone, Key::Head(*session)),
    }
}
