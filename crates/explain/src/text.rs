//! The report as text, for terminals and files.

use std::fmt::Write as _;

use crate::report::{Finding, Report};

/// Entries of the time line that are shown as text; the last ones. JSON and HTML have all.
const MAX_ENTRIES: usize = 200;
/// Kinds of unknown lines that are shown.
const MAX_KINDS: usize = 12;

/// How to mark what matters.
#[derive(Clone, Copy)]
struct Paint {
    colours: bool,
}

impl Paint {
    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn red(self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

impl Report {
    /// The report as text, with colours for a terminal or without.
    pub fn text(&self, colours: bool) -> String {
        let paint = Paint { colours };
        let mut text = String::new();
        for finding in &self.causes {
            cause(&mut text, finding, paint);
        }
        if self.causes.is_empty() {
            let _ = writeln!(
                text,
                "{}\n",
                paint.bold("No failover, and nothing that would cause one, is in these files.")
            );
        }
        self.timeline_text(&mut text, paint);
        self.tables_text(&mut text, paint);
        for note in &self.notes {
            let _ = writeln!(text, "note: {note}");
        }
        let lines = &self.lines;
        let _ = write!(
            text,
            "{} lines read, {} understood, {} unknown",
            lines.read, lines.understood, lines.unknown
        );
        let kinds = self.unknown.iter().take(MAX_KINDS).map(|kind| format!("{} {}", kind.lines, kind.kind));
        let mut kinds: Vec<String> = kinds.collect();
        if self.unknown.len() > MAX_KINDS {
            kinds.push(format!("{} further kinds", self.unknown.len() - MAX_KINDS));
        }
        let _ = writeln!(text, "{}{}", if kinds.is_empty() { "" } else { ": " }, kinds.join("; "));
        text
    }

    fn timeline_text(&self, text: &mut String, paint: Paint) {
        if self.timeline.is_empty() {
            return;
        }
        let _ = writeln!(text, "{}", paint.bold("Time line"));
        let hidden = self.timeline.len().saturating_sub(MAX_ENTRIES);
        if hidden > 0 {
            let _ = writeln!(text, "  {hidden} earlier entries are not shown; --json and --html have them");
        }
        for entry in self.timeline.iter().skip(hidden) {
            let seen = paint.faint(&format!("({})", entry.seen));
            let _ = writeln!(text, "  {:23}  {}  {seen}", moment(&entry.at), entry.what);
        }
        text.push('\n');
    }

    fn tables_text(&self, text: &mut String, paint: Paint) {
        if self.nodes.is_empty() && self.groups.is_empty() {
            return;
        }
        let _ = writeln!(text, "{}", paint.bold("Tables"));
        for node in &self.nodes {
            let state = node.state.unwrap_or("a state that is not known");
            let assumed = if node.assumed { ", which is assumed" } else { "" };
            let _ =
                writeln!(text, "  node {}: {state} (tkhaserverstate {}{assumed})", node.name, node.number);
        }
        for group in &self.groups {
            let enabled = match group.high_availability {
                Some(true) => "high availability is enabled",
                Some(false) => "high availability is not enabled",
                None => "whether high availability is enabled is not known",
            };
            let _ = writeln!(text, "  redundancy group {}: {enabled}", group.name);
        }
        text.push('\n');
    }
}

fn cause(text: &mut String, finding: &Finding, paint: Paint) {
    let at = finding.at.as_deref().map(|at| format!("{}  ", moment(at))).unwrap_or_default();
    let reason = finding.reason.map(|reason| format!(" (reason: {reason})")).unwrap_or_default();
    let _ = writeln!(text, "{at}{}{reason}", paint.red(finding.title));
    for sentence in &finding.what {
        let _ = writeln!(text, "  {sentence}");
    }
    for action in &finding.actions {
        let _ = writeln!(text, "  {} {action}", paint.bold("->"));
    }
    if !finding.seen.is_empty() {
        let _ = writeln!(text, "  {}", paint.faint(&format!("seen in {}", finding.seen.join(", "))));
    }
    text.push('\n');
}

/// A time for people: a space in place of the `T`.
fn moment(at: &str) -> String {
    at.replacen('T', " ", 1)
}
