//! What node, group and machine are now.

use std::time::Duration;

use everpresent_server::config::Config;
use everpresent_store::{Limits, VIEW_NAMES};
use serde_json::{Value, json};

use super::Bundle;
use crate::client::Client;
use crate::commands::sql;
use crate::views;

/// How long a view may take.
const QUESTION_TIME: Duration = Duration::from_secs(10);
/// More rows than any cluster has.
const MAX_ROWS: usize = 10_000;
/// What the admin API is asked for, and the file that it becomes.
const QUESTIONS: [(&str, &str); 4] = [
    ("ha-status.json", "/ha/status"),
    ("ha-parameters.json", "/ha/parameters"),
    ("node-status.json", "/node"),
    ("groups.json", "/groups"),
];
/// Where the numbers are.
const METRICS: &str = "metrics.txt";

/// The two views.
pub(super) fn tables(bundle: &mut Bundle, config: &Config) {
    let limits = Limits { time: QUESTION_TIME, rows: MAX_ROWS };
    for view in VIEW_NAMES {
        let question = format!("select * from {view} order by name");
        let found = match views::ask(config, &question, limits) {
            Ok(Ok(answer)) => sql::to_csv(&answer).map_err(|failure| failure.message),
            Ok(Err(error)) => Err(error.to_string()),
            Err(failure) => Err(failure.message),
        };
        bundle.add_found(&format!("{view}.csv"), found);
    }
}

/// What only a running server knows.
pub(super) fn running(bundle: &mut Bundle, config: &Config) {
    let client = match Client::connect(config) {
        Ok(Some(client)) => Ok(client),
        Ok(None) => Err("the server does not run".to_owned()),
        Err(failure) => Err(failure.message),
    };
    for (name, path) in QUESTIONS {
        let asked = client.as_ref().map_err(Clone::clone).and_then(|client| {
            let answer: Value =
                client.ask(ureq::http::Method::GET, path).map_err(|failure| failure.message)?;
            serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())
        });
        bundle.add_found(name, asked);
    }
    let metrics = client.and_then(|client| client.metrics().map_err(|failure| failure.message));
    bundle.add_found(METRICS, metrics);
}

/// Versions of the program and of what it runs on.
pub(super) fn versions() -> Value {
    let read = |path: &str| std::fs::read_to_string(path).map(|text| text.trim().to_owned()).ok();
    let system = read("/etc/os-release").and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
        Some(line.trim_matches('"').to_owned())
    });
    json!({
        "everpresent": env!("CARGO_PKG_VERSION"),
        "system": system,
        "kernel": read("/proc/sys/kernel/osrelease"),
        "architecture": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().ok().map(std::num::NonZero::get),
        "uptime_seconds": read("/proc/uptime").and_then(|text| text.split(' ').next().map(str::to_owned)),
    })
}
