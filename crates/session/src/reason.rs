//! Why a session changed: every change carries one, and it is logged, counted and shown (promise P8).

use std::fmt;

/// Why a session was opened, detached, resumed or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The client signed in.
    SignedIn,
    /// A process that serves this home anew knew it from its replica or from the database.
    Adopted,
    /// The client closed its stream.
    ClientClosed,
    /// The connection broke, or its other end stopped answering.
    TransportLost,
    /// The server let the connection go while the session lives on: clean stop, hand-over, overload.
    LetGo,
    /// The client came back with `<resume/>`.
    Resumed,
    /// Nobody came back for it in time.
    Expired,
    /// The same client, or one that took its address, signed in anew.
    Replaced,
    /// It was handed to the node that owns its home now.
    HandedOver,
    /// An operator ended it.
    Kicked,
    /// Its account was disabled or removed.
    AccountClosed,
    /// More stanzas waited for it than a session may keep.
    QueueFull,
    /// The client broke a rule of the protocol.
    PolicyViolation,
    /// An invariant of this session did not hold.
    Broken,
    /// The audit found that nobody held it (promise P6).
    Leaked,
}

impl Reason {
    /// All reasons, for metrics that show zeros.
    pub const ALL: [Self; 15] = [
        Self::SignedIn,
        Self::Adopted,
        Self::ClientClosed,
        Self::TransportLost,
        Self::LetGo,
        Self::Resumed,
        Self::Expired,
        Self::Replaced,
        Self::HandedOver,
        Self::Kicked,
        Self::AccountClosed,
        Self::QueueFull,
        Self::PolicyViolation,
        Self::Broken,
        Self::Leaked,
    ];

    /// The word used in logs, metrics and the admin API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::Adopted => "adopted",
            Self::ClientClosed => "client-closed",
            Self::TransportLost => "transport-lost",
            Self::LetGo => "let-go",
            Self::Resumed => "resumed",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::HandedOver => "handed-over",
            Self::Kicked => "kicked",
            Self::AccountClosed => "account-closed",
            Self::QueueFull => "queue-full",
            Self::PolicyViolation => "policy-violation",
            Self::Broken => "broken",
            Self::Leaked => "leaked",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
