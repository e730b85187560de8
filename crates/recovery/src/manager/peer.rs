//! The peer as this node hears it.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::services::DATABASE_SERVICE;
use super::{Effect, Line, Manager, NodeState, PeerService, Reason};

/// What the peer says in a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeerReport {
    /// Its state.
    pub state: NodeState,
    /// Why.
    pub reason: Reason,
    /// The homes that it serves.
    pub serves: Vec<HomeName>,
    /// Its monitored services.
    pub services: Vec<PeerService>,
    /// The version of its software, as `major.minor.patch`.
    pub version: String,
}

impl PeerReport {
    /// Whether all its services do their work.
    pub fn all_up(&self) -> bool {
        self.services.iter().all(|service| service.up)
    }

    /// Whether it says that this service does its work.
    pub fn runs(&self, name: &str) -> bool {
        self.services.iter().any(|service| service.name == name && service.up)
    }

    /// Whether its process is handing homes over before it stops.
    pub fn is_stopping(&self) -> bool {
        (self.state, self.reason) == (NodeState::FailingOver, Reason::PeerReboot)
    }
}

/// The peer, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerStatus {
    /// Its name.
    pub name: HomeName,
    /// Its state; [`NodeState::Unknown`] if it is not heard.
    pub state: NodeState,
    /// Why, as it says; if it is not heard, what is known about that.
    pub reason: Reason,
    /// Since when it says so.
    pub since: Option<Moment>,
    /// Whether the link stands.
    pub link: bool,
    /// How long ago the last heartbeat came; nothing if none ever did.
    pub heartbeat_age: Option<Duration>,
    /// The homes that it serves, as it said last.
    pub serves: Vec<HomeName>,
    /// Its monitored services, as it said last.
    pub services: Vec<PeerService>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Peer {
    /// Its last heartbeat, and when it came.
    last: Option<(Moment, PeerReport)>,
    /// Since when its state and reason are what they are.
    since: Moment,
    link: bool,
    /// Whether a heartbeat came since the link stands. What was heard before may be of another process.
    fresh: bool,
    goodbye: Option<Reason>,
    /// Since when it says that it reaches the database.
    database_since: Option<Moment>,
    /// Whether its silence was logged.
    told_down: bool,
}

impl Peer {
    pub(super) fn link_up(&mut self) {
        self.link = true;
    }

    pub(super) fn link_lost(&mut self) {
        self.link = false;
        self.fresh = false;
    }

    pub(super) fn goodbye(&mut self, reason: Reason) {
        self.goodbye = Some(reason);
    }

    /// Why it went, if it said so and did not come back.
    pub(super) fn said_goodbye(&self) -> Option<Reason> {
        self.goodbye
    }

    pub(super) fn database_since(&self) -> Option<Moment> {
        self.database_since
    }

    pub(super) fn was_ever_heard(&self) -> bool {
        self.last.is_some()
    }

    /// Its last heartbeat, unless that is too old or the link is gone.
    fn heard(&self, now: Moment, timeout: Duration) -> Option<&PeerReport> {
        let (at, report) = self.last.as_ref()?;
        (self.link && self.fresh && self.goodbye.is_none() && now.since(*at) < timeout).then_some(report)
    }

    pub(super) fn silent_at(&self, started: Moment, timeout: Duration) -> Moment {
        self.last.as_ref().map_or(started, |(at, _)| *at).after(timeout)
    }

    pub(super) fn status(&self, name: HomeName, now: Moment, timeout: Duration) -> PeerStatus {
        let silent = match self.goodbye {
            Some(reason) => reason,
            None if self.told_down => Reason::PeerDown,
            None if self.last.is_some() => Reason::PeerLinkDown,
            None => Reason::Unknown,
        };
        let heard = self.heard(now, timeout);
        let (state, reason) =
            heard.map_or((NodeState::Unknown, silent), |report| (report.state, report.reason));
        PeerStatus {
            name,
            state,
            reason,
            since: heard.map(|_| self.since),
            link: self.link,
            heartbeat_age: self.last.as_ref().map(|(at, _)| now.since(*at)),
            serves: self.last.as_ref().map(|(_, report)| report.serves.clone()).unwrap_or_default(),
            services: self.last.as_ref().map(|(_, report)| report.services.clone()).unwrap_or_default(),
        }
    }
}

impl Manager {
    pub(super) fn heartbeat(&mut self, now: Moment, report: PeerReport, effects: &mut Vec<Effect>) {
        let peer = &mut self.peer;
        let same = |last: &PeerReport| (last.state, last.reason) == (report.state, report.reason);
        if !peer.last.as_ref().is_some_and(|(_, last)| same(last)) {
            peer.since = now;
        }
        if peer.told_down {
            effects.push(Effect::Log(Line::PeerUp));
        }
        let database = report.runs(DATABASE_SERVICE);
        peer.database_since = database.then(|| peer.database_since.unwrap_or(now));
        peer.told_down = false;
        peer.goodbye = None;
        peer.link = true;
        peer.fresh = true;
        let (state, reason) = (report.state, report.reason);
        let before = peer.last.replace((now, report)).map(|(_, last)| last.state);
        self.follow_peer(now, before, state, reason, effects);
    }

    /// Silence after which the peer is down.
    pub(super) fn peer_timeout(&self) -> Duration {
        if self.settled {
            self.parameters.keep_alive_timeout
        } else {
            self.parameters.initialization_keep_alive_timeout
        }
    }

    /// What the peer said last, if it is there.
    pub(super) fn heard(&self, now: Moment) -> Option<&PeerReport> {
        self.peer.heard(now, self.peer_timeout())
    }

    /// Says once that the peer is silent.
    pub(super) fn watch_peer(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let silent = now >= self.peer.silent_at(self.started, self.peer_timeout());
        if !self.enabled || !silent || self.peer.told_down || self.peer.goodbye.is_some() {
            return;
        }
        self.peer.told_down = true;
        let last = self.peer.last.as_ref().map_or(self.started, |(at, _)| *at);
        effects.push(Effect::Log(Line::PeerDown { seconds: now.since(last).as_secs() }));
    }
}
