//! What is wrong with an inventory, and where.

use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::MAX_INVENTORY_BYTES;

/// Why there is no inventory.
#[derive(Debug, Error)]
pub enum InventoryError {
    /// It cannot be read.
    #[error("{path} cannot be read: {error}; `everpresent bridges init` writes a first one")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// It is no inventory by its size.
    #[error("{path} is larger than {MAX_INVENTORY_BYTES} bytes, which no inventory is")]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// Something in it is wrong.
    #[error("{path}:{line}:{column}: {message}")]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Character in the line, from 1.
        column: usize,
        /// What is wrong and what to write instead.
        message: String,
    },
}

impl InventoryError {
    /// Something wrong at a place in the text.
    pub(super) fn at(text: &str, path: &Path, span: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.get(..span.start.min(text.len())).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self::Wrong {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        }
    }
}
