//! Failed mode: how both nodes come into it together, and out again, by order or by themselves.

use everpresent_session::time::Moment;

use super::{Effect, Line, Manager, NodeState, OrderRefusal, Reason};

impl Manager {
    /// Stops automation, on both nodes: the peer hears of it and does the same. Who serves users goes on.
    pub(super) fn fail(&mut self, now: Moment, reason: Reason, effects: &mut Vec<Effect>) {
        self.transition = None;
        self.bring_home_until = None;
        if self.failed.is_some() {
            return;
        }
        self.failed = Some(reason);
        if self.served_of(&self.node).next().is_some() {
            // Nobody waits for a fallback here.
            self.idle = false;
        }
        self.recovery.failed(now);
        self.recovery.healthy_since = None;
        effects.push(Effect::Log(Line::Fails(reason)));
    }

    /// Looks anew at who serves what, as if the process had just started.
    pub(super) fn recover(&mut self, now: Moment, reason: Reason, effects: &mut Vec<Effect>) {
        if self.failed.take().is_none() {
            return;
        }
        self.settled = false;
        self.started = now;
        self.recovered = Some(now);
        self.before = Some(NodeState::Failed);
        self.base = reason;
        self.recovery.last = Some(now);
        self.recovery.healthy_since = None;
        if reason == Reason::OnAdminRequest {
            // Whoever orders it wants users to be at home again, if that can be at all.
            self.bring_home_until = Some(now.after(self.parameters.initialization_keep_alive_timeout));
        }
        effects.push(Effect::Log(Line::Recovers(reason)));
    }

    /// The peer went into failed mode or came out of it: this node does the same. `before` is what the peer said last.
    pub(super) fn follow_peer(
        &mut self,
        now: Moment,
        before: Option<NodeState>,
        peer: NodeState,
        reason: Reason,
        effects: &mut Vec<Effect>,
    ) {
        if !self.enabled || self.stopping || before == Some(peer) {
            return;
        }
        let left = before == Some(NodeState::Failed) && peer != NodeState::Unknown;
        if peer == NodeState::Failed {
            if self.settled {
                self.fail(now, reason, effects);
            }
        } else if left || peer == NodeState::Initializing {
            let ordered = peer == NodeState::Initializing && reason == Reason::OnAdminRequest;
            let reason = if ordered { Reason::OnAdminRequest } else { Reason::Initialization };
            self.recover(now, reason, effects);
        }
    }

    /// Recovers without an order, once the pair has been well for long enough.
    pub(super) fn recover_by_itself(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.failed.is_none() || !self.enabled || self.stopping || self.check_health(now).is_err() {
            self.recovery.healthy_since = None;
            return;
        }
        self.recovery.healthy_since.get_or_insert(now);
        if self.recovery_due().is_some_and(|due| now >= due) {
            self.recover(now, Reason::Initialization, effects);
        }
    }

    /// When it recovers by itself if all stays well.
    pub(super) fn recovery_due(&self) -> Option<Moment> {
        self.recovery.due(self.parameters.keep_alive_timeout)
    }

    /// Whether the pair could do without failed mode.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn check_health(&self, now: Moment) -> Result<(), OrderRefusal> {
        if !self.database {
            return Err(OrderRefusal::DatabaseUnreachable);
        }
        let own = self.is_well();
        let down = |node: &_| Err(OrderRefusal::ServicesDown { node: Clone::clone(node) });
        let (Some(partner), Some(report)) = (&self.partner, self.heard(now)) else {
            return if own { Ok(()) } else { down(&self.node) };
        };
        let peer = report.all_up();
        if own && peer {
            return Ok(());
        }
        let all_here = self.served_of(partner).next().is_some();
        let all_there = self.peer_serves(&self.node, now);
        // Who serves nobody is well: it can take all. If it was the backup's own fault, that one may be well instead.
        let backups_fault =
            matches!(self.failed, Some(Reason::CriticalServiceDown | Reason::DatabaseFailure));
        let taker_well = (all_here && peer) || (all_there && own);
        let backup_well = (all_here && own) || (all_there && peer);
        if taker_well || (backups_fault && backup_well) {
            Ok(())
        } else if own {
            down(partner)
        } else {
            down(&self.node)
        }
    }
}
