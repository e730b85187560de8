//! Log lines on standard error, for people or as JSON.

use std::io::{self, IsTerminal as _};

use everpresent_server::config::{Log, LogFormat, LogLevel};
use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// Libraries that say too much below `warn`: one of them the path of a webhook, which is a secret.
const QUIET_LIBRARIES: [&str; 8] =
    ["hyper", "hyper_util", "rustls", "sqlx", "tokio_util", "tungstenite", "ureq", "ureq_proto"];

/// Starts logging, once for the process.
pub(crate) fn start(log: &Log) -> Result<(), Failure> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives(log.level)))
        .with_writer(io::stderr);
    let started = match log.format {
        LogFormat::Human => builder.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
    };
    started.map_err(|error| Failure::failed(format!("logging cannot be started: {error}")))
}

fn directives(level: LogLevel) -> String {
    let own = level.as_str();
    match level {
        LogLevel::Error | LogLevel::Warn => own.to_owned(),
        LogLevel::Info | LogLevel::Debug | LogLevel::Trace => {
            let quiet = QUIET_LIBRARIES.map(|library| format!("{library}=warn")).join(",");
            format!("{own},{quiet}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_a_filter_that_is_understood() {
        for level in [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace] {
            let filter: EnvFilter = directives(level).parse().unwrap();
            assert!(filter.to_string().contains(level.as_str()));
        }
    }
}
