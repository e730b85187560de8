//! A place in a line, moved forward piece by piece.

/// What of a line has not been read yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { rest: line.trim_start_matches('\u{feff}') }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn set_rest(&mut self, rest: &'a str) {
        self.rest = rest;
    }

    pub(super) fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// The next word, behind spaces, without taking it. Empty at the end.
    pub(super) fn peek_word(&self) -> &'a str {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        rest.split([' ', '\t']).next().unwrap_or_default()
    }

    pub(super) fn take_word(&mut self) -> &'a str {
        self.skip_spaces();
        let word = self.peek_word();
        self.rest = &self.rest[word.len()..];
        word
    }

    /// Takes `<PRI>` if it stands here (RFC 5424 §6.2.1: 0 to 191).
    pub(super) fn priority(&mut self) -> bool {
        let inner = self.rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let Some((number, rest)) = inner else {
            return false;
        };
        let fits = number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
        if fits && number.parse::<u8>().is_ok_and(|number| number <= 191) {
            self.rest = rest;
            return true;
        }
        false
    }
}
