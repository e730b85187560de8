//! Notices as syslog messages (RFC 5424), over UDP (RFC 5426) or TCP with octet counting (RFC 6587 §3.4.1).

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::{Duration, Instant};

use super::{Outcome, told, too_slow};
use crate::notice::{Notice, State, one_line, stamp};
use crate::settings::{Syslog, SyslogTransport};

/// Longest message, in bytes: every receiver should take so much (RFC 5424 §6.1).
const MAX_MESSAGE_BYTES: usize = 2048;
/// Longest MSGID (RFC 5424 §6).
const MAX_ID_CHARS: usize = 32;
/// Facility `local0`.
const FACILITY: u8 = 16;
/// Severity of what began or happened.
const WARNING: u8 = 4;
/// Severity of what is over.
const NOTICE: u8 = 5;

/// The message, cut to what every receiver takes.
pub(super) fn message(notice: &Notice) -> String {
    let severity = if matches!(notice.state, State::Over { .. }) { NOTICE } else { WARNING };
    let priority = FACILITY * 8 + severity;
    let (at, process) = (stamp(notice.at), std::process::id());
    let at = if at == "unknown" { "-" } else { &at };
    let id = identifier(&notice.key.name);
    let (node, title, state) = (&notice.key.node, notice.key.title(), notice.state_name());
    let text = one_line(&format!("{node}: {title} {state}: {}", notice.text));
    // The host is left to the receiver, which sees it; there is no structured data (RFC 5424 §6.2.4, §6.3).
    let mut message = format!("<{priority}>1 {at} - everpresent {process} {id} - {text}");
    let mut end = message.len().min(MAX_MESSAGE_BYTES);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message.truncate(end);
    message
}

/// Sends it within the deadline. Nobody confirms a syslog message: over UDP it counts as delivered when it was sent, over TCP when
/// the system has taken it and ended the connection.
pub(super) fn send(settings: &Syslog, message: &str, deadline: Duration) -> Outcome {
    let until = Instant::now() + deadline;
    let sent = addresses(settings).and_then(|addresses| match settings.transport {
        SyslogTransport::Udp => over_udp(&addresses, message),
        SyslogTransport::Tcp => over_tcp(&addresses, message, until),
    });
    match sent {
        Ok(()) => Outcome::Delivered,
        Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {
            Outcome::Later(too_slow(deadline))
        }
        Err(error) => Outcome::Later(told(&error.to_string())),
    }
}

fn addresses(settings: &Syslog) -> io::Result<Vec<SocketAddr>> {
    let host = &settings.receiver;
    let found: Vec<_> = (host.host.as_str(), host.port).to_socket_addrs()?.collect();
    if found.is_empty() {
        Err(io::Error::new(io::ErrorKind::NotFound, "the receiver has no address"))
    } else {
        Ok(found)
    }
}

fn over_udp(addresses: &[SocketAddr], message: &str) -> io::Result<()> {
    let target = addresses[0];
    let local = if target.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    UdpSocket::bind(local)?.send_to(message.as_bytes(), target).map(|_| ())
}

fn over_tcp(addresses: &[SocketAddr], message: &str, until: Instant) -> io::Result<()> {
    let mut failed = io::Error::from(io::ErrorKind::TimedOut);
    for address in addresses {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(address, left) {
            Ok(mut stream) => {
                stream.set_write_timeout(Some(left))?;
                stream.write_all(format!("{} {message}", message.len()).as_bytes())?;
                return stream.shutdown(std::net::Shutdown::Write);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// Printable ASCII without spaces.
fn identifier(name: &str) -> String {
    let printable = |c: char| if c.is_ascii_graphic() { c } else { '_' };
    let id: String = name.chars().map(printable).take(MAX_ID_CHARS).collect();
    if id.is_empty() { "-".to_owned() } else { id }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::open::Key;

    fn notice(text: &str, state: State) -> Notice {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_591_628_000_250);
        Notice { at, key: Key::new("bridges", "BridgeLeak").about("web1"), text: text.into(), state }
    }

    #[test]
    fn a_message_has_the_form_of_rfc_5424() {
        let process = std::process::id();
        assert_eq!(
            message(&notice("132 to 135 sessions leaked.", State::Raised)),
            format!(
                "<132>1 2020-06-08T14:53:20.250Z - everpresent {process} BridgeLeak - bridges: BridgeLeak (web1) \
                 raised: 132 to 135 sessions leaked."
            )
        );
        let over = message(&notice("It is over.", State::Over { since: SystemTime::UNIX_EPOCH }));
        assert!(over.starts_with("<133>1 ") && over.contains(" over: It is over."), "{over}");
    }

    #[test]
    fn no_text_begins_a_message_of_its_own_and_none_is_too_long() {
        let long = message(&notice(&format!("a\n<0>1 - forged {}", "é".repeat(5_000)), State::Raised));
        assert!(
            !long.contains('\n') && long.len() <= MAX_MESSAGE_BYTES && long.len() > MAX_MESSAGE_BYTES - 3
        );
        let mut strange = notice("x", State::Raised);
        strange.key.name = "two words ü".into();
        assert!(message(&strange).contains(" two_words__ - "));
    }
}
