//! The command line of `everpresent sql`.

use clap::Args;

/// Longest time that can be asked for.
const MAX_SECONDS: u64 = 300;
/// Most rows that can be asked for.
const MAX_ROWS: u64 = 100_000;

#[derive(Debug, Args)]
pub(crate) struct SqlArguments {
    /// One statement that begins with SELECT, WITH or VALUES, in SQLite's SQL; - reads it from standard input
    pub(crate) statement: String,
    /// Give up after so long
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=MAX_SECONDS))]
    pub(crate) timeout: u64,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=MAX_ROWS))]
    pub(crate) limit: u64,
    /// Print CSV (RFC 4180) instead of a table
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}
