//! The owner: what it holds, how it keeps it, and how it stops.

use std::time::Duration;

use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_session::time::Moment;

use super::{Adoption, Decision, Effect, FenceReason, Ownership, Standing};
use crate::witness::{Change, CompareAndSet, nine_tenths};

/// What the owner of a home holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Owning {
    pub(super) epoch: Epoch,
    pub(super) lease_until: Moment,
    pub(super) grant_until: Moment,
    /// As the caller was told last.
    serving: bool,
    adoption: Adoption,
    /// A fenced write matched nothing: no serving before the row was read.
    doubt: bool,
    /// A change was refused or its outcome is unknown: read before the next.
    pub(super) read_first: bool,
    /// What `replica` in the row is to be.
    wanted_replica: Option<Incarnation>,
    /// What it is known to be: told only by a change of ours that was carried out, for then no earlier one
    /// can be.
    named_replica: Option<Incarnation>,
    /// Whether the caller waits to hear about it.
    replica_asked: bool,
}

impl Owning {
    pub(super) fn holds(&self, now: Moment) -> bool {
        !self.doubt && (now < self.lease_until || now < self.grant_until)
    }

    /// When it will hold nothing, unless renewed; `None` once that is so.
    pub(super) fn until(&self, now: Moment) -> Option<Moment> {
        Some(self.lease_until.max(self.grant_until)).filter(|until| now < *until)
    }

    pub(super) fn granted(&mut self, from: Moment, length: Duration) {
        self.grant_until = self.grant_until.max(from.after(nine_tenths(length)));
    }

    pub(super) fn leased(&mut self, from: Moment, length: Duration) {
        self.lease_until = self.lease_until.max(from.after(nine_tenths(length)));
        self.doubt = false;
    }

    pub(super) fn row_is_ours(&mut self) {
        self.doubt = false;
        self.read_first = false;
    }
}

impl Ownership {
    /// The row is ours under this epoch: serve, if the lease that came with it has not run out while we
    /// learned of it.
    pub(super) fn won(&mut self, asked: Moment, epoch: Epoch, adoption: Adoption, effects: &mut Vec<Effect>) {
        self.yielded = None;
        effects.push(Effect::Decided(Decision::Owns { epoch, adoption }));
        self.standing = Standing::Owning(Owning {
            epoch,
            lease_until: asked.after(nine_tenths(self.settings.lease)),
            grant_until: Moment(0),
            serving: false,
            adoption,
            doubt: false,
            read_first: false,
            wanted_replica: None,
            named_replica: None,
            replica_asked: false,
        });
    }

    pub(super) fn settle_owning(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let may_serve = self.may_serve(now);
        let Standing::Owning(owning) = &mut self.standing else { return };
        let epoch = owning.epoch;
        if owning.serving && !may_serve {
            owning.serving = false;
            let why =
                if owning.doubt { FenceReason::WriteRefused } else { FenceReason::NeitherGrantNorLease };
            effects.push(Effect::Decided(Decision::Fences { epoch, why }));
            effects.push(Effect::Fence { epoch, last: false });
        } else if !owning.serving && may_serve {
            owning.serving = true;
            if self.served == Some(epoch) {
                effects.push(Effect::Decided(Decision::ServesAgain(epoch)));
            }
            effects.push(Effect::Serve { epoch, adoption: owning.adoption });
            owning.adoption = Adoption::Kept;
            self.served = Some(epoch);
        }
    }

    /// Stops owning for good: nothing is ever served under this epoch again by this process.
    pub(super) fn give_up(&mut self, why: FenceReason, effects: &mut Vec<Effect>) {
        let Standing::Owning(owning) = &self.standing else { return };
        let epoch = owning.epoch;
        self.standing = Standing::Watching;
        effects.push(Effect::Decided(Decision::Fences { epoch, why }));
        effects.push(Effect::Fence { epoch, last: true });
    }

    /// What the owner's next change of the row is: the replica if it is to change, else the renewal. Both
    /// renew.
    pub(super) fn beat_statement(&self, owning: &Owning) -> Option<CompareAndSet> {
        let replica = owning.wanted_replica;
        let renewal = Change::Renew { grant_seconds: self.settings.grant_seconds() };
        let right = self.row()?.replica == replica;
        self.compare_and_set(if right { renewal } else { Change::Replica(replica) })
    }

    pub(super) fn want_replica(&mut self, now: Moment, replica: Option<Incarnation>) {
        if let Standing::Owning(owning) = &mut self.standing {
            owning.wanted_replica = replica;
            owning.replica_asked = true;
            self.next_operation = now;
        }
    }

    /// A change of ours was carried out: the lease is renewed, and what the row says of the replica is
    /// certain.
    pub(super) fn beat_done(&mut self, now: Moment, asked: Moment, effects: &mut Vec<Effect>) {
        let named = self.row().and_then(|row| row.replica);
        let lease = self.settings.lease;
        let Standing::Owning(owning) = &mut self.standing else { return };
        owning.leased(asked, lease);
        let answers = owning.replica_asked && named == owning.wanted_replica;
        if answers || named != owning.named_replica {
            owning.named_replica = named;
            owning.replica_asked &= !answers;
            effects.push(Effect::ReplicaNamed(named));
        }
        if named != owning.wanted_replica {
            self.next_operation = now;
        }
    }

    pub(super) fn write_refused(&mut self, now: Moment, epoch: Epoch, effects: &mut Vec<Effect>) {
        if let Standing::Owning(owning) = &mut self.standing
            && owning.epoch == epoch
        {
            owning.doubt = true;
            owning.read_first = true;
            self.next_operation = now;
            self.settle_owning(now, effects);
        }
    }

    pub(super) fn yield_home(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if let Some(epoch) = self.epoch() {
            self.yielded = Some((epoch, now));
            self.next_message = now;
            self.give_up(FenceReason::Yields, effects);
        }
    }

    pub(super) fn stop(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.give_up(FenceReason::Stops, effects);
        match &self.standing {
            Standing::Stopping | Standing::Stopped => {}
            _ => {
                self.standing = Standing::Stopping;
                self.next_operation = now;
                self.finish_stop(effects);
            }
        }
    }

    /// Stops if nothing is held and nothing under way. A claim that is under way is left to the guardian.
    pub(super) fn finish_stop(&mut self, effects: &mut Vec<Effect>) {
        let held = self.row().is_some_and(|row| row.incarnation == Some(self.incarnation));
        if matches!(self.standing, Standing::Stopping) && self.operation.is_none() && !held {
            self.standing = Standing::Stopped;
            effects.push(Effect::Stopped);
        }
    }
}
