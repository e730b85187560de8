//! Everything that an audit can say at a moment, for tables, JSON and alerts.

use jiff::{SignedDuration, Timestamp};

use super::{Auditor, Finding, Forecast, Proof, QuietHour, Restart, Trend, earlier};
use crate::deployment::{Fill, ServerId};

/// More calls than sessions are remembered for so long: native clients do not go away overnight.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is known at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The moment.
    pub at: Timestamp,
    /// The verdict and its reasons.
    pub finding: Finding,
    /// Whether the newest round is the only one: one sample proves little.
    pub single_sample: bool,
    /// Whether both figures are lower bounds, because native CMA clients are in use.
    pub native_clients: NativeClients,
    /// Each Web Bridge.
    pub bridges: Vec<BridgeReport>,
    /// Each Call Bridge.
    pub call_bridges: Vec<CallBridgeReport>,
    /// The newest proof in the history.
    pub proof: Option<Proof>,
    /// The best hour for a restart.
    pub quiet_hour: Option<QuietHour>,
}

/// Whether native CMA clients are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NativeClients {
    /// There is no sign of them.
    Unseen,
    /// There were more calls than sessions at this moment.
    Seen(Timestamp),
    /// The inventory says so.
    Configured,
}

/// One Web Bridge.
#[derive(Debug, Clone, PartialEq)]
pub struct BridgeReport {
    /// Which.
    pub server: ServerId,
    /// Its newest count and when that was.
    pub sessions: Option<(Timestamp, u32)>,
    /// How full it is by that count, if the count lies in the window.
    pub fill: Option<Fill>,
    /// How many sessions leaked on this very bridge, where that is known.
    pub leaked: Option<LeakFigure>,
    /// Restarts that were seen, the earliest first.
    pub restarts: Vec<Restart>,
    /// How fast it fills.
    pub trend: Option<Trend>,
    /// When it will be full.
    pub forecast: Option<Forecast>,
}

/// Leaked sessions of one bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeakFigure {
    /// At least.
    pub least: u32,
    /// At most, at the moment of the source.
    pub most: u32,
    /// From where it is known.
    pub source: LeakSource,
}

/// How the figure of one bridge is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeakSource {
    /// It is the only Web Bridge, so the deployment's figures are its own.
    OnlyBridge,
    /// A quiet time that ended then proved it; no restart was seen since.
    Proof(Timestamp),
}

/// One Call Bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallBridgeReport {
    /// Which.
    pub server: ServerId,
    /// When it counted last.
    pub at: Option<Timestamp>,
    /// CMA calls then.
    pub calls: Option<u32>,
    /// The highest of the five minutes before.
    pub calls_peak: Option<u32>,
}

impl Auditor {
    /// Everything that is known at a moment. Walks through the whole history: meant for once a window, not for each line.
    #[must_use]
    pub fn report(&self, at: Timestamp) -> Report {
        let finding = self.finding(at);
        let proof = self.last_proof(at);
        let bridges: Vec<BridgeReport> = self
            .deployment
            .web_bridges()
            .map(|(id, _)| self.bridge_report(id, at, &finding, proof.as_ref()))
            .collect();
        let full = bridges.iter().filter_map(|bridge| bridge.forecast).map(|forecast| forecast.full).min();
        let quiet_hour = self.quiet_hour(at, full.filter(|full| *full > at));
        Report {
            at,
            single_sample: finding.round.bounds().is_some() && !self.known_before(at),
            native_clients: self.native_clients(at),
            call_bridges: self.call_bridge_reports(at),
            finding,
            bridges,
            proof,
            quiet_hour,
        }
    }

    fn bridge_report(
        &self,
        server: ServerId,
        at: Timestamp,
        finding: &Finding,
        proof: Option<&Proof>,
    ) -> BridgeReport {
        let sessions = self.history(server).sessions.newest(at).map(|(at, count)| (at, count.sessions));
        let fresh = sessions.filter(|(counted, _)| *counted > self.windows_before(at, 1));
        let only = self.deployment.web_bridges().count() == 1;
        let by_round = finding.round.bounds().filter(|_| only).map(|bounds| LeakFigure {
            least: bounds.least,
            most: bounds.most,
            source: LeakSource::OnlyBridge,
        });
        let by_proof = self.proved(server, proof, at).zip(proof).map(|(sessions, proof)| LeakFigure {
            least: sessions,
            most: sessions,
            source: LeakSource::Proof(proof.to),
        });
        BridgeReport {
            server,
            sessions,
            fill: fresh.map(|(_, sessions)| self.deployment.server(server).fill(sessions)),
            leaked: by_round.or(by_proof),
            restarts: self.restarts(server, at),
            trend: self.trend(server, at),
            forecast: self.forecast(server, at),
        }
    }

    fn call_bridge_reports(&self, at: Timestamp) -> Vec<CallBridgeReport> {
        let newest = self.calls().map(|(server, series)| (server, series.newest(at)));
        let report =
            |(server, newest): (ServerId, Option<(Timestamp, crate::series::Calls)>)| CallBridgeReport {
                server,
                at: newest.map(|(at, _)| at),
                calls: newest.map(|(_, count)| count.now),
                calls_peak: newest.map(|(_, count)| count.peak),
            };
        newest.map(report).collect()
    }

    /// Whether there is a count of sessions before the newest round.
    fn known_before(&self, at: Timestamp) -> bool {
        let from = self.windows_before(at, 1);
        self.sessions().any(|(_, series)| series.newest(from).is_some())
    }

    fn native_clients(&self, at: Timestamp) -> NativeClients {
        if self.deployment.native_clients() {
            return NativeClients::Configured;
        }
        let oldest = earlier(at, REMEMBERED);
        let ends = (0..).map(|back| self.windows_before(at, back)).take_while(|end| *end > oldest);
        let seen = ends.map(|end| self.round(end)).find(|round| {
            // With counts that do not enclose the calls, calls that just began look the same.
            round.bounds().is_some_and(|bounds| bounds.enclosed && bounds.more_calls_than_sessions)
        });
        let only_now = || self.round(at).bounds().is_some_and(|bounds| bounds.more_calls_than_sessions);
        match seen {
            Some(round) => NativeClients::Seen(round.at),
            None if only_now() => NativeClients::Seen(at),
            None => NativeClients::Unseen,
        }
    }
}
