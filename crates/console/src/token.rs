//! The token of the admin API.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Length of a made token: 256 random bits as hexadecimal digits.
const TOKEN_BYTES: usize = 32;
/// Shortest token that is taken from a file: an operator may write their own, but not a guessable one.
const MIN_TOKEN_CHARS: usize = 24;
/// Longest token that is taken from a file.
const MAX_TOKEN_CHARS: usize = 256;

/// Whoever has it may administer the node.
#[derive(Clone)]
pub struct AdminToken(Zeroizing<String>);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file cannot be read or made.
    #[error("admin token {}: {error}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Others than its owner may read it.
    #[error("admin token {}: others may read it (mode {mode:o}); run: chmod 600 {}", path.display(), path.display())]
    Readable {
        /// Which one.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It does not hold a token.
    #[error("admin token {}: holds no token of {MIN_TOKEN_CHARS} to {MAX_TOKEN_CHARS} letters and digits; remove the file and \
             start the node for a new one", path.display())]
    Content {
        /// Which one.
        path: PathBuf,
    },
}

impl AdminToken {
    /// A token from its text, for tests and for callers who keep it elsewhere.
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// Reads the token, or makes one with mode 0600 if the file is missing: for the node's start.
    ///
    /// # Errors
    /// The file cannot be read or made, others may read it, or it holds no token.
    pub fn load_or_create(path: &Path) -> Result<Self, TokenError> {
        match Self::create(path) {
            Ok(token) => Ok(token),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load(path),
            Err(error) => Err(TokenError::File { path: path.to_owned(), error }),
        }
    }

    fn create(path: &Path) -> io::Result<Self> {
        let mut random = Zeroizing::new([0_u8; TOKEN_BYTES]);
        getrandom::fill(random.as_mut_slice()).map_err(io::Error::other)?;
        let token = Zeroizing::new(random.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(format!("{}\n", *token).as_bytes())?;
        file.sync_all()?;
        Ok(Self(token))
    }

    /// Reads the token: for clients.
    ///
    /// # Errors
    /// The file is missing or cannot be read, others may read it, or it holds no token.
    pub fn load(path: &Path) -> Result<Self, TokenError> {
        let failed = |error| TokenError::File { path: path.to_owned(), error };
        let file = File::open(path).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(TokenError::Readable { path: path.to_owned(), mode });
        }
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_TOKEN_CHARS as u64 + 2).read_to_string(&mut text).map_err(failed)?;
        let token = text.trim();
        let fits = (MIN_TOKEN_CHARS..=MAX_TOKEN_CHARS).contains(&token.len());
        if !fits || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Content { path: path.to_owned() });
        }
        Ok(Self::new(token))
    }

    /// Whether `offered` is the token, in a time that does not tell how much of it is right.
    pub fn is(&self, offered: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(offered).into()
    }

    /// The token itself, for the header of a request.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_first_start_makes_a_token_that_only_its_owner_may_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("admin.token");
        let made = AdminToken::load_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(made.expose().len(), 64);
        assert!(AdminToken::load_or_create(&path).unwrap().is(made.expose().as_bytes()));
        assert!(AdminToken::load(&path).unwrap().is(made.expose().as_bytes()));
        assert!(!made.is(b"") && !made.is(&made.expose().as_bytes()[1..]));
        assert_eq!(format!("{made:?}"), "AdminToken(…)");
    }

    #[test]
    fn a_token_that_others_can_read_or_guess_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("admin.token");
        AdminToken::load_or_create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(AdminToken::load(&path).unwrap_err().to_string().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "short", &"x".repeat(300), "two words are not one token, are they"] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(AdminToken::load(&path), Err(TokenError::Content { .. })), "{text:?}");
        }
    }
}
