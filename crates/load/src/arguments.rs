//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Puts load on an XMPP server and reports throughput, latency, losses, and what it cost.
#[derive(Parser, Clone, Debug)]
#[command(name = "everpresent-load", version)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub scenario: Scenario,
    /// Which server, as whom.
    #[command(flatten)]
    pub target: Target,
    /// Print the report as JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// The server and the accounts on it.
#[derive(Args, Clone, Debug)]
pub struct Target {
    /// Name or address of the listener.
    #[arg(long, global = true, default_value = "127.0.0.1")]
    pub host: String,
    /// Its TCP port.
    #[arg(long, global = true, default_value_t = 5222)]
    pub port: u16,
    /// XMPP domain of the accounts.
    #[arg(long, global = true, default_value = "localhost")]
    pub domain: String,
    /// How many accounts to use.
    #[arg(long, global = true, default_value_t = 100)]
    pub users: usize,
    /// Accounts are called PREFIX0, PREFIX1, …
    #[arg(long, global = true, default_value = "user")]
    pub user_prefix: String,
    /// Number of the first account.
    #[arg(long, global = true, default_value_t = 0)]
    pub first_user: usize,
    /// Their common password.
    #[arg(long, global = true, default_value = "password")]
    pub password: String,
    /// How connections are protected.
    #[arg(long, global = true, value_enum, default_value = "direct")]
    pub tls: Tls,
    /// Accept any certificate.
    #[arg(long, global = true)]
    pub insecure: bool,
    /// PEM file with the certificates to trust.
    #[arg(long, global = true)]
    pub ca: Option<PathBuf>,
    /// SASL mechanism to use instead of the strongest offered.
    #[arg(long, global = true, value_enum)]
    pub mechanism: Option<Mechanism>,
    /// Sign-ins under way at once.
    #[arg(long, global = true, default_value_t = 16)]
    pub concurrency: usize,
    /// Process of the server, for its processor time and memory, its children included. Can be given several times.
    #[arg(long = "server-pid", global = true)]
    pub server_pids: Vec<u32>,
}

/// Protection of connections.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tls {
    /// TLS from the first byte.
    Direct,
    /// TLS after STARTTLS.
    Starttls,
    /// No TLS.
    None,
}

/// SASL mechanisms.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mechanism {
    /// SCRAM-SHA-1
    #[value(name = "SCRAM-SHA-1", alias = "scram-sha-1")]
    ScramSha1,
    /// SCRAM-SHA-256
    #[value(name = "SCRAM-SHA-256", alias = "scram-sha-256")]
    ScramSha256,
}

/// What to measure.
#[derive(Subcommand, Clone, Debug)]
pub enum Scenario {
    /// Full sign-ins: connection, TLS, SCRAM, binding, initial presence until it comes back, orderly end.
    Login(Login),
    /// Memory of sessions that do nothing.
    Idle(Idle),
    /// Chat messages between pairs of users.
    Chat(Chat),
    /// Presence changes told to all contacts.
    Presence(Presence),
}

/// How long to measure.
#[derive(Args, Clone, Copy, Debug)]
pub struct Span {
    /// Seconds of load before measuring starts.
    #[arg(long, default_value_t = 2.0)]
    pub warmup_seconds: f64,
    /// Seconds measured.
    #[arg(long, default_value_t = 10.0)]
    pub duration_seconds: f64,
}

/// Settings of `login`.
#[derive(Args, Clone, Debug)]
pub struct Login {
    /// Sign-ins started per second; without it, as many as --concurrency allows.
    #[arg(long)]
    pub rate: Option<f64>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the flattened group documents itself")]
    pub span: Span,
}

/// Settings of `idle`.
#[derive(Args, Clone, Debug)]
pub struct Idle {
    /// Numbers of sessions at which memory is read; without it, at --users.
    #[arg(long, value_delimiter = ',')]
    pub measure_at: Vec<usize>,
    /// Seconds of rest before each reading.
    #[arg(long, default_value_t = 5.0)]
    pub settle_seconds: f64,
    /// Stay connected this many seconds after the last reading.
    #[arg(long, default_value_t = 0.0)]
    pub hold_seconds: f64,
    /// Switch stream management on.
    #[arg(long, alias = "sm")]
    pub stream_management: bool,
}

/// Settings of `chat`.
#[derive(Args, Clone, Debug)]
pub struct Chat {
    /// Messages sent per second by all users together; without it, --window decides.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Messages on the way per pair of users when there is no --rate.
    #[arg(long, default_value_t = 20)]
    pub window: usize,
    /// Length of a message's body.
    #[arg(long, default_value_t = 64)]
    pub body_bytes: usize,
    /// Switch stream management on; the report then says what was not acknowledged.
    #[arg(long, alias = "sm")]
    pub stream_management: bool,
    /// With stream management, ask for an acknowledgement after so many stanzas.
    #[arg(long, default_value_t = 5)]
    pub acknowledge_every: usize,
    /// Set every user's archiving preference first (XEP-0313).
    #[arg(long, value_enum)]
    pub archive: Option<Archive>,
    /// Sessions that are only there, signed in before measuring, taken from the accounts after --users.
    #[arg(long, default_value_t = 0)]
    pub idle_users: usize,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the flattened group documents itself")]
    pub span: Span,
}

/// Archiving preference (XEP-0313 §7).
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Archive {
    /// All messages.
    Always,
    /// None.
    Never,
}

/// Settings of `presence`. The first of the --users changes its presence, all others are its contacts.
#[derive(Args, Clone, Debug)]
pub struct Presence {
    /// Presence changes per second by all broadcasters together; without it, --window decides.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Users who change their presence; each of the other users is a contact of each of them.
    #[arg(long, default_value_t = 1)]
    pub broadcasters: usize,
    /// Changes of one broadcaster on the way when there is no --rate.
    #[arg(long, default_value_t = 4)]
    pub window: usize,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the flattened group documents itself")]
    pub span: Span,
}
