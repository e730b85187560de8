//! Beginning to serve a home, going on with it, and fencing (R2).

use std::time::Duration;

use everpresent_recovery::ownership::Adoption;
use everpresent_session::ids::{Epoch, LedgerId};
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::Owner;
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect};
use everpresent_session::takeover::{Stored, with_heads, with_replica};

use super::Planted;
use super::agenda::Event;
use super::boundary::Point;
use super::node::seat_mut;
use super::serving::Serving;
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// How long a client may stay away.
pub(super) const RESUME: Duration = Duration::from_secs(9);
/// How long sessions that cannot be resumed are kept after a takeover.
pub(super) const RELOGIN: Duration = Duration::from_secs(8);

impl World {
    pub(super) fn may_serve_from_now(
        &mut self,
        node: usize,
        home: usize,
        epoch: Epoch,
        adoption: Adoption,
    ) -> Result<(), Broken> {
        self.reach(node, Point::ClaimKnown)?;
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return Ok(()) };
        if adoption == Adoption::Kept {
            if seat.serving.as_ref().is_some_and(|serving| serving.epoch == epoch) {
                return self.serve_again(node, home);
            }
            // What could not be read before the fence is still to be read.
            if let Some((at, _)) = &mut seat.loading {
                *at = epoch;
                return self.load(node, home);
            }
        }
        seat.loading = Some((epoch, adoption));
        self.load(node, home)
    }

    /// The same owner goes on under the same epoch.
    fn serve_again(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        let now = self.now(node);
        let clock = self.clock;
        let Some(serving) = seat_mut(&mut self.nodes, node, home).and_then(|seat| seat.serving.as_mut())
        else {
            return Ok(());
        };
        serving.fenced = false;
        serving.told_replica = None;
        let mut transaction = serving.owner.begin(now, Cause::Takeover);
        for session in serving.owner.ledger().sessions() {
            let (session, wait) = (session.id, session.resume.unwrap_or(RELOGIN));
            transaction.effect(Effect::Detached { session, wait, reason: Reason::LetGo });
        }
        serving.owner.commit(transaction)?;
        serving.detached = serving.owner.ledger().sessions().map(|session| (session.id, clock)).collect();
        self.tally.count(Count::ServedAgain);
        self.trace(|| format!("node {node} serves home {home} again"));
        Ok(())
    }

    /// Begins to serve as soon as what has to be read for it can be.
    pub(super) fn load(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        let (now, reachable) = (self.now(node), self.reaches_database(node));
        let planted = self.options.planted;
        let fresh = LedgerId(self.rng.u128(..));
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return Ok(()) };
        let Some((epoch, adoption)) = seat.loading else { return Ok(()) };
        if !reachable || !seat.ownership.may_serve(now.moment) {
            return Ok(());
        }
        seat.loading = None;
        let rows = &self.database.homes[home];
        let inherited = match adoption {
            Adoption::Replica => seat.replica.take(seat.claimed_from),
            Adoption::Kept => seat.serving.take().map(|serving| serving.owner.ledger().clone()),
            Adoption::Heads => None,
        };
        let owner = match (adoption, inherited) {
            (Adoption::Heads, _) => {
                let stored = Stored {
                    heads: rows.heads.values().cloned().collect(),
                    routes: rows.routes.values().cloned().collect(),
                };
                let name = self.people.homes[home].clone();
                with_heads(name, fresh, epoch, stored, (RELOGIN, |_| 0), now)?
            }
            (_, Some(ledger)) if planted == Some(Planted::AdoptedStayOpen) => {
                Owner::new(ledger.continue_under(epoch), rows.heads.keys().copied())
            }
            (_, Some(ledger)) => with_replica(ledger, epoch, rows.heads.keys().copied(), RELOGIN, now)?,
            (_, None) => {
                let what = format!("node {node} was to go on with home {home} and has nothing: {adoption:?}");
                return Err(Broken::new("P3", what));
            }
        };
        self.serves(node, home, adoption, Serving::new(epoch, owner, self.clock))
    }

    fn serves(
        &mut self,
        node: usize,
        home: usize,
        adoption: Adoption,
        serving: Serving,
    ) -> Result<(), Broken> {
        let (epoch, sessions) = (serving.epoch, serving.owner.ledger().sessions().len());
        if adoption == Adoption::Heads {
            // Also those whose clients are told of them only when the last owner is thawed.
            self.truth.unresumable.extend(serving.owner.ledger().sessions().map(|session| session.id));
        }
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return Ok(()) };
        seat.serving = Some(serving);
        seat.following = None;
        self.trace(|| {
            format!("node {node} serves home {home} under {epoch}: {adoption}, {sessions} sessions")
        });
        match adoption {
            Adoption::Replica => self.tally.count(Count::TakenWithReplica),
            Adoption::Kept => self.tally.count(Count::TakenWithOwn),
            Adoption::Heads => {
                self.tally.count(Count::TakenWithHeads);
                self.forget_sessions(home);
            }
        }
        self.reach(node, Point::TakenOver)
    }

    /// Transports are let go; nothing is recorded.
    pub(super) fn fence(&mut self, node: usize, home: usize, epoch: Epoch, last: bool) -> Result<(), Broken> {
        let clock = self.clock;
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return Ok(()) };
        let Some(serving) = seat.serving.as_mut().filter(|serving| serving.epoch == epoch) else {
            return Ok(());
        };
        serving.fenced = true;
        serving.hand_over = None;
        serving.rung.clear();
        for (transport, connection) in std::mem::take(&mut serving.connections) {
            let at = connection.last_out.max(clock) + 1 + self.rng.u64(..100);
            self.agenda.add(at, Event::ClientNotices(connection.client, transport));
        }
        self.trace(|| format!("node {node} lets the transports of home {home} go; for good: {last}"));
        if last { Ok(()) } else { self.reach(node, Point::Fenced) }
    }

    /// What a process holds of a home as owner, serving or not.
    pub(super) fn owned_ledger(&self, node: usize, home: usize) -> Option<&Ledger> {
        Some(self.nodes[node].seat(home)?.serving.as_ref()?.owner.ledger())
    }
}
