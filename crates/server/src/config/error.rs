//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A place in the file.
    File {
        /// The file as it was named by the caller.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// The line's text, and how many of its characters from `column` on are meant.
        shown: Option<(String, usize)>,
    },
    /// An environment variable.
    Environment(String),
    /// Nobody set it: it is the default.
    Default,
    /// The file as a whole.
    WholeFile(PathBuf),
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Where it is.
    pub origin: Origin,
    /// What is wrong and what to do, as a sentence without a place.
    pub message: String,
}

/// All problems that were found in one pass; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
}

impl ConfigErrors {
    pub(super) fn new(errors: Vec<ConfigError>) -> Self {
        Self { errors }
    }

    pub(super) fn whole_file(path: &Path, message: String) -> Self {
        Self { errors: vec![ConfigError { origin: Origin::WholeFile(path.to_owned()), message }] }
    }

    /// The problems, in the order of the file.
    pub fn errors(&self) -> &[ConfigError] {
        &self.errors
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::File { path, line, column, shown } => {
                write!(f, "{}:{line}:{column}: {}", path.display(), self.message)?;
                let Some((text, length)) = shown else { return Ok(()) };
                let gutter = line.to_string().len();
                let marks = "^".repeat((*length).max(1));
                write!(f, "\n {line} | {text}\n {:gutter$} | {:2$}{marks}", "", "", column - 1)
            }
            Origin::Environment(name) => write!(f, "environment variable {name}: {}", self.message),
            Origin::Default => f.write_str(&self.message),
            Origin::WholeFile(path) => write!(f, "{}: {}", path.display(), self.message),
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
impl std::error::Error for ConfigErrors {}
