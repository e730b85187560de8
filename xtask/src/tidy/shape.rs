//! The shape of source files: small, with a first sentence, named like their module.

use super::Complaint;
use crate::workspace::SourceFile;

/// No file may be longer. There are no exceptions but files that say that they are generated.
const LONGEST_LINES: usize = 600;
/// Half of the files are shorter than this.
const MEDIAN_LINES: usize = 200;
/// The module documentation begins within so many lines (room for inner attributes).
const MODULE_DOC_WITHIN_LINES: usize = 10;

/// Checks all Rust files; the answer is a phrase for the summary.
pub(crate) fn check(files: &[SourceFile], complaints: &mut Vec<Complaint>) -> String {
    let mut lengths = Vec::new();
    for file in files.iter().filter(|file| file.is("rs") && !is_generated(file)) {
        let lines = file.text.lines().count();
        lengths.push(lines);
        if lines > LONGEST_LINES {
            let text = format!("has {lines} lines; {LONGEST_LINES} is the most: split it by meaning");
            complaints.push(Complaint::new(&file.path, text));
        }
        if file.path.ends_with("/mod.rs") {
            complaints.push(Complaint::new(
                &file.path,
                "is called mod.rs; use `name.rs` beside the folder `name/`",
            ));
        }
        if !file.text.lines().take(MODULE_DOC_WITHIN_LINES).any(|line| line.starts_with("//!")) {
            complaints.push(Complaint::new(&file.path, "has no `//!` that says what the file is for"));
        }
    }
    let median = median(&mut lengths);
    if median >= MEDIAN_LINES {
        let text = format!("the median file has {median} lines; it stays under {MEDIAN_LINES}");
        complaints.push(Complaint::new("workspace", text));
    }
    let longest = lengths.last().copied().unwrap_or(0);
    format!("{} files (median {median} lines, longest {longest})", lengths.len())
}

fn is_generated(file: &SourceFile) -> bool {
    file.text.lines().next().is_some_and(|line| line.contains("@generated"))
}

fn median(lengths: &mut [usize]) -> usize {
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: String) -> usize {
        let mut complaints = Vec::new();
        check(&[SourceFile { path: path.into(), text }], &mut complaints);
        complaints.len()
    }

    #[test]
    fn long_nameless_and_undocumented_files_are_named() {
        assert_eq!(complaints("crates/x/src/fine.rs", "//! Fine.\n".into()), 0);
        assert_eq!(complaints("crates/x/src/mute.rs", "fn main() {}\n".into()), 1);
        assert_eq!(complaints("crates/x/src/mod.rs", "//! Old habit.\n".into()), 1);
        assert_eq!(complaints("crates/x/src/long.rs", format!("//! Long.\n{}", "\n".repeat(600))), 2);
    }
}
