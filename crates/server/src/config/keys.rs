//! The table of keys: name, type, default, range and meaning, each said once.
//!
//! The macro below makes from it the structs that the server reads, their parser, and [`SECTIONS`] for the reference
//! and the commented file. So no key can lack documentation, and no documented key can be missing.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use everpresent_alerts::settings::{Mailbox, Relay, Security, WebhookUrl};
use everpresent_stanza::BareJid;

use super::reader::Reader;
use super::value::{DatabaseUrl, LogFormat, LogLevel, Value};

/// One key as the reference shows it.
#[derive(Debug)]
pub struct Key {
    /// Name in the file.
    pub name: &'static str,
    /// Its type in words.
    pub kind: &'static str,
    /// The default as it would stand in the file.
    pub default: &'static str,
    /// Smallest and largest value, for numbers and times.
    pub range: Option<(u64, u64)>,
    /// Its meaning, line by line.
    pub doc: &'static [&'static str],
}

/// One section of the file.
#[derive(Debug)]
pub struct Section {
    /// Name in square brackets.
    pub name: &'static str,
    /// Its meaning, line by line.
    pub doc: &'static [&'static str],
    /// Its keys in the order in which they are explained.
    pub keys: &'static [Key],
}

macro_rules! sections {
    ($(
        $(#[doc = $section_doc:literal])+
        $section:ident: $Section:ident {$(
            $(#[doc = $doc:literal])+
            $field:ident $(as $key:literal)?: $type:ty = $default:literal $(in $low:literal to $high:literal)?;
        )+}
    )+) => {
        $(
            $(#[doc = $section_doc])+
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub struct $Section {
                $($(#[doc = $doc])+ pub $field: $type,)+
            }

            impl $Section {
                const KEYS: &'static [Key] = &[$(Key {
                    name: key_name!($field $($key)?),
                    kind: <$type as Value>::KIND,
                    default: $default,
                    range: range!($($low $high)?),
                    doc: &[$($doc),+],
                }),+];

                fn read(reader: &mut Reader<'_>) -> Option<Self> {
                    let mut keys = Self::KEYS.iter();
                    $(let $field = reader.read::<$type>(stringify!($section), keys.next()?);)+
                    Some(Self { $($field: $field?),+ })
                }
            }
        )+

        /// All settings of a node, checked. Paths are absolute.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Config {
            $($(#[doc = $section_doc])+ pub $section: $Section,)+
        }

        impl Config {
            /// Reads every section, so that the reader holds every problem; nothing if there was one.
            pub(super) fn from_reader(reader: &mut Reader<'_>) -> Option<Self> {
                $(let $section = $Section::read(reader);)+
                Some(Self { $($section: $section?),+ })
            }
        }

        /// Every section with its keys, in the order of the reference.
        pub static SECTIONS: &[Section] = &[$(Section {
            name: stringify!($section),
            doc: &[$($section_doc),+],
            keys: $Section::KEYS,
        }),+];
    };
}

macro_rules! key_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

macro_rules! range {
    () => {
        None
    };
    ($low:literal $high:literal) => {
        Some(($low, $high))
    };
}

sections! {
    /// Who this node is, whom it serves and where it keeps its files.
    node: Node {
        /// Name of the node, unique in the cluster: 1 to 63 of a-z, 0-9 and hyphen. Users are assigned to it by this
        /// name, so it stays when the machine changes.
        name: String = r#""node1""#;
        /// The redundancy group that this node is in: one or two nodes that cover for each other. 1 to 128 of letters,
        /// digits, _ and -.
        group: String = r#""DefaultCUPSubCluster""#;
        /// The host that clients are told for this node, a name or an address: `everpresent ha dns` prints the records for
        /// it, and it stands in the client profile. Empty: they are told none.
        client_address: Option<String> = r#""""#;
        /// The XMPP domains that are served: what stands after the @ of the users' addresses.
        domains: Vec<BareJid> = r#"["localhost"]"#;
        /// Folder for the database, the self-signed certificate and the admin token. Made when it is missing.
        data_dir: PathBuf = r#""data""#;
        /// How long a clean stop may take. What is not finished then is left to what is already durable.
        stop_timeout as "stop_timeout_seconds": Duration = "20" in 1 to 600;
    }

    /// Where accounts, rosters, archives and sessions are kept.
    database: Database {
        /// `sqlite:FILE` for a single machine or `postgres://user@host:port/database`. Empty: the file
        /// `everpresent.db` in `data_dir`.
        url: DatabaseUrl = r#""""#;
        /// File that holds the password of the PostgreSQL user (its first line), so that it need not stand in the URL.
        password_file: Option<PathBuf> = r#""""#;
    }

    /// Which addresses and ports are listened on, as `address:port`; an IPv6 address in square brackets takes IPv6 only.
    listen: Listen {
        /// Client connections with STARTTLS (RFC 6120). To serve IPv6 too, add "[::]:5222".
        c2s: Vec<SocketAddr> = r#"["0.0.0.0:5222"]"#;
        /// Client connections with TLS from the first byte (XEP-0368).
        c2s_tls: Vec<SocketAddr> = r#"["0.0.0.0:5223"]"#;
        /// Client connections without any encryption, for tests and local gateways: loopback addresses only.
        c2s_plain: Vec<SocketAddr> = "[]";
        /// HTTP without encryption: health, metrics, host-meta, WebSocket and the admin API.
        http: Vec<SocketAddr> = r#"["127.0.0.1:5280"]"#;
        /// The same over TLS with the node's certificate: for browsers' WebSocket without a proxy in front.
        https: Vec<SocketAddr> = "[]";
    }

    /// The certificate. Both files are read again on SIGHUP and by `POST /api/v1/node/reload`.
    tls: Tls {
        /// PEM file with the certificate and its chain. Empty, together with `key`: a self-signed one is made in
        /// `data_dir` at the first start; clients must then be told to trust it.
        certificate: Option<PathBuf> = r#""""#;
        /// PEM file with the private key.
        key: Option<PathBuf> = r#""""#;
    }

    /// How much one user or one connection may take. What goes beyond is refused with the standard error.
    limits: Limits {
        /// Largest stanza of a signed-in client (XEP-0478 announces it).
        stanza_bytes: usize = "262144" in 10000 to 16777216;
        /// Largest element before sign-in. RFC 6120 §13.12 asks for 10000 at least.
        stanza_bytes_before_signin: usize = "16384" in 10000 to 262144;
        /// Client connections of this node, all kinds together.
        connections: usize = "100000" in 1 to 1000000;
        /// Client connections from one address. Many people may share one behind an address translator.
        connections_per_address: usize = "2000" in 1 to 1000000;
        /// How many bytes one connection may send per second, on average. Faster ones are read more slowly.
        bytes_per_second: u64 = "4000000" in 1000 to 1000000000;
        /// Sessions (bound resources) of one user.
        sessions_per_user: usize = "32" in 1 to 1000;
        /// Contacts in one roster.
        roster_items: usize = "2000" in 1 to 100000;
        /// Addresses on one block list (XEP-0191).
        blocked_addresses: usize = "1000" in 1 to 1000;
        /// Messages kept for one user who is offline.
        offline_messages: usize = "1000" in 1 to 100000;
        /// Messages in one page of an archive query (XEP-0313), whatever the client asks for.
        archive_page: usize = "100" in 1 to 250;
        /// Stanzas that wait for one client's acknowledgement (XEP-0198); a session that goes over it ends.
        unacked_stanzas: usize = "2000" in 10 to 100000;
        /// Bytes of those stanzas.
        unacked_bytes: usize = "8388608" in 262144 to 268435456;
    }

    /// The way to the other nodes of the cluster: gRPC over mutual TLS. `everpresent cluster` makes the certificates.
    link: Link {
        /// Where other nodes are listened to, as `address:port`; an address of a network that only nodes are in is best.
        /// Empty: this node stands alone.
        listen: Vec<SocketAddr> = "[]";
        /// Where other nodes reach this one, as `host:port`. Empty: the first address of `listen`.
        advertise: Option<String> = r#""""#;
        /// Folder for the certificates of the cluster. Empty: `cluster` in `data_dir`.
        dir: Option<PathBuf> = r#""""#;
    }

    /// How long sessions live without a connection, and how dead connections are noticed.
    session: Session {
        /// How long a session without a connection can be resumed (XEP-0198). At least 657: keep_alive_timeout (60)
        /// + re-login upper limit (537) + 60, so that nobody loses a session by waiting for their turn.
        resume as "resume_seconds": Duration = "900" in 1 to 86400;
        /// A client that sent nothing for so long is asked for a sign of life (XEP-0198 `<r/>`, XEP-0199 or WebSocket ping).
        idle as "idle_seconds": Duration = "120" in 5 to 3600;
        /// How long it may take to answer before its connection counts as dead. Also the TCP user timeout.
        answer as "answer_seconds": Duration = "30" in 1 to 600;
        /// How often transports, sessions and presences are counted against each other (promise P6).
        audit as "audit_seconds": Duration = "30" in 1 to 3600;
    }

    /// Sign-in, and how guessing is slowed down.
    signin: Signin {
        /// How long a connection may take from its first byte to a bound resource.
        timeout as "timeout_seconds": Duration = "60" in 5 to 600;
        /// Failed attempts from one address in a minute before further ones are refused unseen.
        address_failures_per_minute: u32 = "60" in 1 to 100000;
        /// Failed attempts for one account in a minute before further ones are refused unseen.
        account_failures_per_minute: u32 = "10" in 1 to 100000;
        /// How many days a FAST token (XEP-0484) replaces the password.
        token_days: u32 = "21" in 1 to 365;
    }

    /// The message archive (XEP-0313).
    archive: Archive {
        /// Whether messages are archived. Users can still switch it off for themselves.
        enabled: bool = "true";
        /// For how many days archived messages are kept.
        keep_days: u32 = "365" in 1 to 36500;
    }

    /// XMPP over WebSocket (RFC 7395) at `/xmpp-websocket` of the HTTP listeners.
    websocket: Websocket {
        /// Whether WebSocket connections are taken.
        enabled: bool = "true";
        /// The address that host-meta (XEP-0156) tells clients. Empty: made from the name under which they ask.
        url: Option<String> = r#""""#;
        /// Whether unencrypted WebSocket connections are taken from other machines. Only for a network in which a proxy
        /// does the encryption: passwords would cross it in clear.
        allow_plain_remote: bool = "false";
    }

    /// The admin API, which the `everpresent` commands use.
    admin: Admin {
        /// File with the token of the admin API. Empty: `admin.token` in `data_dir`. Made at the first start, readable
        /// for its owner only.
        token_file: Option<PathBuf> = r#""""#;
        /// Whether the admin API answers other machines. They need the token too.
        allow_remote: bool = "false";
    }

    /// Prometheus metrics at `/metrics`.
    metrics: Metrics {
        /// Whether metrics are served.
        enabled: bool = "true";
        /// Whether they are served to other machines.
        allow_remote: bool = "false";
    }

    /// How operators are told at once when something begins that they should know, and when it is over. Without `webhook`
    /// and `smtp` it is only logged and counted. `everpresent alerts test` tries it.
    alerts: Alerts {
        /// URL to which each alert is posted as JSON (`when`, `node`, `name`, `subject`, `state`, `since`, `text`). No proxy
        /// is used and no redirection followed. Log lines do not show its path. Empty: none.
        webhook: Option<WebhookUrl> = r#""""#;
        /// File that holds a bearer token for it (its first line). Needs `https:`, or a webhook on this machine.
        webhook_token_file: Option<PathBuf> = r#""""#;
        /// SMTP relay by which e-mail goes out, as `host:port`. Empty: no e-mail.
        smtp: Option<Relay> = r#""""#;
        /// `starttls` (port 587), `tls` from the first byte (port 465), or `none`, for a relay on this machine only.
        smtp_security: Security = r#""starttls""#;
        /// User name for the relay. Empty: no sign-in.
        smtp_user: Option<String> = r#""""#;
        /// File that holds the password for the relay (its first line).
        smtp_password_file: Option<PathBuf> = r#""""#;
        /// Sender of e-mail, such as `Everpresent <everpresent@example.org>`. Its domain is also what the relay is greeted
        /// with.
        from: Option<Mailbox> = r#""""#;
        /// Recipients of e-mail, 16 at most.
        to: Vec<Mailbox> = "[]";
        /// PEM file with certificates of authorities that webhook and relay may have theirs from, besides the authorities
        /// that the machine trusts.
        ca_file: Option<PathBuf> = r#""""#;
    }

    /// Log lines, written to standard error.
    log: Log {
        /// `human` or `json`.
        format: LogFormat = r#""human""#;
        /// The least severe lines that are written.
        level: LogLevel = r#""info""#;
        /// Whether users' addresses and IP addresses are made unrecognisable in log lines.
        redact_addresses: bool = "true";
    }
}
