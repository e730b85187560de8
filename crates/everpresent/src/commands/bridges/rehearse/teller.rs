//! Tells the story: one line, or one JSON object, for each step.

use serde_json::json;

use crate::failure::Failure;
use crate::output;

/// Speaks on standard output, and remembers whether all held.
pub(super) struct Teller {
    json: bool,
    pub(super) held: usize,
    pub(super) failed: usize,
}

impl Teller {
    pub(super) fn new(json: bool) -> Self {
        Self { json, held: 0, failed: 0 }
    }

    /// Tells how a step went.
    pub(super) fn step(&mut self, name: &str, holds: bool, text: &str) -> Result<(), Failure> {
        if holds {
            self.held += 1;
        } else {
            self.failed += 1;
        }
        if self.json {
            let line = json!({ "step": name, "held": holds, "text": text });
            return output::print(&line.to_string());
        }
        let mark = match (holds, output::colours()) {
            (true, true) => "\u{1b}[32m✓\u{1b}[0m",
            (true, false) => "✓",
            (false, true) => "\u{1b}[1;31m✗\u{1b}[0m",
            (false, false) => "✗",
        };
        output::print(&format!("{mark} {text}"))
    }

    /// Something that is no step; for people only.
    pub(super) fn remark(&self, text: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { output::print(&format!("  {text}")) }
    }
}
