//! Notices on their way to real listeners on this machine.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

mod deliverer;
mod http;
mod mail;
mod pki;
mod smtp;
mod syslog;
mod webhook;

use std::sync::mpsc::Receiver;
use std::time::{Duration, SystemTime};

use everpresent_alerts::{Channel, Key, Notice, Patience, Settings, State};

/// How long a test waits for what must come.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// The next of what must come.
pub(crate) fn next<T>(events: &Receiver<T>) -> T {
    events.recv_timeout(SOON).expect("it comes")
}

/// A point of time that a test can write down.
pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

pub(crate) fn failover() -> Key {
    Key::new("imp1", "SRMFailover")
}

pub(crate) fn raised(key: Key) -> Notice {
    Notice { at: at(0), key, text: "This node serves its partner's users.".into(), state: State::Raised }
}

/// Tries again so often, at once.
pub(crate) fn tries(attempts: usize) -> Patience {
    Patience { deadline: SOON, waits: vec![Duration::ZERO; attempts - 1] }
}

/// The only channel of these settings.
pub(crate) fn channel(settings: &Settings) -> Channel {
    Channel::all(settings).expect("the settings are right").pop().expect("there is one")
}
