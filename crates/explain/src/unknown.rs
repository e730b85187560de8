//! Lines that nothing is known of: counted by kind, so that nobody believes that all was read.

use std::collections::BTreeMap;

use crate::report::UnknownKind;

/// Kinds that are told apart. What comes after them is counted together.
pub(crate) const MAX_KINDS: usize = 64;
/// Longest name of a kind, in characters.
pub(crate) const MAX_KIND_CHARACTERS: usize = 64;
/// What further kinds are called.
const FURTHER: &str = "of further kinds";

/// How many lines there were of which kind.
#[derive(Debug, Default)]
pub(crate) struct Unknown {
    kinds: BTreeMap<String, u64>,
    further: u64,
}

impl Unknown {
    /// One more line of this kind.
    pub(crate) fn count(&mut self, kind: &str) {
        let kind: String = kind.chars().take(MAX_KIND_CHARACTERS).collect();
        if let Some(count) = self.kinds.get_mut(&kind) {
            *count += 1;
        } else if self.kinds.len() < MAX_KINDS {
            self.kinds.insert(kind, 1);
        } else {
            self.further += 1;
        }
    }

    /// All kinds, the most frequent first.
    pub(crate) fn finish(self) -> Vec<UnknownKind> {
        let mut kinds: Vec<UnknownKind> =
            self.kinds.into_iter().map(|(kind, lines)| UnknownKind { kind, lines }).collect();
        kinds.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.kind.cmp(&b.kind)));
        if self.further > 0 {
            kinds.push(UnknownKind { kind: FURTHER.to_owned(), lines: self.further });
        }
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_kinds_there_are_each_line_is_counted() {
        let mut unknown = Unknown::default();
        for kind in 0..1000 {
            unknown.count(&format!("kind {kind} {}", "x".repeat(500)));
        }
        unknown.count("kind 0");
        let kinds = unknown.finish();
        assert_eq!(kinds.len(), MAX_KINDS + 1);
        assert_eq!(kinds.iter().map(|kind| kind.lines).sum::<u64>(), 1001);
        assert!(kinds.iter().all(|kind| kind.kind.chars().count() <= MAX_KIND_CHARACTERS));
    }
}
