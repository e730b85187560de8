//! Monitored services: which run, and since when others do not.

use std::collections::BTreeMap;
use std::fmt;

use everpresent_session::time::Moment;

use super::{Effect, Manager};
use crate::parameters::Parameters;

/// The monitored service whose loss is a loss of the database.
pub const DATABASE_SERVICE: &str = "database";

/// A monitored service of this node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceFacts {
    /// Its name, such as `router`.
    pub name: String,
    /// What it says of itself.
    pub health: Health,
    /// Whether its progress mark stands still though there is work. Such a service counts as down, whatever it says.
    pub stuck: bool,
}

/// What a monitored service says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Health {
    /// It works.
    Up,
    /// It is about to.
    Starting,
    /// It does not, for this reason.
    Down(String),
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("starting"),
            Self::Up => f.write_str("up"),
            Self::Down(why) => write!(f, "down: {why}"),
        }
    }
}

impl ServiceFacts {
    /// Whether it does its work. The same is told to the peer.
    pub fn is_up(&self) -> bool {
        self.health == Health::Up && !self.stuck
    }
}

/// A monitored service of the peer, as it said in its last heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeerService {
    /// Its name.
    pub name: String,
    /// Whether it does its work.
    pub up: bool,
}

/// Since when a service does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Down {
    since: Moment,
    /// Whether it has not run yet since it was told to start: it is given the time that a start takes.
    starts: bool,
}

impl Down {
    fn due(self, parameters: &Parameters) -> Moment {
        let delay = parameters.critical_service_down_delay;
        let start = parameters.initialization_keep_alive_timeout;
        self.since.after(if self.starts { delay.max(start) } else { delay })
    }
}

/// This node's services as they were told last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Services {
    facts: Vec<ServiceFacts>,
    down: BTreeMap<String, Down>,
    /// When the last one that was down came up.
    all_up_since: Moment,
}

impl Services {
    pub(super) fn facts(&self) -> &[ServiceFacts] {
        &self.facts
    }

    pub(super) fn all_up(&self) -> bool {
        self.down.is_empty()
    }

    pub(super) fn all_up_since(&self) -> Moment {
        self.all_up_since
    }

    /// Takes in how they are now; whether what the peer is told of them has changed.
    fn update(&mut self, now: Moment, facts: Vec<ServiceFacts>) -> bool {
        let told = |facts: &[ServiceFacts]| -> Vec<_> {
            facts.iter().map(|it| (it.name.clone(), it.is_up())).collect()
        };
        let changed = told(&self.facts) != told(&facts);
        let had_down = !self.down.is_empty();
        let known: Vec<String> = self.facts.iter().map(|service| service.name.clone()).collect();
        let down = facts.iter().filter(|service| !service.is_up()).map(|service| {
            let starts = !known.contains(&service.name);
            let down = self.down.get(&service.name).copied().unwrap_or(Down { since: now, starts });
            (service.name.clone(), down)
        });
        self.down = down.collect();
        self.facts = facts;
        if had_down && self.down.is_empty() {
            self.all_up_since = now;
        }
        changed
    }

    /// They are told to start: what is down has the time of a start from now on.
    fn begin_start(&mut self, now: Moment) {
        for down in self.down.values_mut() {
            *down = Down { since: now, starts: true };
        }
    }
}

impl Manager {
    pub(super) fn services_changed(&mut self, now: Moment, facts: Vec<ServiceFacts>) {
        self.tell_peer |= self.services.update(now, facts);
    }

    /// Whether this node could serve users well.
    pub(super) fn is_well(&self) -> bool {
        self.database && self.services.all_up()
    }

    pub(super) fn reported_services(&self) -> Vec<PeerService> {
        let services = self.services.facts.iter();
        let mut reported: Vec<PeerService> =
            services.map(|it| PeerService { name: it.name.clone(), up: it.is_up() }).collect();
        // A node that cannot change a row cannot take anybody, whatever its connection says of itself.
        match reported.iter_mut().find(|it| it.name == DATABASE_SERVICE) {
            Some(database) => database.up &= self.database,
            None => reported.push(PeerService { name: DATABASE_SERVICE.to_owned(), up: self.database }),
        }
        reported
    }

    pub(super) fn stop_services(&mut self, effects: &mut Vec<Effect>) {
        self.services_stopped = true;
        effects.push(Effect::StopServices);
    }

    pub(super) fn start_services(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.services_stopped = false;
        self.services.begin_start(now);
        effects.push(Effect::StartServices);
    }

    /// Services that are down against the will of anybody, for longer than they may be.
    pub(super) fn overdue_services(&self, now: Moment) -> Vec<String> {
        let due = self.services.down.iter().filter(|(_, down)| now >= down.due(&self.parameters));
        if self.services_stopped { Vec::new() } else { due.map(|(name, _)| name.clone()).collect() }
    }

    /// When the next service that is down will have been so for too long; also moments that have passed.
    pub(super) fn services_due(&self) -> impl Iterator<Item = Moment> {
        let stopped = self.services_stopped;
        let due = self.services.down.values().map(|down| down.due(&self.parameters));
        let database_down = self.database_lost.is_some() || self.services.down.contains_key(DATABASE_SERVICE);
        let peer = self.peer_has_database_due().filter(|_| database_down);
        due.filter(move |_| !stopped).chain(self.database_due()).chain(peer)
    }

    /// When the peer will have had the database for long enough to count as better off. An outage that both saw does not end
    /// for both at the same moment.
    pub(super) fn peer_has_database_due(&self) -> Option<Moment> {
        let delay = self.parameters.critical_service_down_delay;
        self.peer.database_since().map(|since| since.after(delay))
    }

    /// When the database will have been out of reach for too long.
    pub(super) fn database_due(&self) -> Option<Moment> {
        let delay = self.parameters.critical_service_down_delay;
        self.database_lost.map(|since| since.after(delay))
    }
}
