//! Reads the format of lcov: `SF:` begins a file, `DA:line,times` says how often a line ran.

use std::collections::BTreeMap;
use std::fs;

use crate::process::{Error, Outcome};
use crate::workspace::root;

/// How often tests ran the lines of a file.
pub(super) struct File {
    /// Relative to the root.
    pub(super) path: String,
    /// Lines that tests run.
    pub(super) covered: usize,
    /// Lines that no test runs.
    pub(super) missed: Vec<usize>,
}

impl File {
    pub(super) fn percent(&self) -> f64 {
        percent(self.covered, self.covered + self.missed.len())
    }
}

/// A share in hundredths; of nothing, all.
pub(super) fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// The files whose path begins so, without their tests.
pub(super) fn read(report: &str, beginning: &str) -> Outcome<Vec<File>> {
    let mut files = Vec::new();
    for (path, lines) in lines_by_file(report) {
        let Some(path) = relative(&path).filter(|path| path.starts_with(beginning) && !is_test(path)) else {
            continue;
        };
        let text = fs::read_to_string(root().join(&path))
            .map_err(|error| Error::Failed(format!("{path}: {error}")))?;
        files.push(counted(path, &text, &lines));
    }
    Ok(files)
}

fn lines_by_file(report: &str) -> BTreeMap<String, BTreeMap<usize, u64>> {
    let mut files: BTreeMap<String, BTreeMap<usize, u64>> = BTreeMap::new();
    let mut current = String::new();
    for line in report.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            path.clone_into(&mut current);
        } else if let Some((number, times)) = line.strip_prefix("DA:").and_then(|rest| rest.split_once(','))
            && let (Ok(number), Ok(times)) = (number.parse(), times.parse::<u64>())
        {
            *files.entry(current.clone()).or_default().entry(number).or_default() += times;
        }
    }
    files
}

fn relative(path: &str) -> Option<String> {
    let root = root();
    let path = std::path::Path::new(path).strip_prefix(&root).ok()?;
    Some(path.to_string_lossy().replace('\\', "/"))
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Tests stand at the end of a file, behind `#[cfg(test)]`.
fn counted(path: String, text: &str, lines: &BTreeMap<usize, u64>) -> File {
    let end =
        text.lines().position(|line| line.starts_with("#[cfg(test)]")).map_or(usize::MAX, |line| line + 1);
    let product = lines.iter().filter(|(number, _)| **number < end);
    let (covered, missed): (Vec<_>, Vec<_>) = product.partition(|(_, times)| **times > 0);
    File { path, covered: covered.len(), missed: missed.into_iter().map(|(number, _)| *number).collect() }
}

/// `3, 7–9`.
pub(super) fn ranges(lines: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &line in lines {
        match ranges.last_mut().filter(|(_, last)| *last + 1 == line) {
            Some((_, last)) => *last = line,
            None => ranges.push((line, line)),
        }
    }
    let shown = |(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}–{last}") }
    };
    ranges.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_tests_do_not_count() {
        let report = "SF:/x/a.rs\nDA:1,4\nDA:2,0\nDA:5,0\nDA:6,9\nend_of_record\n";
        let lines = &lines_by_file(report)["/x/a.rs"];
        let file = counted("a.rs".to_owned(), "one\ntwo\n\n#[cfg(test)]\nmod tests {\n}\n", lines);
        assert_eq!((file.covered, file.missed.as_slice()), (1, &[2][..]));
        assert!((file.percent() - 50.0).abs() < f64::EPSILON);
    }

    #[test]
    fn neighbours_are_shown_as_a_range() {
        assert_eq!(ranges(&[3, 7, 8, 9, 11]), "3, 7–9, 11");
    }
}
