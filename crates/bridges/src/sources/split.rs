//! Bytes cut into lines, with a longest line. Pure.

use memchr::memchr;

/// Longest line that is kept. A receiver of syslog should take 2,048 bytes (RFC 5424 §6.1); API traces of meeting servers are
/// longer. What is longer is cut, and the rest of it up to its end is thrown away.
pub const MAX_LINE_BYTES: usize = 8 * 1024;

/// Cuts a stream of bytes into lines. Holds at most [`MAX_LINE_BYTES`] and a CR between two calls, however long a line is.
#[derive(Debug, Default)]
pub struct Splitter {
    partial: Vec<u8>,
    /// The line was given already, cut: its rest is to be thrown away.
    skipping: bool,
}

impl Splitter {
    /// Takes the next bytes and gives each line that ends in them, without its end (LF or CRLF), and whether it was cut.
    /// Empty lines are left out.
    pub fn feed(&mut self, mut bytes: &[u8], each: &mut dyn FnMut(&[u8], bool)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            if !self.skipping {
                if self.partial.is_empty() {
                    give(line, each);
                } else {
                    self.keep(line, each);
                    self.give_partial(each);
                }
            }
            self.skipping = false;
            bytes = rest;
        }
        self.keep(bytes, each);
    }

    /// No more bytes will come: gives what has no line end.
    pub fn finish(&mut self, each: &mut dyn FnMut(&[u8], bool)) {
        self.give_partial(each);
        self.skipping = false;
    }

    /// Forgets what has no line end: the stream begins anew.
    pub fn forget(&mut self) {
        self.partial.clear();
        self.skipping = false;
    }

    /// The next bytes up to a line end belong to a line of which the beginning was not seen.
    pub fn skip_first(&mut self) {
        self.forget();
        self.skipping = true;
    }

    /// Whether a line has begun and not ended.
    pub fn is_within_line(&self) -> bool {
        self.skipping || !self.partial.is_empty()
    }

    fn keep(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8], bool)) {
        if self.skipping {
            return;
        }
        // One byte more than fits may be the CR of a line end. It is held: if it is none, the line is too long.
        let room = MAX_LINE_BYTES + 1 - self.partial.len();
        self.partial.extend_from_slice(&bytes[..bytes.len().min(room)]);
        let fits = self.partial.strip_suffix(b"\r").unwrap_or(&self.partial).len() <= MAX_LINE_BYTES;
        if bytes.len() > room || !fits {
            self.partial.truncate(MAX_LINE_BYTES);
            each(&self.partial, true);
            self.partial.clear();
            self.skipping = true;
        }
    }

    fn give_partial(&mut self, each: &mut dyn FnMut(&[u8], bool)) {
        if !self.partial.is_empty() {
            give(&self.partial, each);
            self.partial.clear();
        }
    }
}

fn give(line: &[u8], each: &mut dyn FnMut(&[u8], bool)) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > MAX_LINE_BYTES {
        each(&line[..MAX_LINE_BYTES], true);
    } else if !line.is_empty() {
        each(line, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out when the bytes come in pieces of this size.
    fn split(bytes: &[u8], piece: usize) -> Vec<(Vec<u8>, bool)> {
        let (mut splitter, mut lines) = (Splitter::default(), Vec::new());
        let mut each = |line: &[u8], cut: bool| lines.push((line.to_vec(), cut));
        for piece in bytes.chunks(piece) {
            splitter.feed(piece, &mut each);
        }
        splitter.finish(&mut each);
        lines
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_arrive() {
        let long = [vec![b'x'; MAX_LINE_BYTES], b"\r\n".to_vec()].concat();
        let longer = [vec![b'y'; MAX_LINE_BYTES + 1], b"\n".to_vec()].concat();
        let text = [&b"one\r\n\n\xff\0two\n"[..], &long, &longer, &[b'z'; 20_000], b"\nend"].concat();
        let whole = split(&text, text.len());
        let cuts: Vec<(usize, bool)> = whole.iter().map(|(line, cut)| (line.len(), *cut)).collect();
        let most = MAX_LINE_BYTES;
        assert_eq!(cuts, [(3, false), (5, false), (most, false), (most, true), (most, true), (3, false)]);
        for piece in [1, 2, 7, 4_096, MAX_LINE_BYTES, MAX_LINE_BYTES + 1] {
            assert_eq!(split(&text, piece), whole, "in pieces of {piece}");
        }
    }

    #[test]
    fn a_second_cr_behind_the_longest_line_is_part_of_it_however_the_bytes_arrive() {
        let most = MAX_LINE_BYTES;
        for (length, end, expected) in [
            (most, "\r\n", (most, false)),
            (most, "\r\r\n", (most, true)),
            (most - 1, "\r\r\n", (most, false)),
            (most, "\rx\n", (most, true)),
            (most, "\r", (most, false)),
        ] {
            let text = format!("{}{end}", "x".repeat(length));
            for piece in [1, 2, most, most + 1, text.len()] {
                let cuts: Vec<_> =
                    split(text.as_bytes(), piece).into_iter().map(|(line, cut)| (line.len(), cut)).collect();
                assert_eq!(cuts, [expected], "{length} and {end:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn an_endless_line_takes_no_more_memory_than_the_longest() {
        let mut splitter = Splitter::default();
        let mut lines = 0;
        for _ in 0..10_000 {
            splitter.feed(&[b'a'; 1_000], &mut |_, _| lines += 1);
            assert!(splitter.partial.capacity() <= 2 * MAX_LINE_BYTES);
        }
        assert_eq!(lines, 1, "its beginning is given once");
        splitter.feed(b"\nafter\n", &mut |line, _| {
            assert_eq!(line, b"after");
            lines += 1;
        });
        assert_eq!(lines, 2);
    }

    #[test]
    fn a_line_of_which_the_beginning_was_not_seen_is_left_out() {
        let mut splitter = Splitter::default();
        splitter.skip_first();
        let mut lines = Vec::new();
        splitter.feed(b"tail\nwhole\n", &mut |line, _| lines.push(line.to_vec()));
        assert_eq!(lines, [b"whole"]);
    }
}
