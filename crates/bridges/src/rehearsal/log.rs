//! Log lines of the shape that is seen in the field.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use everpresent_audit::line::WebBridgeStats;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::traffic::CoreCount;

/// The log of one server.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    host: String,
}

impl Log {
    /// Begins a log anew.
    pub(super) fn create(path: &Path, host: &str) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(path)?;
        Ok(Self { file, host: host.to_owned() })
    }

    /// A Web Bridge counts.
    pub(super) fn stats(&mut self, at: Timestamp, stats: WebBridgeStats) -> io::Result<()> {
        let WebBridgeStats { sessions, c, d } = stats;
        self.line(
            at,
            "user.info",
            &format!("\"webbridge\": INFO : [DEBUGGING] Stats {sessions}, c:{c}, d:{d}"),
        )
    }

    /// A Call Bridge counts.
    pub(super) fn calls(&mut self, at: Timestamp, count: CoreCount) -> io::Result<()> {
        let CoreCount { now, peak } = count;
        let text = format!(
            "host:server:  INFO : STATS: {{\"callLegsPS\": 0, \"callLegs\": \"{now}/{peak}\", \"CMA\": \"{now}/{peak}\", \
             \"sip\": {{\"std\": \"0/0\", \"peer\": \"0/0\"}}}}"
        );
        self.line(at, "user.info", &text)
    }

    /// Somebody gave a command.
    pub(super) fn command(&mut self, at: Timestamp, user: &str, from: &str, command: &str) -> io::Result<()> {
        let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
        let text = format!(
            "cli: User {} from {from} issued command <{}>: permission granted",
            clean(user),
            clean(command)
        );
        self.line(at, "local0.info", &text)
    }

    /// Something else, as logs are full of.
    pub(super) fn other(&mut self, at: Timestamp, number: u64) -> io::Result<()> {
        let text = format!(
            "host:server:  INFO : API trace {number}: GET for \"/api/v1/system/status\" (from 192.0.2.26)"
        );
        self.line(at, "user.info", &text)
    }

    fn line(&mut self, at: Timestamp, facility: &str, text: &str) -> io::Result<()> {
        let at = at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        // One write for a line: whoever follows the file sees whole lines.
        self.file.write_all(format!("{at} {facility} {} {text}\n", self.host).as_bytes())
    }
}
