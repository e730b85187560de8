//! The part of `docs/performance.md` that the bench writes.

use std::fmt::Write as _;
use std::fs;

use super::machine;
use super::results::Results;
use super::server::{Folder, GENERATOR_CORE, Kind, SERVER_CORE, Setup, trouble};
use crate::process::{Error, Outcome};
use crate::workspace::root;

const DOCUMENT: &str = "docs/performance.md";
const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// Tables, circumstances and settings as Markdown.
pub(super) fn section(
    results: &Results,
    kinds: &[Kind],
    runs: usize,
    quick: bool,
    folder: &Folder,
) -> Outcome<String> {
    let mut text = String::new();
    let what =
        if runs == 1 { "One run".to_owned() } else { format!("Medians of {runs} runs (lowest – highest)") };
    let _ = writeln!(text, "{what} on {}.", machine::description());
    let _ = writeln!(text, "Server on core {SERVER_CORE}, generator on core {GENERATOR_CORE}.");
    if quick {
        text.push_str(
            "Quick: 200 and 1,000 sessions instead of 2,000 and 10,000, 40 users instead of 200, 3 s each.\n",
        );
    }
    for kind in kinds {
        let _ = writeln!(text, "- {kind} {}", kind.version()?);
    }
    let _ = writeln!(text, "\n{}", results.table(kinds));
    let _ = writeln!(text, "How busy the cores were, server / generator:\n\n{}", results.shares(kinds));
    let _ = writeln!(
        text,
        "Against the figures measured before on a machine of this kind:\n\n{}",
        results.known()
    );
    if results.trouble().is_empty() {
        text.push_str("Everything sent arrived once and in order, in every run.\n");
    } else {
        text.push_str("What was lost or failed:\n\n");
        results.trouble().iter().for_each(|line| {
            let _ = writeln!(text, "- {line}");
        });
    }
    text.push_str("\n### Settings used\n\nThe archive is switched on for `chat-archive` only.\n");
    for &kind in kinds {
        let configuration = Setup::example(folder, kind).configuration();
        let configuration = configuration.replace(&folder.path().display().to_string(), "DIR");
        let _ = write!(text, "\n{kind}:\n```\n{configuration}```\n");
    }
    Ok(text)
}

/// Puts the section between the marks of the document.
pub(super) fn write(section: &str) -> Outcome {
    write_between([BEGIN, END], section)
}

/// Puts a section between two marks of the document.
pub(super) fn write_between([begin, end]: [&str; 2], section: &str) -> Outcome {
    let path = root().join(DOCUMENT);
    let old = fs::read_to_string(&path).map_err(|error| trouble(&path, &error))?;
    let new = spliced(&old, [begin, end], section)
        .ok_or_else(|| Error::Failed(format!("{DOCUMENT} has lost its marks {begin} and {end}")))?;
    fs::write(&path, new).map_err(|error| trouble(&path, &error))?;
    println!("written to {DOCUMENT}");
    Ok(())
}

fn spliced(document: &str, [begin, end]: [&str; 2], section: &str) -> Option<String> {
    let (before, rest) = document.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}\n{section}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let document = format!("top\n{BEGIN}\nold\n{END}\nbottom\n");
        let marks = [BEGIN, END];
        assert_eq!(
            spliced(&document, marks, "new\n").unwrap(),
            format!("top\n{BEGIN}\nnew\n{END}\nbottom\n")
        );
        assert_eq!(spliced("no marks", marks, "new"), None);
    }
}
