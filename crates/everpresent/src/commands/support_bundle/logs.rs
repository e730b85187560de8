//! Log lines of a time, from files or from the journal.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};

use crate::failure::{Exit, Failure};

/// The most of one log that is taken.
const MAX_LOG_BYTES: usize = 64 << 20;
/// The longest line that is taken whole.
const MAX_LINE_BYTES: u64 = 64 << 10;
/// How a line of the format `json` gives its time.
const JSON_TIME: &str = "\"timestamp\":\"";
/// Longest text of a time.
const MAX_TIME_BYTES: usize = 40;

/// From when to when.
pub(super) struct Window {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Window {
    pub(super) fn around(event: Timestamp, span: SignedDuration) -> Result<Self, Failure> {
        let usage = |error: jiff::Error| Failure::new(Exit::Usage, format!("--around: {error}"));
        let (from, to) = (event.checked_sub(span).map_err(usage)?, event.checked_add(span).map_err(usage)?);
        Ok(Self { from, to })
    }

    fn holds(&self, time: Timestamp) -> bool {
        self.from <= time && time <= self.to
    }
}

/// The lines of a file within a window. Lines without a time belong to the one before them.
pub(super) fn from_file(path: &Path, window: &Window) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let (mut taken, mut within, mut any_time) = (String::new(), false, false);
    loop {
        let mut line = Vec::new();
        let read = reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 {
            break;
        }
        let line = String::from_utf8_lossy(&line);
        if let Some(time) = time_of(&line) {
            (within, any_time) = (window.holds(time), true);
        }
        if within {
            if taken.len() + line.len() > MAX_LOG_BYTES {
                taken.push_str("(the rest is left out: choose a smaller --span)\n");
                break;
            }
            taken.push_str(&line);
        }
    }
    match (taken.is_empty(), any_time) {
        (false, _) => Ok(taken),
        (true, true) => Err(format!("{}: no line is from {} to {}", path.display(), window.from, window.to)),
        (true, false) => Err(format!("{}: no line begins with a time", path.display())),
    }
}

/// The time at the beginning of a line, or in its field `timestamp`.
fn time_of(line: &str) -> Option<Timestamp> {
    let line = line.trim_start();
    let text = match line.strip_prefix('{') {
        Some(_) => line.split_once(JSON_TIME)?.1,
        None => line,
    };
    let end = text.find([' ', '"', '\t']).unwrap_or(text.len());
    text.get(..end).filter(|text| text.len() <= MAX_TIME_BYTES)?.parse().ok()
}

/// The same from the journal of systemd.
pub(super) fn journal(unit: &str, window: &Window) -> Result<String, String> {
    let asked = Command::new("journalctl")
        .args(["--no-pager", "--utc", "--output=short-iso-precise", "--unit", unit])
        .args(["--since", &format!("@{}", window.from.as_second())])
        .args(["--until", &format!("@{}", window.to.as_second())])
        .stdin(Stdio::null())
        .output();
    let hint = "name the log files with --log";
    let output = asked.map_err(|error| format!("the journal cannot be read: {error}; {hint}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(format!("the journal cannot be read: {said}; {hint}"));
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.lines().any(|line| !line.starts_with("-- ")) {
        return Err(format!(
            "the journal has no line of unit {unit} of that time; {hint}, or the unit with --unit"
        ));
    }
    if text.len() > MAX_LOG_BYTES {
        text.truncate(text.floor_char_boundary(MAX_LOG_BYTES));
        text.push_str("\n(the rest is left out: choose a smaller --span)\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_in_both_formats_and_nowhere_else() {
        let time: Timestamp = "2026-11-26T12:00:00.5Z".parse().unwrap();
        for line in [
            "2026-11-26T12:00:00.500000Z  INFO everpresent: x",
            "{\"timestamp\":\"2026-11-26T12:00:00.5Z\",\"level\":\"INFO\"}",
            "2026-11-26T13:00:00.5+01:00\tx",
        ] {
            assert_eq!(time_of(line), Some(time), "{line}");
        }
        for line in ["", "    at somewhere", "error: 2026-11-26T12:00:00Z", "{}"] {
            assert_eq!(time_of(line), None, "{line}");
        }
    }
}
