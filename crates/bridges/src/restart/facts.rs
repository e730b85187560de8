//! What a run needs to know from the logs, whoever reads them: a single run its files, the watch all its sources.

use everpresent_audit::audit::{Missing, What};
use everpresent_audit::line::WebBridgeStats;
use everpresent_audit::{Auditor, ServerId};
use jiff::Timestamp;
use tokio::sync::broadcast;

use super::logs::{Evidence, Logs};

/// What a run needs to know from the logs.
pub trait Facts: Send + Sync {
    /// Calls at this moment that a restart would cut; or why nobody knows.
    ///
    /// # Errors
    /// The reason, in words.
    fn live_calls(&self, now: Timestamp) -> Result<u32, String>;

    /// The newest count of a server, and when it was.
    fn newest(&self, server: ServerId) -> Option<(Timestamp, WebBridgeStats)>;

    /// Records from now on.
    fn subscribe(&self) -> broadcast::Receiver<Evidence>;
}

impl Facts for Logs {
    fn live_calls(&self, now: Timestamp) -> Result<u32, String> {
        let calls = self.ask(|auditor| live_calls(auditor, now));
        calls.map_err(|unknown| match self.unreadable().first() {
            Some((path, error)) => format!("{unknown}; {} cannot be read: {error}", path.display()),
            None => unknown,
        })
    }

    fn newest(&self, server: ServerId) -> Option<(Timestamp, WebBridgeStats)> {
        Self::newest(self, server)
    }

    fn subscribe(&self) -> broadcast::Receiver<Evidence> {
        Self::subscribe(self)
    }
}

/// Calls at this moment, by the newest counts of all Call Bridges within the window.
///
/// # Errors
/// Who is silent, and since when.
pub fn live_calls(auditor: &Auditor, now: Timestamp) -> Result<u32, String> {
    if auditor.deployment().call_bridges().next().is_none() {
        return Err("the inventory has no Call Bridge, so nobody counts the calls".to_owned());
    }
    auditor
        .live_calls(now)
        .map_err(|silent| silent.iter().map(|silent| silence(auditor, silent)).collect::<Vec<_>>().join(", "))
}

/// One of those without whom the audit cannot say anything, in words.
pub(super) fn silence(auditor: &Auditor, silent: &everpresent_audit::audit::Silent) -> String {
    let name = &auditor.deployment().server(silent.server).name;
    let what = match silent.what {
        What::Sessions => "sessions",
        What::Calls => "calls",
    };
    match silent.missing {
        Missing::Never => format!("{name} never counted {what}"),
        Missing::Since(at) => format!("{name} has not counted {what} since {at:.0}"),
        Missing::NotCovered(at) => format!("{name} counted no {what} around {at:.0}"),
    }
}
