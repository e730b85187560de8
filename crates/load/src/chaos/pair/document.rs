//! The part of a Markdown document that the scene writes.

use std::fs;
use std::path::Path;

use crate::Error;

/// The marks around the tables of kills.
pub(crate) const KILLS: [&str; 2] = ["<!-- chaos-pair: begin -->", "<!-- chaos-pair: end -->"];
/// The marks around the table of restarts.
pub(crate) const RESTARTS: [&str; 2] = ["<!-- chaos-restart: begin -->", "<!-- chaos-restart: end -->"];
/// The marks around the table of an upgrade.
pub(crate) const UPGRADE: [&str; 2] = ["<!-- chaos-upgrade: begin -->", "<!-- chaos-upgrade: end -->"];
/// The marks around the table of faults.
pub(crate) const FAULTS: [&str; 2] = ["<!-- chaos-faults: begin -->", "<!-- chaos-faults: end -->"];
/// The marks around the table of faults in sequence.
pub(crate) const SEQUENCES: [&str; 2] = ["<!-- chaos-sequences: begin -->", "<!-- chaos-sequences: end -->"];

/// Puts the tables between the marks of the document; a document that is not there yet begins with them.
///
/// # Errors
/// [`Error::Arguments`] if the document has no marks.
pub(crate) fn write(path: &Path, marks: [&str; 2], tables: &str) -> Result<(), Error> {
    let [begin, end] = marks;
    let old = fs::read_to_string(path).unwrap_or_else(|_| format!("# Recovery\n\n{begin}\n{end}\n"));
    let lost = || Error::Arguments(format!("{} has lost its marks {begin} and {end}", path.display()));
    fs::write(path, spliced(&old, marks, tables).ok_or_else(lost)?)?;
    Ok(())
}

fn spliced(document: &str, [begin, end]: [&str; 2], tables: &str) -> Option<String> {
    let (before, rest) = document.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}\n{}\n{end}{after}", tables.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let [begin, end] = KILLS;
        let document = format!("top\n{begin}\nold\n{end}\nbottom\n");
        let new = format!("top\n{begin}\nnew\n{end}\nbottom\n");
        assert_eq!(spliced(&document, KILLS, "new\n").unwrap(), new);
        assert_eq!(spliced(&document, RESTARTS, "new"), None);
    }
}
