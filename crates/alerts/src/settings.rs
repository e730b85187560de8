//! Where notices go: the values of `[alerts]`, each of which is right by itself once it is there. Pure.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use ureq::http::Uri;

pub use lettre::message::Mailbox;

/// Most recipients of e-mail.
pub const MAX_RECIPIENTS: usize = 16;

/// Where notices go.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// To an HTTP server.
    pub webhook: Option<Webhook>,
    /// By e-mail.
    pub mail: Option<Mail>,
    /// To a syslog receiver.
    pub syslog: Option<Syslog>,
    /// PEM file with certificates of authorities that are trusted besides the machine's own.
    pub ca_file: Option<PathBuf>,
}

/// An HTTP server that takes notices as JSON.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Where.
    pub url: WebhookUrl,
    /// File with a bearer token (RFC 6750).
    pub token_file: Option<PathBuf>,
}

/// An SMTP relay and who writes to whom.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The relay.
    pub relay: Relay,
    /// How it is protected.
    pub security: Security,
    /// User and password file, if it wants them.
    pub login: Option<(String, PathBuf)>,
    /// Who writes.
    pub from: Mailbox,
    /// To whom; at most [`MAX_RECIPIENTS`].
    pub to: Vec<Mailbox>,
}

/// A syslog receiver, written `udp:192.0.2.9:514` or `tcp:syslog.example.org:601`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syslog {
    /// How it is reached.
    pub transport: SyslogTransport,
    /// Where it is.
    pub receiver: Relay,
}

/// How a syslog receiver is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyslogTransport {
    /// A datagram for each notice (RFC 5426): nobody learns whether it arrived.
    Udp,
    /// A connection for each notice, with octet counting (RFC 6587).
    Tcp,
}

impl FromStr for Syslog {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (transport, receiver) = match text.split_once(':') {
            Some(("udp", receiver)) => (SyslogTransport::Udp, receiver),
            Some(("tcp", receiver)) => (SyslogTransport::Tcp, receiver),
            _ => (SyslogTransport::Udp, ""),
        };
        let receiver = receiver.parse().map_err(|_| {
            format!("must be udp: or tcp: with host and port, as in udp:192.0.2.9:514 or tcp:[2001:db8::9]:601, not {text:?}")
        })?;
        Ok(Self { transport, receiver })
    }
}

impl fmt::Display for Syslog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = if self.transport == SyslogTransport::Udp { "udp" } else { "tcp" };
        write!(f, "{transport}:{}", self.receiver)
    }
}

/// An `http:` or `https:` URL. The path of a webhook is often a secret, so it is shown without.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(String);

impl WebhookUrl {
    /// The whole URL, for the one place that asks it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether what is sent cannot be read on the way: over TLS, or never leaving the machine.
    pub fn is_private(&self) -> bool {
        self.0.starts_with("https:") || self.uri().host().is_some_and(is_loopback)
    }

    fn uri(&self) -> Uri {
        // It was read when this was made.
        self.0.parse().unwrap_or_default()
    }
}

impl FromStr for WebhookUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // The text may hold a secret, so it is not repeated.
        let uri: Uri = text.parse().map_err(|error| format!("is not a URL: {error}"))?;
        let host = uri.host().filter(|host| !host.is_empty());
        // Schemes are compared without regard to case, and kept in one.
        let (Some("http" | "https"), Some(_)) = (uri.scheme_str(), host) else {
            return Err("must begin with https:// (or http://) and name a host, as in \
                        https://alerts.example.org/hook"
                .into());
        };
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err("must not hold a user or password: use `webhook_token_file`".into());
        }
        Ok(Self(uri.to_string()))
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.uri();
        let (scheme, authority) = (uri.scheme_str().unwrap_or_default(), uri.authority());
        let path = if uri.path_and_query().is_none_or(|path| path == "/") { "" } else { "/…" };
        write!(f, "{scheme}://{}{path}", authority.map_or("", |authority| authority.as_str()))
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({self})")
    }
}

/// Host and port of an SMTP relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Relay {
    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl FromStr for Relay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "must be host:port, as in relay.example.org:587 or [2001:db8::1]:25, not {text:?}; ports are 587 for \
                 STARTTLS, 465 for TLS from the first byte, 25 between servers"
            )
        };
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '_';
        let fits = match bare {
            Some(bare) => bare.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.chars().all(is_name),
        };
        if fits { Ok(Self { host: bare.unwrap_or(host).to_owned(), port }) } else { Err(wrong()) }
    }
}

impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// How the way to an SMTP relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// STARTTLS before anything else is said (RFC 3207); a relay without it gets nothing.
    StartTls,
    /// TLS from the first byte (RFC 8314 §3.3).
    Tls,
    /// Not at all: only to a relay on this machine.
    None,
}

/// Whether a host, as a URL or a relay names it, is this machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_shown_without_its_path() {
        let url: WebhookUrl = "https://hooks.example.org/services/T0/s3cret?key=1".parse().unwrap();
        assert_eq!(url.to_string(), "https://hooks.example.org/…");
        assert_eq!(format!("{url:?}"), "WebhookUrl(https://hooks.example.org/…)");
        assert_eq!(url.expose(), "https://hooks.example.org/services/T0/s3cret?key=1");
        assert_eq!("http://[::1]:8080".parse::<WebhookUrl>().unwrap().to_string(), "http://[::1]:8080");
    }

    #[test]
    fn what_is_no_webhook_is_refused_without_repeating_it() {
        for bad in [
            "s3cret",
            "ftp://s3cret.example.org/",
            "https://user:s3cret@example.org/",
            "https:///s3cret",
            "/s3cret",
        ] {
            let error = bad.parse::<WebhookUrl>().unwrap_err();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn only_tls_and_this_machine_are_private() {
        let private = |text: &str| text.parse::<WebhookUrl>().unwrap().is_private();
        for url in [
            "https://example.org/x",
            "HTTPS://example.org",
            "http://localhost:1/x",
            "http://[::1]/",
            "http://127.0.0.9",
        ] {
            assert!(private(url), "{url}");
        }
        for url in
            ["http://example.org", "http://localhost.example.org/", "http://192.0.2.1/", "HTTP://192.0.2.1/"]
        {
            assert!(!private(url), "{url}");
        }
    }

    #[test]
    fn a_relay_has_a_host_and_a_port() {
        let relay = |text: &str| text.parse::<Relay>();
        assert_eq!(relay("mail.example.org:587").unwrap().to_string(), "mail.example.org:587");
        let six = relay("[::1]:25").unwrap();
        assert_eq!(
            (six.to_string().as_str(), six.host.as_str(), six.is_loopback()),
            ("[::1]:25", "::1", true)
        );
        assert!(relay("localhost:25").unwrap().is_loopback());
        assert!(!relay("192.0.2.1:25").unwrap().is_loopback());
        for bad in [
            "mail.example.org",
            ":25",
            "mail:0",
            "mail:70000",
            "::1:25",
            "[mail]:25",
            "smtp://mail:25",
            "a b:25",
        ] {
            assert!(relay(bad).unwrap_err().contains("must be host:port"), "{bad}");
        }
    }
}
