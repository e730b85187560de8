//! The part of a Markdown document that the scene writes.

use std::fs;
use std::path::Path;

use crate::Error;

const BEGIN: &str = "<!-- chaos-pair: begin -->";
const END: &str = "<!-- chaos-pair: end -->";

/// Puts the tables between the marks of the document; a document that is not there yet begins with them.
///
/// # Errors
/// [`Error::Arguments`] if the document has no marks.
pub(crate) fn write(path: &Path, tables: &str) -> Result<(), Error> {
    let old = fs::read_to_string(path).unwrap_or_else(|_| format!("# Recovery\n\n{BEGIN}\n{END}\n"));
    let lost = || Error::Arguments(format!("{} has lost its marks {BEGIN} and {END}", path.display()));
    fs::write(path, spliced(&old, tables).ok_or_else(lost)?)?;
    Ok(())
}

fn spliced(document: &str, tables: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}\n{END}{after}", tables.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let document = format!("top\n{BEGIN}\nold\n{END}\nbottom\n");
        assert_eq!(spliced(&document, "new\n").unwrap(), format!("top\n{BEGIN}\nnew\n{END}\nbottom\n"));
        assert_eq!(spliced("no marks", "new"), None);
    }
}
