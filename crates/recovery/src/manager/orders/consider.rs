//! Whether an order makes sense now: it is accepted or refused at once.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::{Asker, Manager, Order, OrderRefusal};
use crate::manager::maintenance::MOST_MAINTENANCE_SECONDS;
use crate::manager::transition::Purpose;
use crate::manager::{DATABASE_SERVICE, Effect, NodeState, Reason};

/// How long an order that switches high availability stands in the way of the next, if nothing comes of it.
const SWITCH_SECONDS: u64 = 60;

/// What to do about an order.
pub(super) enum Verdict {
    Begin(Purpose, Vec<HomeName>),
    Forward,
    Store(bool),
    Recover,
    Maintenance(Option<Duration>),
}

impl Manager {
    pub(in crate::manager) fn order(
        &mut self,
        now: Moment,
        order: Order,
        asker: Asker,
        effects: &mut Vec<Effect>,
    ) {
        let verdict = match self.consider(now, &order, asker) {
            Err(refusal) => {
                effects.push(Effect::OrderRefused(refusal));
                return;
            }
            Ok(Verdict::Forward) => {
                effects.push(Effect::Forward(order));
                return;
            }
            Ok(verdict) => verdict,
        };
        effects.push(Effect::OrderAccepted);
        match verdict {
            Verdict::Begin(purpose, homes) => {
                self.begin(now, purpose, Reason::OnAdminRequest, homes, effects);
            }
            Verdict::Store(enabled) => {
                self.switching_until = Some(now.after(Duration::from_secs(SWITCH_SECONDS)));
                effects.push(Effect::StoreEnabled(enabled));
            }
            Verdict::Recover => self.recover(now, Reason::OnAdminRequest, effects),
            Verdict::Maintenance(Some(length)) => self.begin_maintenance(now, length, effects),
            Verdict::Maintenance(None) => self.end_maintenance(effects),
            Verdict::Forward => {}
        }
    }

    fn consider(&self, now: Moment, order: &Order, asker: Asker) -> Result<Verdict, OrderRefusal> {
        match order {
            Order::Failover(node) => self.consider_failover(now, node, asker),
            Order::Fallback(node) => self.consider_fallback(now, node, asker),
            Order::Enable => self.consider_enable(now),
            Order::Disable { force } => self.consider_disable(now, *force),
            Order::Recover => self.consider_recover(now, asker),
            Order::Maintenance { node, length } => self.consider_maintenance(now, node, *length, asker),
            Order::EndMaintenance(node) => self.consider_end_of_maintenance(now, node, asker),
        }
    }

    /// The partner, if the group has this node and high availability is enabled.
    pub(super) fn group_of(&self, node: &HomeName) -> Result<&HomeName, OrderRefusal> {
        let partner = self.partner.as_ref().ok_or(OrderRefusal::NoPartner)?;
        if node != partner && *node != self.node {
            let (node, own, partner) = (node.clone(), self.node.clone(), partner.clone());
            return Err(OrderRefusal::NoSuchNode { node, own, partner });
        }
        if self.enabled { Ok(partner) } else { Err(OrderRefusal::NotEnabled) }
    }

    fn check_not_switching(&self, now: Moment) -> Result<(), OrderRefusal> {
        let switching = self.switching_until.is_some_and(|until| now < until);
        if switching { Err(OrderRefusal::BeingSwitched) } else { Ok(()) }
    }

    fn consider_enable(&self, now: Moment) -> Result<Verdict, OrderRefusal> {
        let partner = self.partner.as_ref().ok_or(OrderRefusal::NoPartner)?;
        if self.enabled {
            return Err(OrderRefusal::AlreadyEnabled);
        }
        self.check_not_switching(now)?;
        if self.stopping {
            return Err(OrderRefusal::Stopping { node: self.node.clone() });
        }
        let peer = self.heard(now).ok_or_else(|| OrderRefusal::PeerNotConnected { peer: partner.clone() })?;
        if release(&self.version) != release(&peer.version) {
            return Err(OrderRefusal::VersionsDiffer {
                own: self.node.clone(),
                own_version: self.version.clone(),
                partner: partner.clone(),
                partner_version: peer.version.clone(),
            });
        }
        let peer_misses_it = peer.services.iter().any(|it| it.name == DATABASE_SERVICE && !it.up);
        if !self.database || peer_misses_it {
            return Err(OrderRefusal::DatabaseUnreachable);
        }
        for (node, well) in [(&self.node, self.is_well()), (partner, peer.all_up())] {
            if !well {
                return Err(OrderRefusal::ServicesDown { node: node.clone() });
            }
        }
        Ok(Verdict::Store(true))
    }

    fn consider_disable(&self, now: Moment, force: bool) -> Result<Verdict, OrderRefusal> {
        self.group_of(&self.node)?;
        self.check_not_switching(now)?;
        for (node, state) in self.states(now) {
            if state.is_transition() {
                return Err(OrderRefusal::InTransition { node, state });
            }
        }
        match self.failed_over_now(now).filter(|_| !force) {
            Some((node, state)) => Err(OrderRefusal::FailedOverNow { node, state }),
            None => Ok(Verdict::Store(false)),
        }
    }

    /// The states of this node and, if it is heard, of the peer.
    fn states(&self, now: Moment) -> impl Iterator<Item = (HomeName, NodeState)> {
        let peer = self.heard(now).map(|report| report.state);
        let peer = self.partner.clone().and_then(|partner| Some((partner, peer?)));
        [(self.node.clone(), self.state)].into_iter().chain(peer)
    }

    /// A node whose users are not where they belong, or that has others'.
    fn failed_over_now(&self, now: Moment) -> Option<(HomeName, NodeState)> {
        let moved = |state: NodeState| state.is_failed_over() || state == NodeState::Backup;
        if let Some(found) = self.states(now).find(|(_, state)| moved(*state)) {
            return Some(found);
        }
        let here = self.partner.as_ref().is_some_and(|partner| self.served_of(partner).next().is_some());
        let there = self.heard(now).is_some() && self.peer_serves(&self.node, now);
        let failed = self.state == NodeState::Failed && (here || there);
        failed.then(|| (self.node.clone(), self.state))
    }

    /// Whether users may be added to and removed from the group.
    pub(in crate::manager) fn may_change_users(&self, now: Moment) -> Result<(), OrderRefusal> {
        let moving = self.states(now).find(|(_, state)| state.is_transition());
        match moving.or_else(|| self.failed_over_now(now)).filter(|_| self.enabled) {
            Some((node, state)) => Err(OrderRefusal::UsersHeld { node, state }),
            None => Ok(()),
        }
    }

    fn consider_recover(&self, now: Moment, asker: Asker) -> Result<Verdict, OrderRefusal> {
        self.group_of(&self.node)?;
        if self.stopping {
            return Err(OrderRefusal::Stopping { node: self.node.clone() });
        }
        let failed = |(_, state): &(HomeName, NodeState)| *state == NodeState::Failed;
        if self.state == NodeState::Failed {
            self.check_health(now).map(|()| Verdict::Recover)
        } else if self.states(now).any(|it| failed(&it)) && asker == Asker::Operator {
            Ok(Verdict::Forward)
        } else {
            Err(OrderRefusal::NotFailed)
        }
    }

    fn consider_maintenance(
        &self,
        now: Moment,
        node: &HomeName,
        length: Duration,
        asker: Asker,
    ) -> Result<Verdict, OrderRefusal> {
        self.group_of(node)?;
        if length < Duration::from_secs(1) || length > Duration::from_secs(MOST_MAINTENANCE_SECONDS) {
            return Err(OrderRefusal::MaintenanceLength);
        }
        self.check_still(now)?;
        if *node == self.node {
            Ok(Verdict::Maintenance(Some(length)))
        } else {
            self.pass_on(now, node, asker)
        }
    }

    fn consider_end_of_maintenance(
        &self,
        now: Moment,
        node: &HomeName,
        asker: Asker,
    ) -> Result<Verdict, OrderRefusal> {
        self.group_of(node)?;
        if *node != self.node {
            return self.pass_on(now, node, asker);
        }
        match self.maintenance {
            Some(_) => Ok(Verdict::Maintenance(None)),
            None => Err(OrderRefusal::NotInMaintenance { node: node.clone() }),
        }
    }

    /// Nothing is on the move here.
    fn check_still(&self, now: Moment) -> Result<(), OrderRefusal> {
        if self.stopping {
            return Err(OrderRefusal::Stopping { node: self.node.clone() });
        }
        let moving = self.states(now).find(|(_, state)| state.is_transition());
        moving.map_or(Ok(()), |(node, state)| Err(OrderRefusal::InTransition { node, state }))
    }

    /// Gives an order to the peer, unless that is where it came from or nobody is there.
    pub(super) fn pass_on(
        &self,
        now: Moment,
        node: &HomeName,
        asker: Asker,
    ) -> Result<Verdict, OrderRefusal> {
        match asker {
            Asker::Peer => Err(OrderRefusal::NotForThisNode { node: node.clone() }),
            Asker::Operator if self.heard(now).is_none() => {
                Err(OrderRefusal::PeerNotConnected { peer: node.clone() })
            }
            Asker::Operator => Ok(Verdict::Forward),
        }
    }
}

/// Major and minor number: within them nodes work together.
fn release(version: &str) -> (Option<&str>, Option<&str>) {
    let mut numbers = version.split('.');
    (numbers.next(), numbers.next())
}
