//! The command line of `everpresent bridges watch` and of what it keeps.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(super) const WATCH_EXAMPLES: &str = "\
Examples:
  everpresent bridges watch
  everpresent bridges watch --inventory /etc/everpresent/bridges.toml --log-format json
  everpresent bridges watch --print-alert-rules > /etc/prometheus/bridges.rules.yml

Signals:
  SIGTERM, SIGINT   end in good order, exit code 0
  SIGHUP            read the inventory again; one that cannot be used changes nothing

Exit codes:
  0   ended in good order
  1   another watch runs, or metrics cannot be served
  64  wrong use of the command line
  78  wrong inventory";

pub(super) const HISTORY_EXAMPLES: &str = "\
Examples:
  everpresent bridges history
  everpresent bridges history --since 90d --plot sessions.svg
  everpresent bridges history --json | jq '.quiet_hours[0]'";

#[derive(Debug, Args)]
pub(crate) struct WatchArguments {
    /// The servers, and what is listened to and kept: a file as `bridges init` writes it
    #[arg(long, value_name = "FILE", default_value = everpresent_bridges::inventory::DEFAULT_FILE)]
    pub(crate) inventory: PathBuf,
    /// How lines of the log on standard error are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) log_format: LogFormatArgument,
    /// Print alerting rules for Prometheus, and end
    #[arg(long)]
    pub(crate) print_alert_rules: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LogFormatArgument {
    /// For people
    Human,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    /// The inventory whose watch keeps the history
    #[arg(long, value_name = "FILE", default_value = everpresent_bridges::inventory::DEFAULT_FILE)]
    pub(crate) inventory: PathBuf,
    /// How far back, with a unit: 12h, 30d
    #[arg(long, value_name = "LENGTH", default_value = "30d")]
    pub(crate) since: everpresent_bridges::timing::Length,
    /// Write a plot of sessions and leaked sessions over time into this file
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<PathBuf>,
}
