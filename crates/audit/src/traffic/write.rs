//! Lines as servers write them into a syslog file.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Written;

/// A Web Bridge counts.
pub(super) fn sessions(at: Timestamp, server: &str, sessions: u32, c: u64, d: u64) -> Written {
    let text = format!("user.info {server} \"webbridge\": INFO : [DEBUG] Stats {sessions}, c:{c}, d:{d}");
    written(at, server, &text)
}

/// A Call Bridge counts.
pub(super) fn calls(at: Timestamp, server: &str, now: u32, peak: u32) -> Written {
    let text = format!(
        "user.info {server} host:server:  INFO : STATS: {{\"callLegsPS\": 0, \"callLegs\": \"{now}/{peak}\", \
         \"CMA\": \"{now}/{peak}\", \"sip\": {{\"std\": \"0/0\", \"peer\": \"0/0\"}}}}"
    );
    written(at, server, &text)
}

/// Somebody gave a command.
pub(super) fn command(at: Timestamp, server: &str, user: &str, from: &str, command: &str) -> Written {
    let text = format!(
        "local0.info {server} cli: User {user} from {from} issued command <{command}>: permission granted"
    );
    written(at, server, &text)
}

/// With the stamp that servers write: UTC, without a year.
fn written(at: Timestamp, server: &str, text: &str) -> Written {
    let stamp = TimeZone::UTC.to_datetime(at).strftime("%b %e %H:%M:%S");
    Written { at, server: server.to_owned(), line: format!("{stamp} {text}") }
}
