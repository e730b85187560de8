//! The command line of `everpresent support-bundle`.

use std::path::PathBuf;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

/// Longest time before and after the event.
const MAX_SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug, Args)]
pub(crate) struct SupportBundleArguments {
    /// When it happened, such as 2026-11-26T12:00:00Z; left out: now
    #[arg(long, value_name = "TIME")]
    pub(crate) around: Option<Timestamp>,
    /// How much of the logs before and after that, such as 90s, 10m or 2h
    #[arg(long, value_name = "LENGTH", default_value = "10m", value_parser = span)]
    pub(crate) span: SignedDuration,
    /// Take the logs from these files; left out: from the journal of systemd
    #[arg(long = "log", value_name = "FILE", num_args = 1..)]
    pub(crate) logs: Vec<PathBuf>,
    /// The unit whose journal is read
    #[arg(long, value_name = "NAME", default_value = "everpresent", conflicts_with = "logs")]
    pub(crate) unit: String,
    /// Where to write it; left out: everpresent-support-NODE-TIME.tar.gz in this folder
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

fn span(text: &str) -> Result<SignedDuration, String> {
    let span: SignedDuration = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    if span > SignedDuration::ZERO && span <= MAX_SPAN {
        Ok(span)
    } else {
        Err("write from 1s to 168h".to_owned())
    }
}
