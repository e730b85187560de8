//! The lines that the published script writes, for those who look for them today.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::entry::{Happening, Outcome};

/// The line of a result; none for what the script does not write.
pub(super) fn line(at: Timestamp, happening: &Happening) -> Option<String> {
    let Happening::Result { address, outcome, reason, .. } = happening else { return None };
    let at = at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string();
    let reason = reason.replace(|c: char| c.is_control(), " ");
    match outcome {
        Outcome::Restarted => Some(format!("{at} Webbridge on server: {address} restarted successfully\n")),
        Outcome::Failed => {
            Some(format!("{at} Failed to restart webbridge on server {address}. Error:\n{reason}\n"))
        }
        Outcome::NotVerified => {
            Some(format!("{at} Webbridge on server: {address} restarted, not verified:\n{reason}\n"))
        }
        Outcome::Unknown => {
            Some(format!("{at} Webbridge on server: {address} may have been restarted, unknown:\n{reason}\n"))
        }
        Outcome::Refused => None,
    }
}
