//! The steps that are calls of cargo.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use crate::install;
use crate::postgres::Postgres;
use crate::process::{Error, Outcome, run, run_keeping};
use crate::workspace::{cargo, target_folder};

/// Tells the storage suite where PostgreSQL is, or (`off`) that it was left out on purpose.
const POSTGRES_VARIABLE: &str = "EVERPRESENT_TEST_POSTGRES";
/// The package whose tests are the storage suite, as nextest's filter language names it.
const STORAGE_FILTER: &str = "package(everpresent-store)";

/// The databases that the storage suite runs on.
pub(crate) enum Storage {
    /// `--fast`.
    SqliteOnly,
    /// Both; the server stops when this is dropped.
    WithPostgres(Postgres),
}

impl Storage {
    /// Starts PostgreSQL.
    pub(crate) fn with_postgres() -> Outcome<Self> {
        Postgres::start().map(Self::WithPostgres)
    }

    fn variable(&self) -> String {
        match self {
            Self::SqliteOnly => "off".to_owned(),
            Self::WithPostgres(postgres) => postgres.url(),
        }
    }
}

impl fmt::Display for Storage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteOnly => write!(out, "SQLite only"),
            Self::WithPostgres(postgres) => write!(out, "{} at {}", postgres.version(), postgres.url()),
        }
    }
}

/// The server as the tests use it.
pub(crate) fn binary() -> PathBuf {
    target_folder().join("debug/everpresent")
}

/// Formatting, without changing anything.
pub(crate) fn format() -> Outcome<String> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    Ok("as rustfmt wants it".to_owned())
}

/// Lints, with warnings denied.
pub(crate) fn clippy() -> Outcome<String> {
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    Ok("no warning".to_owned())
}

/// All binaries and tests in one call, so that the later steps find the same artefacts.
pub(crate) fn build() -> Outcome<String> {
    run(cargo().args(["build", "--workspace", "--bins", "--tests", "--locked"]))?;
    Ok("all binaries and tests".to_owned())
}

/// The storage suite. With PostgreSQL there must be tests that ran on it.
pub(crate) fn storage(storage: &Storage) -> Outcome<String> {
    let (summary, passed) = nextest(STORAGE_FILTER, storage)?;
    let on_postgres = passed.iter().filter(|line| line.to_lowercase().contains("postgres")).count();
    match storage {
        Storage::SqliteOnly => Ok(summary),
        Storage::WithPostgres(_) if on_postgres == 0 => {
            Err(Error::failed("no test of the storage suite ran on PostgreSQL"))
        }
        Storage::WithPostgres(_) => Ok(format!("{summary}; {on_postgres} of them on PostgreSQL")),
    }
}

/// All other tests.
pub(crate) fn tests(storage: &Storage) -> Outcome<String> {
    nextest(&format!("not {STORAGE_FILTER}"), storage).map(|(summary, _)| summary)
}

/// Examples in doc comments.
pub(crate) fn doc_tests() -> Outcome<String> {
    let (outcome, lines) = run_keeping(cargo().args(["test", "--doc", "--workspace", "--locked"]), |line| {
        line.starts_with("test result: ok.")
    });
    outcome?;
    let passed: usize = lines.iter().filter_map(|line| line.split(' ').nth(3)?.parse::<usize>().ok()).sum();
    Ok(format!("{passed} examples passed in {} crates", lines.len()))
}

/// Runs the tests that a filter selects: their summary line, and a line per test that passed.
fn nextest(filter: &str, storage: &Storage) -> Outcome<(String, Vec<String>)> {
    install::nextest()?;
    let mut command: Command = cargo();
    command
        .args(["nextest", "run", "--workspace", "--locked", "--no-fail-fast", "--hide-progress-bar"])
        .args(["--status-level", "pass", "-E", filter])
        .env(POSTGRES_VARIABLE, storage.variable());
    let (outcome, lines) = run_keeping(&mut command, |line| {
        let line = line.trim_start();
        line.starts_with("PASS [") || line.starts_with("Summary [")
    });
    let (summary, passed): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.trim_start().starts_with("Summary"));
    let counts =
        summary.last().and_then(|line| line.split("] ").nth(1)).unwrap_or("no summary").trim().to_owned();
    outcome.map_err(|_| Error::Failed(counts.clone()))?;
    // "0 skipped": what the filter leaves to the other step is not skipped, so nextest's own count would mislead.
    let counts = counts.split(", ").filter(|part| !part.ends_with("skipped")).collect::<Vec<_>>().join(", ");
    Ok((counts, passed))
}
