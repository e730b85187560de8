//! Lines of the Server Recovery Manager.
//!
//! Published, both with and without the space before the bracket:
//! ```text
//! 2021-05-13 02:48:48,244 INFO[HS]rsrm.RsrmHeartBeatHandler - RsrmHeartBeatHandler: peer down, time since last heartbeat[s]= 62
//! 2021-05-13 02:48:48,244 INFO [HS] rsrm.RsrmAutomaticFallback - RsrmAutomaticFallback: peer states vector changed to [Normal,Running in Backup Mode]
//! ```
//! Assumed, behind the same header:
//! ```text
//! peer up
//! peer rebooting
//! node state changed to [Running in Backup Mode], reason [Peer Down]
//! critical service down, service= Cisco XCP Router, time since last up[s]= 92
//! failover requested, node= imp1, user= administrator
//! ```
//! In place of `failover`: `fallback`, `recovery`, `disable`, `enable`.

use super::{Read, value};
use crate::event::{self, OrderKind, What};
use crate::stamp::{self, Stamp};

/// `DATE TIME LEVEL [TAG] logger - Class: message`.
pub(super) fn read(text: &str) -> Option<Read> {
    let (at, rest) = stamp::iso(text)?;
    let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_uppercase()).trim_start();
    let (_tag, rest) = rest.strip_prefix('[')?.split_once(']')?;
    let (logger, message) = rest.split_once(" - ")?;
    let logger = logger.trim();
    if logger.is_empty()
        || !logger.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._$-".contains(&byte))
    {
        return None;
    }
    let class = logger.rsplit('.').next().unwrap_or(logger);
    let message = message.trim();
    let message =
        message.strip_prefix(class).and_then(|rest| rest.strip_prefix(':')).unwrap_or(message).trim();
    Some(match what(message) {
        Some(what) => Read::Event(Stamp::Dated(at), what),
        None => Read::Unknown(format!("recovery manager: {logger}")),
    })
}

fn what(message: &str) -> Option<What> {
    if let Some(rest) = message.strip_prefix("peer down, time since last heartbeat[s]=") {
        return Some(What::PeerDown { seconds: rest.trim().parse().ok()? });
    }
    match message {
        "peer up" => return Some(What::PeerUp),
        "peer rebooting" => return Some(What::PeerReboot),
        _ => {}
    }
    if let Some(rest) = message.strip_prefix("peer states vector changed to [") {
        let (own, peer) = rest.strip_suffix(']')?.split_once(',')?;
        return Some(What::States { own: event::state(own)?, peer: event::state(peer)? });
    }
    if let Some(rest) = message.strip_prefix("node state changed to [") {
        let (state, reason) = rest.strip_suffix(']')?.split_once("], reason [")?;
        return Some(What::State { state: event::state(state)?, reason: event::reason(reason)? });
    }
    if message.starts_with("critical service down, ") {
        let service = event::name(value(message, "service", false)?)?;
        let seconds = value(message, "time since last up[s]", true).map(|text| text.trim().parse());
        return Some(What::ServiceDown { service, seconds: seconds.transpose().ok()? });
    }
    let (order, rest) = message.split_once(" requested")?;
    let order = match order {
        "failover" => OrderKind::Failover,
        "fallback" => OrderKind::Fallback,
        "recovery" => OrderKind::Recover,
        "disable" => OrderKind::Disable,
        "enable" => OrderKind::Enable,
        _ => return None,
    };
    let node = value(rest, "node", false).and_then(event::name);
    Some(What::Order { order, node, user: value(rest, "user", true).and_then(event::name) })
}

#[cfg(test)]
mod tests {
    use everpresent_recovery::manager::NodeState;
    use jiff::civil::datetime;

    use super::*;

    fn event(text: &str) -> Option<What> {
        match read(text) {
            Some(Read::Event(_, what)) => Some(what),
            _ => None,
        }
    }

    #[test]
    fn the_two_published_lines_are_read_with_and_without_the_space() {
        let down =
            "rsrm.RsrmHeartBeatHandler - RsrmHeartBeatHandler: peer down, time since last heartbeat[s]= 62";
        let states = "rsrm.RsrmAutomaticFallback - RsrmAutomaticFallback: peer states vector changed to \
                      [Normal,Running in Backup Mode]";
        for tag in ["INFO[HS]", "INFO [HS] ", "WARN  [HS]", "INFO[HS]\t"] {
            let at = Stamp::Dated(datetime(2021, 5, 13, 2, 48, 48, 244_000_000));
            let line = format!("2021-05-13 02:48:48,244 {tag}{down}");
            assert_eq!(read(&line), Some(Read::Event(at, What::PeerDown { seconds: 62 })), "{tag}");
            let line = format!("2021-05-13 02:48:48,244 {tag}{states}");
            let what = What::States { own: NodeState::Normal, peer: NodeState::Backup };
            assert_eq!(read(&line), Some(Read::Event(at, what)), "{tag}");
        }
    }

    #[test]
    fn a_user_whose_name_looks_like_a_line_is_a_user() {
        let order = "2021-05-13 02:48:48,244 INFO [HS] rsrm.RsrmAdmin - RsrmAdmin: failover requested, node= imp1, user= ";
        let name = "x, node= imp2 peer down, time since last heartbeat[s]= 62";
        let what = event(&format!("{order}{name}"));
        let node = Some("imp1".to_owned());
        assert_eq!(what, Some(What::Order { order: OrderKind::Failover, node, user: Some(name.to_owned()) }));
        let said =
            "2021-05-13 02:48:48,244 INFO [HS] rsrm.Chat - said: peer down, time since last heartbeat[s]= 62";
        assert_eq!(event(said), None);
    }

    #[test]
    fn what_almost_matches_is_counted_under_its_logger_and_never_guessed() {
        for message in [
            "peer down, time since last heartbeat[s]= many",
            "peer down, time since last heartbeat[s]= 99999999999999999999",
            "peer states vector changed to [Normal,Perfect]",
            "peer states vector changed to [Normal",
            "node state changed to [Normal], reason [Boredom]",
            "critical service down, service= A, time since last up[s]= -3",
        ] {
            let line = format!("2021-05-13 02:48:48,244 INFO [HS] rsrm.RsrmX - RsrmX: {message}");
            let kind = "recovery manager: rsrm.RsrmX".to_owned();
            assert_eq!(read(&line), Some(Read::Unknown(kind)), "{message}");
        }
    }
}
