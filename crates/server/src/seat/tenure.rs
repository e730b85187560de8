//! How long a process may serve a home: told by the keeper, asked before everything that is done for the home.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use everpresent_session::time::Moment;
use tokio_util::sync::CancellationToken;

/// The right to serve a home under one epoch.
#[derive(Debug, Default)]
pub struct Tenure {
    /// In milliseconds of the process's clock.
    until: AtomicU64,
    /// No more records are made: the home is about to be handed over.
    pausing: AtomicBool,
    /// Cancelled when this process serves the home no more under this epoch.
    over: CancellationToken,
}

impl Tenure {
    /// Whether the home may be served at this moment. To be asked again after every wait.
    pub fn holds(&self, now: Moment) -> bool {
        !self.pausing.load(Ordering::Acquire) && now.0 < self.until.load(Ordering::Acquire)
    }

    /// Whether its time runs, whatever else keeps records from being made.
    pub fn runs(&self, now: Moment) -> bool {
        now.0 < self.until.load(Ordering::Acquire)
    }

    /// It holds until then, not longer; not at all if nothing is given.
    pub fn set_until(&self, until: Option<Moment>) {
        let until = until.filter(|_| !self.is_over());
        self.until.store(until.map_or(0, |until| until.0), Ordering::Release);
    }

    /// Stops or goes on making records.
    pub fn pause(&self, pausing: bool) {
        self.pausing.store(pausing, Ordering::Release);
    }

    /// It is over for good.
    pub fn end(&self) {
        self.pausing.store(true, Ordering::Release);
        self.until.store(0, Ordering::Release);
        self.over.cancel();
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// Waits until it is over.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }
}
