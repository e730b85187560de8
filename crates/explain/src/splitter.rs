//! Lines out of bytes that come in pieces, however long they are.

/// Longest line that is looked at. Log lines of the field have a few hundred bytes; stack traces are many short lines.
pub(crate) const MAX_LINE_BYTES: usize = 16 * 1024;

/// A line, or what is left of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Its bytes without the line end, [`MAX_LINE_BYTES`] at most.
    pub(crate) bytes: &'a [u8],
    /// Whether there was more.
    pub(crate) cut: bool,
}

/// Cuts a stream of bytes into lines. Keeps at most one line.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    kept: Vec<u8>,
    cut: bool,
}

impl Splitter {
    /// Gives each line that `bytes` ends to `take`.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Line<'_>)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = MAX_LINE_BYTES - self.kept.len();
            let content = piece.strip_suffix(b"\n").unwrap_or(piece);
            self.cut |= content.len() > room;
            self.kept.extend_from_slice(content.get(..room).unwrap_or(content));
            if content.len() < piece.len() {
                self.end(&mut take);
            }
        }
    }

    /// The file is over: what has no line end is a line too.
    pub(crate) fn finish(&mut self, mut take: impl FnMut(Line<'_>)) {
        if !self.kept.is_empty() {
            self.end(&mut take);
        }
    }

    fn end(&mut self, take: &mut impl FnMut(Line<'_>)) {
        let bytes = self.kept.strip_suffix(b"\r").unwrap_or(&self.kept);
        take(Line { bytes, cut: self.cut });
        self.kept.clear();
        self.cut = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<(Vec<u8>, bool)> {
        let mut splitter = Splitter::default();
        let mut lines = Vec::new();
        for piece in pieces {
            splitter.feed(piece, |line| lines.push((line.bytes.to_vec(), line.cut)));
        }
        splitter.finish(|line| lines.push((line.bytes.to_vec(), line.cut)));
        lines
    }

    #[test]
    fn lines_are_the_same_in_whatever_pieces_they_come() {
        let whole = lines(&[b"one\r\ntwo\n\nfour"]);
        assert_eq!(
            whole.iter().map(|line| line.0.as_slice()).collect::<Vec<_>>(),
            [&b"one"[..], b"two", b"", b"four"]
        );
        assert_eq!(lines(&[b"o", b"ne\r", b"\ntwo\n", b"\nfo", b"ur"]), whole);
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_is_whole() {
        let endless = vec![b'x'; 3 * MAX_LINE_BYTES];
        let found = lines(&[&endless, &endless, b"\nnext\n"]);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0.len(), found[0].1), (MAX_LINE_BYTES, true));
        assert_eq!(found[1], (b"next".to_vec(), false));
    }
}
