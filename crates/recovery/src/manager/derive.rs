//! Which state follows from who serves what.

use everpresent_session::time::Moment;

use super::facts::Holder;
use super::{Fault, Manager, NodeState, Reason};

/// A takeover that goes on for this many times `keep_alive_timeout` without the peer is not shown as one any longer.
const TAKEOVER_TIMEOUTS: u32 = 2;

impl Manager {
    /// State, and the reason why it was or is entered.
    pub(super) fn derive(&mut self, now: Moment) -> (NodeState, Reason) {
        if let Some(transition) = &self.transition {
            return (transition.state(), transition.reason());
        }
        if !self.enabled {
            return (NodeState::Unknown, Reason::HighAvailabilityNotEnabled);
        }
        if let Some(reason) = self.failed {
            return (NodeState::Failed, reason);
        }
        if !self.settled {
            if self.state == NodeState::Unknown {
                return (NodeState::Initializing, Reason::OnAdminRequest);
            }
            if !self.is_clear(now) {
                return (NodeState::Initializing, self.base);
            }
        }
        let derived = self.by_homes(now);
        self.settled = true;
        self.recovered = None;
        derived
    }

    /// When a starting node stops waiting for its peer to say how it is: whoever may claim has claimed by then.
    pub(super) fn late_at(&self) -> Moment {
        let parameters = &self.parameters;
        self.started.after(parameters.initialization_keep_alive_timeout + parameters.keep_alive_timeout)
    }

    /// Whether a node that starts knows enough to be in another state. A row alone does not tell: it may name a
    /// process that is dead.
    fn is_clear(&self, now: Moment) -> bool {
        let Some(partner) = &self.partner else { return false };
        let late = now >= self.late_at();
        let looks_anew = self.recovered.is_some_and(|at| now <= at);
        let peer_failed = self.heard(now).is_some_and(|report| report.state == NodeState::Failed);
        // Both come out of failed mode together, and everybody sees that they look anew.
        if looks_anew || (peer_failed && !late) {
            return false;
        }
        match (self.holder_of(&self.node, now), self.holder_of(partner, now)) {
            (Holder::Served, Holder::Served) => true,
            (Holder::Served, _) => {
                let peer = self.heard(now).filter(|report| report.state != NodeState::Unknown);
                late || (peer.is_some() && self.peer_serves(partner, now))
            }
            (Holder::Partner, _) => late || self.peer_serves(&self.node, now),
            (Holder::Fenced | Holder::Claimed | Holder::Nobody, _) => false,
        }
    }

    fn by_homes(&self, now: Moment) -> (NodeState, Reason) {
        let before = self.state;
        let Some(partner) = &self.partner else { return (before, self.base) };
        let peer = self.heard(now).map(|report| (report.state, report.reason));
        let on_the_way =
            before.is_failed_over() || matches!(before, NodeState::Normal | NodeState::TakingOver);
        match (self.holder_of(&self.node, now), self.holder_of(partner, now), peer) {
            (Holder::Served, Holder::Served, _) => (NodeState::Backup, self.backup_reason(now)),
            (Holder::Fenced, ..) | (_, Holder::Fenced, _) => self.as_before(),
            (Holder::Served, _, Some((NodeState::FallingBack, _))) => self.normal(),
            (_, _, Some((NodeState::FallingBack, reason))) => (NodeState::TakingBack, reason),
            (_, _, Some((NodeState::FailingOver, reason))) => (NodeState::TakingOver, reason),
            // The row may come later than what the peer says of it.
            (Holder::Served, _, Some((state, _)))
                if before == NodeState::TakingOver && state.is_failed_over() =>
            {
                (before, self.base)
            }
            (holder, _, Some((NodeState::Normal, _)))
                if before == NodeState::TakingBack && holder != Holder::Served =>
            {
                (before, self.base)
            }
            (Holder::Claimed, ..) | (_, Holder::Claimed, _) if on_the_way => {
                (NodeState::TakingOver, self.takeover_reason(now))
            }
            (Holder::Served, ..) if self.is_still_taking_over(now) => {
                (NodeState::TakingOver, self.takeover_reason(now))
            }
            (Holder::Served, ..) => self.normal(),
            (Holder::Partner, ..) => self.failed_over(),
            (Holder::Claimed | Holder::Nobody, ..) => self.as_before(),
        }
    }

    pub(super) fn takeover_given_up_at(&self) -> Moment {
        self.since.after(self.parameters.keep_alive_timeout * TAKEOVER_TIMEOUTS)
    }

    /// A node that was failed over and has its own home again, its peer being gone, is about to get the peer's too.
    fn is_still_taking_over(&self, now: Moment) -> bool {
        let on_the_way = match self.state {
            NodeState::TakingOver => now < self.takeover_given_up_at(),
            state => state.is_failed_over(),
        };
        on_the_way && self.heard(now).is_none()
    }

    /// Nobody knows better. What this node was handing over is not on its way any more: it was given up.
    fn as_before(&self) -> (NodeState, Reason) {
        match self.state {
            NodeState::FallingBack => (NodeState::Backup, Reason::TakeBackUsersFailed),
            NodeState::FailingOver => (NodeState::Normal, Reason::TakeOverUsersFailed),
            state => (state, self.base),
        }
    }

    fn normal(&self) -> (NodeState, Reason) {
        let reason = match self.state {
            NodeState::Normal => self.base,
            NodeState::TakingOver | NodeState::FailingOver => Reason::TakeOverUsersFailed,
            _ => Reason::Normal,
        };
        (NodeState::Normal, reason)
    }

    fn failed_over(&self) -> (NodeState, Reason) {
        let serves = self.homes.iter().any(|facts| facts.served);
        let state = match self.is_well() {
            _ if self.idle && !serves => NodeState::Idle,
            true => NodeState::FailedOver,
            false => NodeState::FailedOverWithoutServices,
        };
        let reason = match self.state {
            state if state.is_failed_over() || state == NodeState::FailingOver => self.base,
            NodeState::Initializing => Reason::Initialization,
            NodeState::TakingBack => Reason::TakeBackUsersFailed,
            NodeState::TakingOver => Reason::TakeOverUsersFailed,
            // It served, and the peer has the home by its rules: it must have been cut off.
            _ => Reason::Fenced,
        };
        (state, reason)
    }

    fn takeover_reason(&self, now: Moment) -> Reason {
        if self.state == NodeState::TakingOver { self.base } else { self.why_peer_is_gone(now) }
    }

    fn backup_reason(&self, now: Moment) -> Reason {
        match self.state {
            NodeState::Backup | NodeState::TakingOver => self.base,
            NodeState::FallingBack => Reason::TakeBackUsersFailed,
            _ if self.was_backup(now) => Reason::Initialization,
            _ => self.why_peer_is_gone(now),
        }
    }

    /// Whether a node that starts or recovers only goes on as the backup that it was.
    fn was_backup(&self, now: Moment) -> bool {
        let recovers = self.before == Some(NodeState::Failed) && self.heard(now).is_some();
        !self.settled && (recovers || matches!(self.before, Some(NodeState::Backup | NodeState::FallingBack)))
    }

    fn why_peer_is_gone(&self, now: Moment) -> Reason {
        match (self.heard(now), self.peer.said_goodbye()) {
            (Some(report), _) if report.state == NodeState::FailingOver => report.reason,
            (_, Some(goodbye)) => goodbye,
            _ if !self.peer.was_ever_heard() => Reason::PeerDownDuringInitialization,
            _ => Reason::PeerDown,
        }
    }

    /// The reason that is shown: what degrades the state, if anything does, else why it was entered.
    pub(super) fn shown_reason(&self, now: Moment) -> Reason {
        let fixed = matches!(self.state, NodeState::Unknown | NodeState::Failed);
        if fixed || self.state.is_transition() {
            return self.base;
        }
        let fenced = self.homes.iter().any(|facts| self.holder(facts, now) == Holder::Fenced);
        let waits_for_peer = match self.state {
            NodeState::Initializing => now >= self.late_at(),
            // Its peer may well be down: that is why it is one.
            NodeState::Backup => false,
            _ => true,
        };
        let fault = self.fault(now).filter(|_| !self.state.is_failed_over());
        let silent = waits_for_peer && self.heard(now).is_none();
        match fault {
            _ if fenced => Reason::Fenced,
            _ if !self.database => Reason::WitnessUnreachable,
            _ if silent => self.peer.said_goodbye().unwrap_or(Reason::PeerLinkDown),
            _ if self.maintenance.is_some() => Reason::Maintenance,
            Some(Fault::Database) => Reason::WitnessUnreachable,
            Some(Fault::Services(_)) => Reason::CriticalServiceDown,
            None => self.base,
        }
    }
}
