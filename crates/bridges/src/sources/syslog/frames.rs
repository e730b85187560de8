//! Messages out of a TCP stream, by either framing of RFC 6587: octet counting (§3.4.1) or a trailer (§3.4.2). Pure.

use thiserror::Error;

use super::super::{MAX_LINE_BYTES, Splitter};

/// Longest message whose length may be announced. One that is longer than a line is cut; one that is longer than this is no
/// message, and what follows cannot be found any more.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;
/// Digits of [`MAX_FRAME_BYTES`].
const MAX_COUNT_DIGITS: usize = 5;

/// Why a stream cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    /// A count was announced that no message has.
    #[error("a message of {0} bytes or more was announced; {MAX_FRAME_BYTES} is the most")]
    TooLong(u64),
    /// After a message there was no count: it was shorter or longer than announced.
    #[error("the length of a message was announced wrongly: where the next length had to be there was {0:?}")]
    NoCount(char),
}

/// Cuts a stream into messages. The framing is that of the first message: digits and a space begin a counted one.
#[derive(Debug, Default)]
pub struct Frames {
    framing: Framing,
}

#[derive(Debug, Default)]
enum Framing {
    /// Nothing but these digits was seen.
    #[default]
    Unknown,
    Undecided(Vec<u8>),
    Trailer(Splitter),
    Counted(Counted),
}

#[derive(Debug, Default)]
struct Counted {
    /// The count of the next message, as far as it was read.
    count: usize,
    digits: usize,
    /// Bytes of the present message that are still to come.
    left: usize,
    message: Vec<u8>,
    cut: bool,
}

impl Frames {
    /// Takes the next bytes and gives each message that ends in them, and whether it was cut. A message is one line: what
    /// follows a line end inside it is thrown away, because it could pretend to be another server's.
    ///
    /// # Errors
    /// [`FrameError`]; the connection is then to be closed.
    pub fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8], bool)) -> Result<(), FrameError> {
        match &mut self.framing {
            Framing::Unknown if bytes.is_empty() => Ok(()),
            Framing::Unknown => {
                self.framing = Framing::Undecided(Vec::new());
                self.feed(bytes, each)
            }
            Framing::Undecided(seen) => {
                let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let room = MAX_COUNT_DIGITS + 1 - seen.len();
                seen.extend_from_slice(&bytes[..digits.min(room)]);
                let Some(next) = bytes.get(digits).filter(|_| digits <= room) else {
                    // Only digits so far. More of them than a count has are text.
                    return if seen.len() > MAX_COUNT_DIGITS {
                        self.decide(false, bytes, digits.min(room), each)
                    } else {
                        Ok(())
                    };
                };
                let counted = *next == b' ' && !seen.is_empty() && seen.len() <= MAX_COUNT_DIGITS;
                self.decide(counted, bytes, digits.min(room), each)
            }
            Framing::Trailer(splitter) => {
                feed_lines(splitter, bytes, each);
                Ok(())
            }
            Framing::Counted(counted) => counted.feed(bytes, each),
        }
    }

    /// The stream ended: gives what has no trailer. A counted message that is not whole is left out.
    pub fn finish(&mut self, each: &mut dyn FnMut(&[u8], bool)) {
        if let Framing::Trailer(splitter) = &mut self.framing {
            splitter.finish(each);
        }
    }

    /// Whether a message has begun and not ended.
    pub fn is_within_message(&self) -> bool {
        match &self.framing {
            Framing::Unknown => false,
            Framing::Undecided(_) => true,
            Framing::Trailer(splitter) => splitter.is_within_line(),
            Framing::Counted(counted) => counted.digits > 0 || counted.left > 0,
        }
    }

    fn decide(
        &mut self,
        counted: bool,
        bytes: &[u8],
        taken: usize,
        each: &mut dyn FnMut(&[u8], bool),
    ) -> Result<(), FrameError> {
        let Framing::Undecided(seen) = std::mem::take(&mut self.framing) else { return Ok(()) };
        self.framing = if counted {
            Framing::Counted(Counted::default())
        } else {
            Framing::Trailer(Splitter::default())
        };
        self.feed(&seen, each)?;
        self.feed(&bytes[taken..], each)
    }
}

impl Counted {
    fn feed(&mut self, mut bytes: &[u8], each: &mut dyn FnMut(&[u8], bool)) -> Result<(), FrameError> {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.left > 0 {
                let taken = self.left.min(bytes.len());
                self.keep(&bytes[..taken]);
                self.left -= taken;
                bytes = &bytes[taken..];
                if self.left == 0 {
                    self.give(each);
                }
                continue;
            }
            bytes = rest;
            match first {
                b'0'..=b'9' => {
                    self.count = self.count * 10 + usize::from(first - b'0');
                    self.digits += 1;
                    if self.count > MAX_FRAME_BYTES || self.digits > MAX_COUNT_DIGITS {
                        return Err(FrameError::TooLong(self.count as u64));
                    }
                }
                b' ' if self.digits > 0 => {
                    self.left = std::mem::take(&mut self.count);
                    self.digits = 0;
                }
                // Some senders end counted messages with a line end all the same.
                b'\n' | b'\r' | 0 if self.digits == 0 => {}
                other => return Err(FrameError::NoCount(char::from(other))),
            }
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE_BYTES - self.message.len();
        self.cut |= bytes.len() > room;
        self.message.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn give(&mut self, each: &mut dyn FnMut(&[u8], bool)) {
        let line = first_line(&self.message);
        if !line.is_empty() {
            each(line, self.cut || line.len() < trimmed(&self.message).len());
        }
        self.message.clear();
        self.cut = false;
    }
}

/// The message up to a line end within it.
pub(super) fn first_line(message: &[u8]) -> &[u8] {
    let message = trimmed(message);
    let end = memchr::memchr3(b'\n', b'\r', 0, message).unwrap_or(message.len());
    &message[..end]
}

/// The message without the trailers at its end.
pub(super) fn trimmed(mut message: &[u8]) -> &[u8] {
    while let [rest @ .., b'\n' | b'\r' | 0] = message {
        message = rest;
    }
    message
}

/// The trailer is LF; NUL has been seen too (RFC 6587 §3.4.2).
fn feed_lines(splitter: &mut Splitter, mut bytes: &[u8], each: &mut dyn FnMut(&[u8], bool)) {
    while let Some(nul) = memchr::memchr(0, bytes) {
        splitter.feed(&bytes[..nul], each);
        splitter.feed(b"\n", each);
        bytes = &bytes[nul + 1..];
    }
    splitter.feed(bytes, each);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(stream: &[u8], piece: usize) -> Result<Vec<(String, bool)>, FrameError> {
        let (mut frames, mut messages) = (Frames::default(), Vec::new());
        let mut each =
            |message: &[u8], cut: bool| messages.push((String::from_utf8_lossy(message).into_owned(), cut));
        for piece in stream.chunks(piece) {
            frames.feed(piece, &mut each)?;
        }
        frames.finish(&mut each);
        Ok(messages)
    }

    fn texts(stream: &[u8]) -> Vec<String> {
        let whole = messages(stream, stream.len()).unwrap();
        for piece in 1..stream.len().min(20) {
            assert_eq!(messages(stream, piece).unwrap(), whole, "in pieces of {piece}");
        }
        whole.into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn both_framings_give_the_same_messages_however_the_bytes_arrive() {
        assert_eq!(texts(b"<13>one\n<13>two\r\n<13>three"), ["<13>one", "<13>two", "<13>three"]);
        assert_eq!(texts(b"<13>one\0<13>two\0"), ["<13>one", "<13>two"]);
        assert_eq!(texts(b"7 <13>one8 <13>two\n9 <13>three"), ["<13>one", "<13>two", "<13>three"]);
        assert_eq!(texts(b"7 <13>one\n7 <13>two"), ["<13>one", "<13>two"]);
    }

    #[test]
    fn a_line_that_begins_with_its_year_is_not_taken_for_a_counted_message() {
        let line = "2024-03-05T16:50:25.736 user.info cms01 host:server: INFO";
        assert_eq!(texts(format!("{line}\n").as_bytes()), [line]);
        assert_eq!(texts(b"123456789012 x\n1\n"), ["123456789012 x", "1"]);
    }

    #[test]
    fn a_line_end_inside_a_counted_message_does_not_begin_another_line() {
        let message =
            "<13>user \"x\nJun  8 14:53:18 user.info web1 webbridge: INFO : [DEBUG] Stats 149, c:1, d:0";
        let stream = format!("{} {message}", message.len());
        assert_eq!(messages(stream.as_bytes(), 7).unwrap(), [("<13>user \"x".to_owned(), true)]);
    }

    #[test]
    fn counts_that_lie_end_the_connection() {
        assert_eq!(messages(b"7 <13>one99999999 x", 3), Err(FrameError::TooLong(99_999_999 / 1_000)));
        assert_eq!(messages(b"5 <13>one\n", 3), Err(FrameError::NoCount('n')), "announced too short");
        assert_eq!(messages(b"7 <13>one-1 x", 3), Err(FrameError::NoCount('-')));
        assert_eq!(messages(b"7 <13>one0x10 x", 3), Err(FrameError::NoCount('x')));
        // Announced too long: what follows is swallowed up to the count, and the next count is missed.
        assert_eq!(messages(b"12 <13>one7 <13>two7 <13>tri", 3), Err(FrameError::NoCount('>')));
        assert!(matches!(messages(b"66000 <13>", 1), Err(FrameError::TooLong(66_000))));
    }

    #[test]
    fn a_message_of_length_zero_is_nothing() {
        assert_eq!(texts(b"7 <13>one0 7 <13>two"), ["<13>one", "<13>two"]);
    }

    #[test]
    fn a_long_message_is_cut_and_the_next_is_found() {
        let long = "x".repeat(MAX_FRAME_BYTES);
        let stream = format!("{MAX_FRAME_BYTES} {long}7 <13>two");
        let found = messages(stream.as_bytes(), 1_000).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0.len(), found[0].1), (MAX_LINE_BYTES, true));
        assert_eq!(found[1], ("<13>two".to_owned(), false));
    }

    #[test]
    fn binary_streams_are_survived() {
        let mut state = 1_u64;
        let mut noise = Vec::new();
        for _ in 0..200_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            noise.push((state >> 33) as u8);
        }
        for piece in [1, 13, 4_096] {
            for start in 0..64 {
                let _ = messages(&noise[start * 1_000..], piece);
            }
        }
    }
}
