//! How long each phase of a session may take.

use std::fmt;
use std::time::Duration;

/// A part of a session that can hang by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The name is looked up.
    Resolve,
    /// The TCP connection is made.
    Connect,
    /// Versions and keys are exchanged.
    KeyExchange,
    /// The user signs in.
    Authentication,
    /// A channel is opened and the command accepted.
    Channel,
    /// The command writes.
    Output,
    /// The command has written all and its exit status is awaited.
    Exit,
}

impl Phase {
    /// In words, as it stands in an error.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "looking up the name",
            Self::Connect => "connecting",
            Self::KeyExchange => "the key exchange",
            Self::Authentication => "signing in",
            Self::Channel => "opening a channel",
            Self::Output => "the output of the command",
            Self::Exit => "the exit status of the command",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The longest time for each phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For the name.
    pub resolve: Duration,
    /// For the connection, over all addresses of the name.
    pub connect: Duration,
    /// For versions and keys. Old servers compute slowly.
    pub key_exchange: Duration,
    /// For signing in. Servers delay answers to slow down guessing.
    pub authentication: Duration,
    /// For a channel, and again for the command to be accepted.
    pub channel: Duration,
    /// For all output of the command.
    pub output: Duration,
    /// For the exit status once the output has ended.
    pub exit: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            key_exchange: Duration::from_secs(15),
            authentication: Duration::from_secs(20),
            channel: Duration::from_secs(10),
            output: Duration::from_secs(60),
            exit: Duration::from_secs(10),
        }
    }
}

impl Deadlines {
    /// The same time for every phase.
    pub fn all(time: Duration) -> Self {
        Self {
            resolve: time,
            connect: time,
            key_exchange: time,
            authentication: time,
            channel: time,
            output: time,
            exit: time,
        }
    }

    /// The time for one phase.
    pub fn of(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Resolve => self.resolve,
            Phase::Connect => self.connect,
            Phase::KeyExchange => self.key_exchange,
            Phase::Authentication => self.authentication,
            Phase::Channel => self.channel,
            Phase::Output => self.output,
            Phase::Exit => self.exit,
        }
    }
}
