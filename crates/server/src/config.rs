//! The node's configuration: one TOML file, checked wholly before a port is bound.
//!
//! [`keys`] holds the one table from which everything else follows: the structs that the server reads, the parser,
//! the reference (`docs/config.md`) and the file that `everpresent init` writes. Every problem of a file is found in
//! one pass and reported with its line and column. A variable `EVERPRESENT_SECTION_KEY` overrides its key.

mod check;
pub mod client_address;
mod error;
pub mod keys;
mod reader;
mod reference;
mod value;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

pub use error::{ConfigError, ConfigErrors, Origin};
pub use keys::{
    Admin, Alerts, Archive, Config, Database, Key, Limits, Link, Listen, Log, Metrics, Node, SECTIONS,
    Section, Session, Signin, Tls, Websocket,
};
pub use reference::{reference, template};
pub use value::{DatabaseUrl, LogFormat, LogLevel};

/// Largest configuration file that is read.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Environment variables by name, as [`std::env::vars`] gives them.
pub type Environment = BTreeMap<String, String>;

impl Config {
    /// Reads, parses and checks the file at `path` under this process's environment, and looks at the files it names.
    ///
    /// Relative paths in it are taken from the folder of the file; those of the result are absolute.
    ///
    /// # Errors
    /// All problems of the file at once, each with its place.
    pub fn load(path: &Path) -> Result<Self, ConfigErrors> {
        let text = read_text(path).map_err(|message| ConfigErrors::whole_file(path, message))?;
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let (mut config, origins) = Self::read(&text, path, &environment)?;
        check::files(&mut config, &origins)?;
        Ok(config)
    }

    /// Parses and checks `text`, called `path` in messages; touches no file.
    ///
    /// # Errors
    /// As for [`Config::load`], except for what only the file system knows.
    pub fn parse(text: &str, path: &Path, environment: &Environment) -> Result<Self, ConfigErrors> {
        Self::read(text, path, environment).map(|(config, _)| config)
    }

    fn read<'a>(
        text: &'a str,
        path: &'a Path,
        environment: &'a Environment,
    ) -> Result<(Self, reader::Origins), ConfigErrors> {
        let mut reader = reader::Reader::new(text, path, environment)?;
        let config = Self::from_reader(&mut reader);
        let (origins, errors) = reader.finish();
        match config {
            Some(mut config) if errors.is_empty() => {
                check::resolve_paths(&mut config, path);
                check::consistency(&config, &origins)?;
                Ok((config, origins))
            }
            _ => Err(ConfigErrors::new(errors)),
        }
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let open = std::fs::File::open(path);
    let file = open.map_err(|error| {
        format!("cannot be opened: {error}. `everpresent init DIR` writes a new one; --config names another")
    })?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("is longer than {MAX_FILE_BYTES} bytes: not a configuration file"));
    }
    String::from_utf8(bytes).map_err(|error| {
        format!(
            "is not UTF-8 from byte {} on: a configuration file is plain text",
            error.utf8_error().valid_up_to()
        )
    })
}

#[cfg(test)]
mod tests;
