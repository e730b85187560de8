//! Finds the few lines that matter among many, without looking at the others one by one.
//!
//! Whole pieces of a log are searched for three words; only lines that have one of them are cut out and read. Memory is
//! bounded by [`MAX_LINE_BYTES`], however long the log and its lines are.

use memchr::memmem::{FindIter, Finder};
use memchr::{memchr, memchr_iter, memrchr};

use crate::line::MAX_LINE_BYTES;

/// One of these stands in each line that matters: a count of a Web Bridge, one of a Call Bridge, a command.
const WORDS: [&str; 3] = ["Stats", "STATS", "issued command"];

/// Cuts a log into lines and gives out those that matter.
#[derive(Debug)]
pub struct Scanner {
    words: [Finder<'static>; WORDS.len()],
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    /// The line that has begun is too long already: the rest of it is passed over.
    overlong: bool,
    totals: Totals,
}

/// What went through a [`Scanner`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes.
    pub bytes: u64,
    /// Line ends.
    pub lines: u64,
    /// Lines over [`MAX_LINE_BYTES`]; they were passed over.
    pub overlong: u64,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A scanner at the beginning of a log.
    #[must_use]
    pub fn new() -> Self {
        Self { words: WORDS.map(Finder::new), begun: Vec::new(), overlong: false, totals: Totals::default() }
    }

    /// What went through so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Takes the next piece of the log, of any length, and gives each line that may matter, in order.
    pub fn push(&mut self, piece: &[u8], mut give: impl FnMut(&[u8])) {
        self.totals.bytes += piece.len() as u64;
        self.totals.lines += memchr_iter(b'\n', piece).count() as u64;
        let Some(last_end) = memrchr(b'\n', piece) else {
            self.keep(piece);
            return;
        };
        let mut whole = &piece[..=last_end];
        if (self.overlong || !self.begun.is_empty())
            && let Some(end) = memchr(b'\n', whole)
        {
            self.keep(&whole[..end]);
            self.end_begun(&mut give);
            whole = &whole[end + 1..];
        }
        self.search(whole, &mut give);
        self.keep(&piece[last_end + 1..]);
    }

    /// Ends the log: a last line without an end is a line too.
    pub fn finish(&mut self, mut give: impl FnMut(&[u8])) {
        if !self.begun.is_empty() || self.overlong {
            self.end_begun(&mut give);
        }
    }

    fn keep(&mut self, part: &[u8]) {
        if self.begun.len() + part.len() > MAX_LINE_BYTES {
            self.overlong = true;
            self.begun.clear();
        }
        if !self.overlong {
            self.begun.extend_from_slice(part);
        }
    }

    fn end_begun(&mut self, give: &mut impl FnMut(&[u8])) {
        if std::mem::take(&mut self.overlong) {
            self.totals.overlong += 1;
        } else if self.words.iter().any(|word| word.find(&self.begun).is_some()) {
            give(&self.begun);
        }
        self.begun.clear();
    }

    /// Searches whole lines.
    fn search(&mut self, text: &[u8], give: &mut impl FnMut(&[u8])) {
        let mut hits: [Hits<'_>; WORDS.len()] =
            std::array::from_fn(|word| Hits::new(&self.words[word], text));
        while let Some(hit) = hits.iter().filter_map(|hits| hits.next).min() {
            let start = memrchr(b'\n', &text[..hit]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &text[hit..]).map_or(text.len(), |end| hit + end);
            if end - start > MAX_LINE_BYTES {
                self.totals.overlong += 1;
            } else {
                give(&text[start..end]);
            }
            for hits in &mut hits {
                hits.pass(end);
            }
        }
    }
}

/// The places of one word, one ahead.
struct Hits<'t> {
    places: FindIter<'t, 't>,
    next: Option<usize>,
}

impl<'t> Hits<'t> {
    fn new(word: &'t Finder<'static>, text: &'t [u8]) -> Self {
        let mut places = word.find_iter(text);
        let next = places.next();
        Self { places, next }
    }

    /// Goes on to the first place at or behind this one.
    fn pass(&mut self, place: usize) {
        while self.next.is_some_and(|next| next < place) {
            self.next = self.places.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(log: &[u8], piece: usize) -> (Vec<String>, Totals) {
        let mut scanner = Scanner::new();
        let mut lines = Vec::new();
        let mut keep = |line: &[u8]| lines.push(String::from_utf8_lossy(line).into_owned());
        for piece in log.chunks(piece) {
            scanner.push(piece, &mut keep);
        }
        scanner.finish(&mut keep);
        (lines, scanner.totals())
    }

    #[test]
    fn lines_that_matter_come_once_and_in_order_however_the_log_is_cut() {
        let log = b"one\nSTATS: 2 STATS Stats\nthree\nfour Stats\n\nfive issued command <x>\nlast Stats";
        for piece in 1..=log.len() {
            let (lines, totals) = scan(log, piece);
            assert_eq!(
                lines,
                ["STATS: 2 STATS Stats", "four Stats", "five issued command <x>", "last Stats"],
                "{piece}"
            );
            assert_eq!((totals.lines, totals.bytes), (6, log.len() as u64));
        }
    }

    #[test]
    fn a_line_without_end_takes_no_more_memory_than_a_line_may_and_the_next_one_is_read() {
        let mut log = vec![b'x'; 3 * MAX_LINE_BYTES];
        log.extend_from_slice(b" Stats\nshort Stats\n");
        for piece in [1_000, MAX_LINE_BYTES + 1, log.len()] {
            let (lines, totals) = scan(&log, piece);
            assert_eq!(lines, ["short Stats"], "{piece}");
            assert_eq!(totals.overlong, 1, "{piece}");
        }
        let mut scanner = Scanner::new();
        for _ in 0..100 {
            scanner.push(&[b'x'; 10_000], |_| panic!("there is no line"));
        }
        assert!(scanner.begun.capacity() <= 2 * MAX_LINE_BYTES);
    }

    #[test]
    fn a_line_of_just_the_longest_length_is_read_and_one_of_a_byte_more_is_not() {
        let mut log = vec![b'x'; MAX_LINE_BYTES - 5];
        log.extend_from_slice(b"Stats\n");
        for piece in [999, log.len()] {
            assert_eq!(scan(&log, piece).0.len(), 1, "{piece}");
        }
        log.insert(0, b'x');
        for piece in [999, log.len()] {
            let (lines, totals) = scan(&log, piece);
            assert_eq!((lines.len(), totals.overlong), (0, 1), "{piece}");
        }
    }
}
