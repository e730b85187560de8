//! A deployment whose servers count when the test says so.

use jiff::{SignedDuration, Timestamp};

use crate::audit::{Auditor, Bounds, Settings};
use crate::deployment::{Deployment, Role, Server, ServerId};
use crate::line::{CallBridgeStats, CliCommand, Event, NowAndPeak, WebBridgeStats};

/// An audit with names for its servers and a clock that reads `hh:mm:ss` of one day.
pub(super) struct Story {
    pub(super) auditor: Auditor,
}

/// The moment of the story's day.
pub(super) fn at(clock: &str) -> Timestamp {
    format!("2026-11-16T{clock}Z").parse().unwrap()
}

/// Days and hours after the beginning of the story's day, a Monday.
pub(super) fn day(days: i64, hours: i64) -> Timestamp {
    at("00:00:00") + SignedDuration::from_hours(24 * days + hours)
}

/// The default rules with clocks that agree.
pub(super) fn exact() -> Settings {
    Settings { skew: SignedDuration::ZERO, ..Settings::default() }
}

impl Story {
    pub(super) fn new(servers: &[(&str, Role)], settings: Settings) -> Self {
        let servers = servers.iter().map(|(name, role)| Server::new(*name, *role)).collect();
        Self { auditor: Auditor::new(Deployment::new(servers).unwrap(), settings).unwrap() }
    }

    /// One Web Bridge `web` and one Call Bridge `call`, whose clocks agree.
    pub(super) fn pair() -> Self {
        Self::new(&[("web", Role::WebBridge), ("call", Role::CallBridge)], exact())
    }

    pub(super) fn id(&self, name: &str) -> ServerId {
        self.auditor.deployment().by_name(name).unwrap()
    }

    pub(super) fn sessions_at(&mut self, name: &str, moment: Timestamp, sessions: u32) {
        // A figure that only grows, as long as the bridge runs.
        let c = u64::try_from(moment.as_second()).unwrap();
        self.counters_at(name, moment, sessions, c);
    }

    pub(super) fn counters_at(&mut self, name: &str, moment: Timestamp, sessions: u32, c: u64) {
        let stats = WebBridgeStats { sessions, c, d: c };
        self.auditor.observe(self.id(name), moment, &Event::WebBridge(stats));
    }

    pub(super) fn calls_at(&mut self, name: &str, moment: Timestamp, now: u32, peak: u32) {
        let cma = NowAndPeak { now, peak };
        let stats = CallBridgeStats { cma, call_legs: None, sip: None, rest: Default::default() };
        self.auditor.observe(self.id(name), moment, &Event::CallBridge(stats));
    }

    pub(super) fn sessions(&mut self, name: &str, clock: &str, sessions: u32) {
        self.sessions_at(name, at(clock), sessions);
    }

    pub(super) fn calls(&mut self, name: &str, clock: &str, now: u32, peak: u32) {
        self.calls_at(name, at(clock), now, peak);
    }

    pub(super) fn command(&mut self, name: &str, clock: &str, command: &str, granted: bool) {
        let command = CliCommand {
            user: "admin".to_owned(),
            from: "192.0.2.9:4000".to_owned(),
            command: command.to_owned(),
            granted,
        };
        self.auditor.observe(self.id(name), at(clock), &Event::Command(command));
    }

    pub(super) fn bounds(&self, clock: &str) -> Bounds {
        *self.auditor.round(at(clock)).bounds().unwrap()
    }

    /// Least and most of the round.
    pub(super) fn leaked(&self, clock: &str) -> (u32, u32) {
        let bounds = self.bounds(clock);
        (bounds.least, bounds.most)
    }
}
