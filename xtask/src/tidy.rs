//! The rules of the house that a compiler does not check.
//!
//! Each rule is a function that adds a [`Complaint`] per violation; all of them run, so that one call shows everything.

mod direction;
mod documents;
mod manifests;
mod pure;
mod shape;
mod sources;
mod tests_rules;

use crate::process::{Error, Outcome};
use crate::workspace::{Metadata, files};

/// One violation: where, what, and what to do instead.
#[derive(Debug)]
pub(crate) struct Complaint {
    place: String,
    text: String,
}

impl Complaint {
    /// A violation that concerns a whole file, crate or document.
    fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into() }
    }

    /// A violation at a line, counted from zero.
    fn at(path: &str, line_index: usize, text: impl Into<String>) -> Self {
        Self::new(format!("{path}:{}", line_index + 1), text)
    }
}

/// Checks everything; the answer is a sentence for the summary of `cargo xtask test`.
pub(crate) fn run() -> Outcome<String> {
    let metadata = Metadata::load()?;
    let files = files()?;
    let mut complaints = Vec::new();
    direction::check(&metadata, &mut complaints);
    manifests::check(&metadata, &files, &mut complaints);
    pure::check(&metadata, &mut complaints)?;
    let shape = shape::check(&files, &mut complaints);
    sources::check(&files, &mut complaints);
    tests_rules::check(&files, &mut complaints);
    let links = documents::check(&files, &mut complaints);
    for complaint in &complaints {
        eprintln!("{}: {}", complaint.place, complaint.text);
    }
    match complaints.len() {
        0 => Ok(format!(
            "{} crates, {shape}, {links} links, nothing to complain about",
            metadata.members().count()
        )),
        count => Err(Error::Failed(format!("tidy found {count} violation(s) of the rules in STYLE.md"))),
    }
}
