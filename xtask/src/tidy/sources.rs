//! What may not stand in a source file, wherever it compiles.

use super::Complaint;
use crate::workspace::SourceFile;

/// The rules themselves have to spell out what they look for.
const EXEMPT_FOLDER: &str = "xtask/src/tidy";

/// Folders of one machine. A path in the product, its tests or its documents is relative or configured.
const MACHINE_PATHS: &[&str] = &["/work/", "/root/", "shared/design", "shared/specs"];

/// The beginnings of SQL statements, as they appear in string literals.
const SQL_BEGINNINGS: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "ALTER TABLE ",
    "DROP TABLE ",
];

/// Where SQL may stand.
const SQL_FOLDERS: &[&str] = &["crates/store/", "migrations/"];

/// Checks the text of every file.
pub(crate) fn check(files: &[SourceFile], complaints: &mut Vec<Complaint>) {
    for file in files.iter().filter(|file| !file.path.starts_with(EXEMPT_FOLDER) && file.path != "Cargo.lock")
    {
        for (index, line) in file.text.lines().enumerate() {
            check_line(&file.path, index, line, complaints);
            if file.is("rs") {
                check_rust_line(&file.path, index, line, complaints);
            }
        }
    }
}

fn check_line(path: &str, index: usize, line: &str, complaints: &mut Vec<Complaint>) {
    if let Some(found) = MACHINE_PATHS.iter().find(|machine_path| names_path(line, machine_path)) {
        complaints.push(Complaint::at(path, index, format!("names a folder of one machine: {found}")));
    }
    for word in ["TODO", "FIXME"] {
        let open = line.split(word).skip(1).any(|rest| !rest.starts_with("(#"));
        if open && !path.ends_with(".md") {
            complaints.push(Complaint::at(
                path,
                index,
                format!("{word} without an issue; write {word}(#12)"),
            ));
        }
    }
}

fn check_rust_line(path: &str, index: usize, line: &str, complaints: &mut Vec<Complaint>) {
    let in_string = |beginning: &&&str| {
        line.find(**beginning).is_some_and(|position| line[..position].trim_end().ends_with(['"', '\\']))
    };
    if !SQL_FOLDERS.iter().any(|folder| path.starts_with(folder))
        && let Some(found) = SQL_BEGINNINGS.iter().find(in_string)
    {
        complaints.push(Complaint::at(
            path,
            index,
            format!("holds SQL ({}…); SQL is in `store` only", found.trim()),
        ));
    }
    if line.contains("allow(clippy::") && !line.contains("reason") {
        complaints.push(Complaint::at(
            path,
            index,
            "allows a lint without `reason = \"…\"`; prefer `expect` with a reason",
        ));
    }
}

/// Whether the path stands in the line on its own, not as the tail of a longer one such as `https://host/work/`.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(position, _)| {
        !path.starts_with('/')
            || !line[..position].ends_with(|before: char| before.is_alphanumeric() || before == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> usize {
        let mut complaints = Vec::new();
        check(&[SourceFile { path: path.into(), text: text.into() }], &mut complaints);
        complaints.len()
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        let line = "let text = \"SELECT jid FROM users\";";
        assert_eq!(complaints("crates/server/src/x.rs", line), 1);
        assert_eq!(complaints("crates/store/src/x.rs", line), 0);
        assert_eq!(complaints("crates/server/src/x.rs", "// SELECT is not used here"), 0);
    }

    #[test]
    fn paths_of_a_machine_are_found_in_any_file() {
        assert_eq!(complaints("README.md", "see /root/notes"), 1);
        assert_eq!(complaints("README.md", "see https://example.org/work/ and target/root/x"), 0);
    }

    #[test]
    fn an_open_end_needs_an_issue() {
        assert_eq!(complaints("crates/x/src/x.rs", "// TODO: later"), 1);
        assert_eq!(complaints("crates/x/src/x.rs", "// TODO(#7): later"), 0);
    }

    #[test]
    fn an_allowed_lint_needs_a_reason() {
        assert_eq!(complaints("crates/x/src/x.rs", "#[allow(clippy::too_many_lines)]"), 1);
        assert_eq!(
            complaints("crates/x/src/x.rs", "#[expect(clippy::too_many_lines, reason = \"a table\")]"),
            0
        );
    }
}
