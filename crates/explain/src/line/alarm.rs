//! Alarms of the Cisco serviceability services, as event viewer logs and syslog hold them.
//!
//! Published (Managed Services Guide, "CiscoLog Message Format"):
//! `SEQNUM: HOST: MONTH DAY YEAR TIME ZONE: %APPNAME-SEVERITY-NAME: %[TAG=VALUE]…: text`, in syslog files behind
//! `MONTH DAY TIME HOST FACILITY SEVERITY : `. Names such as `ServiceStopped` are published too, and that `ServiceName`, `AppID`,
//! `ClusterID` and `NodeID` are their tags; for other alarms the tags that are looked for are assumed.

use std::collections::BTreeMap;

use super::Read;
use crate::event::{self, What};
use crate::stamp::{self, Stamp};

/// Tags that are looked at.
const MAX_TAGS: usize = 32;

/// Reads an alarm.
pub(super) fn read(text: &str) -> Option<Read> {
    let (header, rest) = text.split_once('%')?;
    let (name, rest) = rest.split_once(':')?;
    let mut parts = name.rsplitn(3, '-');
    let (alarm, severity, application) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if alarm.is_empty()
        || !severity.bytes().all(|byte| byte.is_ascii_digit())
        || !plain(alarm)
        || !plain(application)
    {
        return None;
    }
    let (at, host) = header_of(header)?;
    let (tags, message) = tags_of(rest);
    let tag = |name: &str| tags.get(name).copied().and_then(event::name);
    // An alert of the Real-Time Monitoring Tool is an alarm within an alarm.
    let alarm = if alarm.starts_with("RTMT") { tags.get("Name").copied().unwrap_or(alarm) } else { alarm };
    let node = tag("NodeID").or(host);
    let service = tag("ServiceName").or_else(|| tag("Detail"));
    Some(match what(alarm, service, node, || tag("CoreFile").or_else(|| event::name(message))) {
        Some(what) => Read::Event(at, what),
        None => Read::Unknown(format!("alarm {alarm}").chars().map(event::safe).collect()),
    })
}

fn what(
    alarm: &str,
    service: Option<String>,
    node: Option<String>,
    program: impl FnOnce() -> Option<String>,
) -> Option<What> {
    let stopped = |how| {
        let service = service.clone().unwrap_or_else(|| "a service".to_owned());
        Some(What::ServiceStopped { service, node: node.clone(), how })
    };
    match alarm {
        "ServiceStopped" => stopped("stopped"),
        "ServiceFailed" => stopped("ended unexpectedly"),
        "ServiceStartFailed" => stopped("did not start"),
        "ServiceExceededMaxRestarts" => stopped("was restarted too often and is left down"),
        "CriticalServiceDown" => stopped("is down"),
        "ServiceStarted" => Some(What::ServiceStarted { service: service?, node }),
        "NoDbConnectionAvailable" | "PEDatabaseError" | "XcpDBConnectError" => {
            Some(What::DatabaseDown { node, alarm: alarm.to_owned() })
        }
        "CoreDumpFileFound" => {
            Some(What::CoreDump { program: program().unwrap_or_else(|| "a program".to_owned()), node })
        }
        "SRMFailover" => Some(What::RecoveryAlarm { alarm: "SRMFailover", node }),
        "SRMFailed" => Some(What::RecoveryAlarm { alarm: "SRMFailed", node }),
        _ => None,
    }
}

/// Time and host. The time of the syslog header is local, as that of the recovery manager; the one within the alarm,
/// with its year, is in the zone that it names. The first is taken, with the year of the second.
fn header_of(header: &str) -> Option<(Stamp, Option<String>)> {
    let header = super::system::without_priority(header);
    let tokens: Vec<&str> =
        header.split_whitespace().take(24).map(|token| token.trim_end_matches(':')).collect();
    let inner = tokens.windows(4).enumerate().find_map(|(index, window)| {
        let month = window[0].trim_start_matches(['*', '.', '?']);
        Some((index, stamp::alarm(month, window[1], window[2], window[3])?))
    });
    let outer = match tokens.as_slice() {
        [month, day, time, host, ..] => {
            stamp::syslog(month, day, time).map(|stamp| (stamp, event::name(host)))
        }
        _ => None,
    };
    match (outer, inner) {
        (Some((stamp, host)), Some((_, dated))) => {
            Some((stamp.resolve(dated).map_or(stamp, Stamp::Dated), host))
        }
        (Some(found), None) => Some(found),
        (None, Some((index, dated))) => {
            let host = index.checked_sub(1).and_then(|index| event::name(tokens[index]));
            Some((Stamp::Dated(dated), host))
        }
        (None, None) => None,
    }
}

/// `%[a=b][c=d]: text`: tags and text.
fn tags_of(rest: &str) -> (BTreeMap<&str, &str>, &str) {
    let mut tags = BTreeMap::new();
    let Some(mut rest) = rest.trim_start().strip_prefix('%') else { return (tags, rest.trim()) };
    while let Some((tag, after)) = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        if let Some((name, value)) = tag.split_once('=').filter(|_| tags.len() < MAX_TAGS) {
            tags.entry(name.trim()).or_insert(value);
        }
        rest = after;
    }
    (tags, rest.trim_start_matches([':', ' ']).trim())
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    const TAGS: &str = "%UC_SERVICEMANAGER-4-ServiceStopped: %[ServiceName=Cisco XCP Router][AppID=Cisco Service Manager]\
                        [ClusterID=StandAloneCluster][NodeID=imp1]: Service stopped";

    #[test]
    fn an_alarm_has_the_local_time_of_its_file_and_the_year_of_the_alarm() {
        let line = format!(
            "Jan  1 00:30:05 imp1 local7 4 : 12: imp1.example.org: Dec 31 2021 23:30:05.120 UTC : {TAGS}"
        );
        let service = "Cisco XCP Router".to_owned();
        let what = What::ServiceStopped { service, node: Some("imp1".to_owned()), how: "stopped" };
        let at = Stamp::Dated(datetime(2022, 1, 1, 0, 30, 5, 0));
        assert_eq!(read(&line), Some(Read::Event(at, what)));
    }

    #[test]
    fn an_alarm_without_a_syslog_header_is_read_too() {
        let line = format!("12: imp1.example.org: *Jun 13 2003 23:11:52.454 UTC: {TAGS}");
        let Some(Read::Event(Stamp::Dated(at), _)) = read(&line) else { panic!("not read") };
        assert_eq!(at, datetime(2003, 6, 13, 23, 11, 52, 454_000_000));
    }

    #[test]
    fn other_alarms_are_counted_by_name() {
        let line = "Jun 13 23:11:52 imp1 local7 5 : 12: imp1: Jun 13 2003 23:11:52.454 UTC: %BACC-5-CONFIG: Configured";
        assert_eq!(read(line), Some(Read::Unknown("alarm CONFIG".to_owned())));
        assert_eq!(read("100% of - users: happy"), None);
    }
}
