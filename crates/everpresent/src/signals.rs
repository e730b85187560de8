//! The signals that are orders.

use rustix::process::Signal;
use tokio::signal::unix::{self, SignalKind, signal};

use crate::failure::Failure;

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// To stop in good order: SIGTERM or SIGINT.
    Stop(Signal),
    /// SIGHUP: to read files again, or to start again.
    HangUp,
}

/// Orders that arrive from now on.
pub(crate) struct Orders {
    terminate: unix::Signal,
    interrupt: unix::Signal,
    hang_up: unix::Signal,
}

impl Orders {
    /// Needs a runtime.
    pub(crate) fn new() -> Result<Self, Failure> {
        let on = |kind| signal(kind).map_err(|error| Failure::failed(error.to_string()));
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hang_up: on(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one. May be given up: none is lost.
    pub(crate) async fn next(&mut self) -> Order {
        tokio::select! {
            _ = self.terminate.recv() => Order::Stop(Signal::TERM),
            _ = self.interrupt.recv() => Order::Stop(Signal::INT),
            _ = self.hang_up.recv() => Order::HangUp,
        }
    }
}
