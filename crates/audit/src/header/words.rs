//! Facilities and severities as servers and collectors spell them.

const FACILITIES: &[&str] = &[
    "kern", "user", "mail", "daemon", "auth", "security", "syslog", "lpr", "news", "uucp", "cron",
    "authpriv", "ftp", "ntp", "audit", "alert", "clock", "console", "system", "system0", "system1",
    "system2", "system3", "system4", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7",
];

const SEVERITIES: &[&str] = &[
    "emerg",
    "emergency",
    "panic",
    "alert",
    "crit",
    "critical",
    "err",
    "error",
    "warn",
    "warning",
    "notice",
    "info",
    "informational",
    "information",
    "debug",
];

/// Whether the word is like `user.info` or `Local0.Error`.
pub(super) fn is_facility_and_severity(word: &str) -> bool {
    word.split_once('.').is_some_and(|(facility, severity)| {
        FACILITIES.iter().any(|known| known.eq_ignore_ascii_case(facility)) && is_severity(severity)
    })
}

/// Whether the word is like `Info`.
pub(super) fn is_severity(word: &str) -> bool {
    SEVERITIES.iter().any(|known| known.eq_ignore_ascii_case(word))
}
