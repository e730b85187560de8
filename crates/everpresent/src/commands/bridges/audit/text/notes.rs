//! What was read and what did not count, so that nothing is dropped in silence.

use crate::commands::bridges::audit::intake::Notes;
use crate::commands::sessions::count;

/// Sentences, one a line.
pub(super) fn text(notes: &Notes) -> String {
    let mut lines = vec![format!(
        "Read: {}, {} counted.",
        count(notes.totals.lines, "line"),
        count(notes.counted, "line")
    )];
    if notes.derived && notes.counted > 0 {
        lines.push("The servers are those that the logs show: one that is missing there is not known to be missing. Name them in an inventory (--inventory).".to_owned());
    }
    if notes.hostless {
        lines.push("Lines without a host are taken for lines of one server per file.".to_owned());
    }
    if notes.undated {
        lines.push(
            "Lines without a date are taken to be as old as the line before, or as the file.".to_owned(),
        );
    }
    for (reason, (number, example)) in &notes.almost {
        lines.push(format!(
            "Not counted, {}: {reason}. The first: {}",
            count(*number, "line"),
            shown(example)
        ));
    }
    if notes.totals.overlong > 0 {
        lines.push(format!("Not read, {}: too long.", count(notes.totals.overlong, "line")));
    }
    for (name, number) in &notes.strangers {
        lines.push(format!(
            "Not counted, {} of {}: not in the inventory.",
            count(*number, "line"),
            shown(name)
        ));
    }
    if notes.of_more_strangers > 0 {
        lines.push(format!(
            "Not counted, {} of more servers than are told apart.",
            count(notes.of_more_strangers, "line")
        ));
    }
    for (name, number) in &notes.not_their_role {
        lines.push(format!(
            "Not counted, {} of {name}: by its role in the inventory it does not count that.",
            count(*number, "line")
        ));
    }
    lines.extend(notes.trouble.iter().cloned());
    lines.join("\n")
}

/// Without what could steer a terminal.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
