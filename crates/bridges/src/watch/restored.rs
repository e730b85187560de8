//! Events made of what the history keeps of them.

use everpresent_audit::Event;
use everpresent_audit::line::{CallBridgeStats, NowAndPeak};

/// A count of CMA calls; the history keeps nothing else of the line.
pub(super) fn calls(now: u32, peak: u32) -> Event {
    let cma = NowAndPeak { now, peak };
    Event::CallBridge(CallBridgeStats { cma, call_legs: None, sip: None, rest: serde_json::Map::new() })
}
