//! The types that a key can have, and how each is read from TOML or from an environment variable.

mod alerts;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use everpresent_stanza::BareJid;
use toml::de::DeValue;

/// A value as it was written, before it has a type.
#[derive(Clone, Copy)]
pub(super) enum Raw<'a> {
    /// In the file.
    Toml(&'a DeValue<'a>),
    /// In an environment variable, without quotes; lists are separated by commas.
    Text(&'a str),
}

impl Raw<'_> {
    fn text(&self) -> Result<String, String> {
        match self {
            Raw::Toml(DeValue::String(text)) => Ok(text.to_string()),
            Raw::Toml(other) => Err(format!("is {}, but must be text in quotes", describe(other))),
            Raw::Text(text) => Ok((*text).to_owned()),
        }
    }

    fn integer(&self) -> Result<u64, String> {
        let (digits, radix) = match self {
            Raw::Toml(DeValue::Integer(number)) => (number.as_str(), number.radix()),
            Raw::Toml(DeValue::String(_)) => {
                return Err("must be a plain number without quotes and unit".into());
            }
            Raw::Toml(other) => return Err(format!("is {}, but must be a whole number", describe(other))),
            Raw::Text(text) => (text.trim(), 10),
        };
        u64::from_str_radix(digits, radix).map_err(|_| format!("must be a whole number from 0, not {digits}"))
    }

    fn boolean(&self) -> Result<bool, String> {
        match self {
            Raw::Toml(DeValue::Boolean(value)) => Ok(*value),
            Raw::Text("true") => Ok(true),
            Raw::Text("false") => Ok(false),
            Raw::Toml(other) => Err(format!("is {}, but must be true or false", describe(other))),
            Raw::Text(_) => Err("must be true or false".into()),
        }
    }

    fn list(&self) -> Result<Vec<String>, String> {
        match self {
            Raw::Toml(DeValue::Array(items)) => items
                .iter()
                .map(|item| Raw::Toml(item.get_ref()).text().map_err(|e| format!("holds what {e}")))
                .collect(),
            Raw::Toml(other) => {
                Err(format!("is {}, but must be a list of texts, as in [\"one\", \"two\"]", describe(other)))
            }
            Raw::Text(text) => Ok(text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect()),
        }
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A type that a key can have.
pub(super) trait Value: Sized {
    /// What the reference calls the type.
    const KIND: &'static str;

    /// Reads it; the error goes on from the key's name.
    fn read(raw: Raw<'_>) -> Result<Self, String>;

    /// What the key's range bounds, for numbers and times.
    fn magnitude(&self) -> Option<u64> {
        None
    }
}

macro_rules! number {
    ($($type:ty),+) => {$(
        impl Value for $type {
            const KIND: &'static str = "number";
            fn read(raw: Raw<'_>) -> Result<Self, String> {
                raw.integer()?.try_into().map_err(|_| format!("must be {} at most", <$type>::MAX))
            }
            fn magnitude(&self) -> Option<u64> {
                (*self).try_into().ok()
            }
        }
    )+};
}
number!(u32, u64, usize);

impl Value for Duration {
    const KIND: &'static str = "seconds";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        raw.integer().map(Duration::from_secs).map_err(|error| format!("{error}; it is counted in seconds"))
    }
    fn magnitude(&self) -> Option<u64> {
        Some(self.as_secs())
    }
}

impl Value for bool {
    const KIND: &'static str = "true or false";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        raw.boolean()
    }
}

impl Value for String {
    const KIND: &'static str = "text";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        raw.text()
    }
}

impl Value for PathBuf {
    const KIND: &'static str = "path";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        let text = raw.text()?;
        if text.is_empty() { Err("must not be empty".into()) } else { Ok(text.into()) }
    }
}

impl Value for Option<PathBuf> {
    const KIND: &'static str = "path or empty";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        raw.text().map(|text| (!text.is_empty()).then(|| text.into()))
    }
}

impl Value for Option<String> {
    const KIND: &'static str = "text or empty";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        raw.text().map(|text| (!text.is_empty()).then_some(text))
    }
}

impl Value for Vec<SocketAddr> {
    const KIND: &'static str = "list of address:port";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        raw.list()?.iter().map(|text| socket_address(text)).collect()
    }
}

/// Reads `address:port`. The name `localhost` is understood without asking a name server; no other name is.
fn socket_address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    numeric.as_deref().unwrap_or(text).parse().map_err(|_| {
        let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
        let hint = match (host, text) {
            ("*" | "", _) => "for every address write 0.0.0.0:5222",
            _ if text.parse::<std::net::IpAddr>().is_ok() => "the port is missing",
            _ => "write it as 192.0.2.1:5222 or [2001:db8::1]:5222",
        };
        format!("holds {text:?}, which is not an address with a port: {hint}")
    })
}

impl Value for Vec<BareJid> {
    const KIND: &'static str = "list of domains";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        raw.list()?.iter().map(|text| domain(text)).collect()
    }
}

fn domain(text: &str) -> Result<BareJid, String> {
    match BareJid::new(text) {
        Ok(jid) if jid.node().is_none() => Ok(jid),
        Ok(_) => Err(format!("holds {text:?}, which is an account: write only what stands after the @")),
        Err(error) => Err(format!("holds {text:?}, which is not a domain: {error}")),
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object in each line.
    Json,
}

/// The least severe log lines that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the levels' own")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// The level's name, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl Value for LogFormat {
    const KIND: &'static str = "\"human\" or \"json\"";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        one_of(&raw.text()?, &[("human", Self::Human), ("json", Self::Json)])
    }
}

impl Value for LogLevel {
    const KIND: &'static str = "\"error\", \"warn\", \"info\", \"debug\" or \"trace\"";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        let levels = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];
        one_of(&raw.text()?, &levels.map(|level| (level.as_str(), level)))
    }
}

fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        format!("must be one of {}, not {text:?}", names.join(", "))
    })
}

/// The address of the database. It may hold a password, so `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub(super) String);

impl DatabaseUrl {
    /// The whole URL, password included: only for opening the database.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the database is an SQLite file.
    pub fn is_sqlite(&self) -> bool {
        self.0.starts_with("sqlite:")
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let without_query = self.0.split('?').next().unwrap_or_default();
        let secret = self.0.split_once("://").and_then(|(scheme, rest)| {
            let (user, host) = rest.split('?').next()?.rsplit_once('@')?;
            Some(format!("{scheme}://{}:…@{host}", user.split_once(':')?.0))
        });
        f.write_str(secret.as_deref().unwrap_or(without_query))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl Value for DatabaseUrl {
    const KIND: &'static str = "text";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        let text = raw.text()?;
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if !text.is_empty() && !known {
            // The text may hold a password, so it is not repeated.
            return Err("must begin with sqlite: or postgres:// (as in sqlite:/var/lib/everpresent/everpresent.db or \
                        postgres://everpresent@db.example.org/everpresent)"
                .into());
        }
        Ok(Self(text))
    }
}
