//! What the two nodes have besides homes: services, and a record of all that was seen, for the table.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::*;
use crate::manager::table::{Place, Places};

/// The pair at one moment, with the reasons that were shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) places: Places,
    pub(super) reasons: [Option<Reason>; 2],
}

thread_local! {
    /// What the tests of this thread went through since it was emptied.
    static SEEN: RefCell<BTreeSet<Seen>> = const { RefCell::new(BTreeSet::new()) };
}

/// Empties the record and hands out what was in it.
pub(super) fn take_record() -> BTreeSet<Seen> {
    SEEN.take()
}

/// Notes how both are, and how each sees the other if that is not heard.
pub(super) fn record(pair: &Pair) {
    let [l, r] = [L, R].map(|at| {
        let node = &pair.nodes[at];
        let standing = node.manager.standing();
        if node.up { (Place::In(standing.state), Some(standing.reason)) } else { (Place::Down, None) }
    });
    let mut seen = vec![Seen { places: Places(l.0, r.0), reasons: [l.1, r.1] }];
    for at in [L, R].into_iter().filter(|at| pair.nodes[*at].up) {
        let status = pair.nodes[at].manager.status(pair.now);
        let peer = status.peer.filter(|peer| peer.state == NodeState::Unknown);
        seen.extend(peer.map(|peer| Seen {
            places: Places(Place::In(status.standing.state), Place::In(peer.state)),
            reasons: [Some(status.standing.reason), Some(peer.reason)],
        }));
    }
    SEEN.with_borrow_mut(|record| record.extend(seen));
}

/// The services of a node that is well.
pub(super) fn running() -> Vec<ServiceFacts> {
    let up = |name: &str| ServiceFacts { name: name.to_owned(), health: Health::Up, stuck: false };
    [DATABASE_SERVICE, "router", "presence-engine"].map(up).to_vec()
}

impl Pair {
    pub(super) fn tell_services(&mut self, at: usize) {
        let services = self.nodes[at].services.clone();
        self.give(at, Input::Services(services));
    }

    pub(super) fn service_is(&mut self, at: usize, name: &str, health: &Health) {
        let services = self.nodes[at].services.iter_mut();
        services.filter(|it| it.name == name).for_each(|it| it.health = health.clone());
        self.tell_services(at);
    }

    pub(super) fn breaks(&mut self, at: usize, name: &str) {
        self.service_is(at, name, &Health::Down("it crashed".into()));
    }

    /// A new process of a dead node starts with a service that does not come up.
    pub(super) fn returns_without(&mut self, at: usize, name: &str) {
        let kept = self.nodes[at].manager.standing();
        self.nodes[at] = Node::start(at, &self.parameters, true, Some(kept), self.now);
        self.breaks(at, name);
        self.give(at, Input::Tick);
        self.link_comes_up();
    }

    pub(super) fn mends(&mut self, at: usize, name: &str) {
        self.service_is(at, name, &Health::Up);
    }

    /// Services do what the manager says. Never the database.
    pub(super) fn services_obey(&mut self, at: usize, effects: &[Effect]) {
        let health = |effect: &Effect| match effect {
            Effect::StopServices => Some(Health::Down("stopped".into())),
            Effect::StartServices if self.nodes[at].services_refuse => Some(Health::Starting),
            Effect::StartServices => Some(Health::Up),
            _ => None,
        };
        if let Some(health) = effects.iter().filter_map(health).next_back() {
            for service in ["router", "presence-engine"] {
                self.service_is(at, service, &health);
            }
        }
    }

    /// This node's connection to the database breaks, and the service that watches it says so.
    pub(super) fn loses_the_database(&mut self, at: usize) {
        self.database(at, false);
        self.breaks(at, DATABASE_SERVICE);
    }

    pub(super) fn has_the_database_again(&mut self, at: usize) {
        self.database(at, true);
        self.mends(at, DATABASE_SERVICE);
    }

    /// Both are in failed mode, each with its own users, and well.
    pub(super) fn failed() -> Self {
        let mut pair = Self::normal();
        pair.nodes[L].keeper_refuses = true;
        assert_eq!(pair.order(L, Order::Failover(name("l"))), "accepted");
        pair.keepers_work();
        pair.nodes[L].keeper_refuses = false;
        let failed = "Running in Failed Mode, Take Over Users Failed";
        pair.expect(failed, failed);
        pair.forget();
        pair
    }

    /// Both are in failed mode, and `r` has all users.
    pub(super) fn failed_with_all_at_r() -> Self {
        let mut pair = Self::failed_over();
        pair.nodes[R].keeper_refuses = true;
        assert_eq!(pair.order(R, Order::Fallback(name("l"))), "accepted");
        pair.keepers_work();
        pair.nodes[R].keeper_refuses = false;
        let failed = "Running in Failed Mode, Take Back Users Failed";
        pair.expect(failed, failed);
        pair.forget();
        pair
    }

    /// How often this effect came since [`Pair::forget`].
    pub(super) fn times(&self, at: usize, effect: &Effect) -> usize {
        self.nodes[at].seen.iter().filter(|seen| *seen == effect).count()
    }
}
