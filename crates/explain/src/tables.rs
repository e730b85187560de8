//! Output of `run sql select … from enterprisesubcluster` and `… from enterprisenode`: names, a ruler, rows.

use everpresent_recovery::manager::NodeState;

use crate::event::{name, state};
use crate::report::{GroupRow, NodeRow};

/// Rows kept, nodes and groups each. A cluster has six nodes in three groups.
const MAX_ROWS: usize = 64;
/// Columns of a table that are looked at.
const MAX_COLUMNS: usize = 256;

/// What became of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The line before is a header, this one its ruler.
    Ruler,
    /// A row.
    Row,
    /// Not of a table that is known.
    No,
}

/// Tables in a stream of lines.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    before: String,
    columns: Option<Vec<Column>>,
    pub(crate) nodes: Vec<NodeRow>,
    pub(crate) groups: Vec<GroupRow>,
    /// Rows that there was no room for.
    pub(crate) left_out: u64,
}

#[derive(Debug)]
struct Column {
    name: String,
    from: usize,
    to: usize,
}

impl Tables {
    /// Looks at a line.
    pub(crate) fn offer(&mut self, line: &str) -> Taken {
        if is_ruler(line) {
            self.columns = known(columns(&self.before, line));
            self.before.clear();
            return if self.columns.is_some() { Taken::Ruler } else { Taken::No };
        }
        if line.trim().is_empty() || line.trim_start().starts_with("admin:") {
            self.close();
            return Taken::No;
        }
        if let Some(columns) = self.columns.take() {
            let row = Row { line: line.chars().collect(), columns: &columns };
            let taken = self.row(&row);
            self.columns = Some(columns);
            return if taken { Taken::Row } else { Taken::No };
        }
        line.clone_into(&mut self.before);
        Taken::No
    }

    /// What comes now is no row any more.
    pub(crate) fn close(&mut self) {
        self.columns = None;
        self.before.clear();
    }

    fn row(&mut self, row: &Row<'_>) -> bool {
        let Some(title) = row.cell("name") else { return false };
        if self.nodes.len() + self.groups.len() >= MAX_ROWS {
            self.left_out += 1;
        } else if let Some(number) = row.cell("tkhaserverstate") {
            let (state, assumed) = meaning(&number, row.cell("state").as_deref());
            self.nodes.push(NodeRow { name: title, number, state: state.map(NodeState::as_str), assumed });
        } else {
            let enabled = row.cell("haenabled").and_then(|cell| match cell.as_str() {
                "t" | "true" | "1" => Some(true),
                "f" | "false" | "0" => Some(false),
                _ => None,
            });
            self.groups.push(GroupRow { name: title, high_availability: enabled });
        }
        true
    }
}

/// The state that `tkhaserverstate` stands for, and whether that is assumed. Scripts of operators put words for the
/// numbers; Everpresent has the text in a column of its own.
fn meaning(number: &str, text: Option<&str>) -> (Option<NodeState>, bool) {
    if let Some(state) = text.and_then(state) {
        return (Some(state), false);
    }
    match number.to_ascii_lowercase().as_str() {
        "2" | "idle" => (Some(NodeState::Idle), false),
        "3" | "normal" => (Some(NodeState::Normal), false),
        "4" | "backup" => (Some(NodeState::Backup), false),
        other => (other.parse().ok().and_then(NodeState::from_number), true),
    }
}

/// Only tables that have a name and one of the two columns that matter.
fn known(columns: Vec<Column>) -> Option<Vec<Column>> {
    let has = |name: &str| columns.iter().any(|column| column.name == name);
    (has("name") && (has("tkhaserverstate") || has("haenabled"))).then_some(columns)
}

fn is_ruler(line: &str) -> bool {
    let line = line.trim();
    line.len() > 1 && line.starts_with("==") && line.bytes().all(|byte| byte == b'=' || byte == b' ')
}

fn columns(header: &str, ruler: &str) -> Vec<Column> {
    let header: Vec<char> = header.chars().collect();
    let mut columns = Vec::new();
    let mut from = None;
    for (index, character) in ruler.chars().chain([' ']).enumerate() {
        match (character, from) {
            ('=', None) => from = Some(index),
            ('=', Some(_)) | (_, None) => {}
            (_, Some(begin)) if columns.len() < MAX_COLUMNS => {
                let name = slice(&header, begin, index).to_ascii_lowercase();
                columns.push(Column { name, from: begin, to: index });
                from = None;
            }
            (_, Some(_)) => from = None,
        }
    }
    columns
}

fn slice(line: &[char], from: usize, to: usize) -> String {
    let cell = line.get(from..to.min(line.len())).unwrap_or_default();
    cell.iter().collect::<String>().trim().to_owned()
}

struct Row<'a> {
    line: Vec<char>,
    columns: &'a [Column],
}

impl Row<'_> {
    /// The cell in the column of this name. `None` if there is no such column, or nothing in it.
    fn cell(&self, title: &str) -> Option<String> {
        let column = self.columns.iter().find(|column| column.name == title)?;
        name(&slice(&self.line, column.from, column.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Tables {
        let mut tables = Tables::default();
        for line in text.lines() {
            tables.offer(line);
        }
        tables
    }

    #[test]
    fn nodes_and_groups_are_read_by_the_names_of_their_columns() {
        let tables = read(
            "admin:run sql select name, isprimary, tkhaserverstate from enterprisenode\n\
             name             isprimary tkhaserverstate\n\
             ================ ========= ===============\n\
             imp1.example.org t         2\n\
             imp2 with spaces f         backup\n\
             imp3             f         11\n\
             \n\
             admin:run sql select name, haenabled from enterprisesubcluster\n\
             name                haenabled\n\
             =================== =========\n\
             DefaultCUPSubCluster t\n",
        );
        let rows = tables.nodes.iter().map(|row| (row.name.as_str(), row.state, row.assumed));
        assert_eq!(
            rows.collect::<Vec<_>>(),
            [
                ("imp1.example.org", Some("Idle"), false),
                ("imp2 with spaces", Some("Running in Backup Mode"), false),
                ("imp3", Some("Running in Failed Mode"), true),
            ]
        );
        assert_eq!(tables.groups.len(), 1);
    }

    #[test]
    fn a_table_of_something_else_is_none_of_ours() {
        let tables = read("user  state\n===== =====\nname  2\n");
        assert!(tables.nodes.is_empty() && tables.groups.is_empty());
    }

    #[test]
    fn endless_rows_are_counted_and_not_kept() {
        let rows = "imp1 3\n".repeat(1_000);
        let tables = read(&format!("name tkhaserverstate\n==== ===============\n{rows}"));
        assert_eq!((tables.nodes.len(), tables.left_out), (MAX_ROWS, 1_000 - MAX_ROWS as u64));
    }
}
