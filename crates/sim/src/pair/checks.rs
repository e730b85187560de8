//! The checkers: they look on after every event.

use everpresent_session::audit::{Balance, differences};
use everpresent_session::ids::{Epoch, Incarnation, SessionId};
use everpresent_session::ledger::Ledger;

use super::client::PATIENCE_MS;
use super::connection::FromClient;
use super::content::MessageId;
use super::ends::wait_of;
use super::people::{NODES, homes_of, nodes_of};
use super::tally::Count;
use super::truth::{Broken, Fate};
use super::world::World;

/// A client that has been trying for this long has had its chance to come back: of two attempts one may go to a machine
/// that just died, which nobody tells it.
const LONG_TRYING_MS: u64 = 2 * PATIENCE_MS;

impl World {
    pub(super) fn check(&mut self, touched: Option<usize>) -> Result<(), Broken> {
        self.check_one_owner()?;
        self.check_safe()?;
        touched.map_or(Ok(()), |node| self.check_nobody_left_behind(node))
    }

    /// P1: no two processes may serve a home at one instant, each by its own clock.
    fn check_one_owner(&self) -> Result<(), Broken> {
        for home in 0..2 {
            let serves = |node: &&usize| {
                let moment = self.moment(**node);
                self.nodes[**node].seat(home).is_some_and(|seat| seat.ownership.may_serve(moment))
            };
            if nodes_of(home).iter().filter(serves).count() > 1 && !self.is_shaky(home) {
                return Err(Broken::new("P1", format!("two processes may serve home {home}")));
            }
        }
        Ok(())
    }

    /// P1: work counts under one owner only: nothing of an earlier epoch is accepted after anything of a later one.
    pub(super) fn accepted(&mut self, home: usize, epoch: Epoch, what: &str) -> Result<(), Broken> {
        if epoch < self.truth.accepted[home] && !self.is_shaky(home) {
            let newest = self.truth.accepted[home];
            return Err(Broken::new("P1", format!("{what} of home {home} under {epoch}, after {newest}")));
        }
        self.truth.accepted[home] = self.truth.accepted[home].max(epoch);
        Ok(())
    }

    pub(super) fn is_shaky(&self, home: usize) -> bool {
        self.clock < self.truth.shaky_until[home]
    }

    /// P2: what was acknowledged is received, in the database, or with who would go on with it.
    fn check_safe(&mut self) -> Result<(), Broken> {
        let truth = &mut self.truth;
        let messages = &truth.messages;
        truth.open.retain(|id| messages.get(id).is_some_and(|fate| !fate.is_settled()));
        let Some(id) = self.truth.open.iter().copied().find(|id| !self.is_safe(*id)) else { return Ok(()) };
        let to = self.truth.messages[&id].to;
        if self.is_shaky(self.people.home_of(id.from)) || self.is_shaky(self.people.persons[to].home) {
            self.excuse_unsafe();
            return Ok(());
        }
        Err(Broken::new("P2", format!("{id:?} to {to} was acknowledged and is not safe")))
    }

    pub(super) fn is_safe(&self, id: MessageId) -> bool {
        let Some(fate) = self.truth.messages.get(&id) else { return true };
        let homes = [self.people.home_of(id.from), self.people.persons[fate.to].home];
        homes.iter().any(|home| self.is_stored(*home, fate))
            || homes.iter().any(|home| self.is_held(*home, fate))
    }

    fn is_stored(&self, home: usize, fate: &Fate) -> bool {
        let rows = &self.database.homes[home];
        rows.spool.values().any(|row| row.stanza == fate.bytes)
            || rows.routes.values().any(|row| row.stanza == fate.envelope)
    }

    /// Whether whoever would go on with the home has it.
    fn is_held(&self, home: usize, fate: &Fate) -> bool {
        let Some(row) = self.database.row(home) else { return false };
        let owner = row.incarnation.and_then(|owner| self.node_of(owner));
        let owned = owner.and_then(|owner| self.owned_ledger(owner, home));
        if let Some(named) = row.replica {
            return match self.node_of(named) {
                Some(_) => self
                    .replica_of(named, home)
                    .is_some_and(|replica| replica.epoch() == row.epoch && fate.is_in(replica)),
                // The partner died, and the owner is about to notice: one more fault is not promised to be survived.
                None => owned.is_some_and(|ledger| fate.is_in(ledger)),
            };
        }
        // Nobody is named: it is in the database, unless an owner has just taken it over, or is about to.
        let Some(seat) = owner.and_then(|owner| self.nodes[owner].seat(home)) else { return false };
        match seat.serving.as_ref().filter(|serving| serving.epoch == row.epoch) {
            Some(serving) => !serving.settled && fate.came_with(serving.owner.ledger(), row.epoch),
            None if !self.truth.goes_on[home] => false,
            None => {
                seat.replica.ledger().is_some_and(|replica| fate.is_in(replica))
                    || owned.is_some_and(|ledger| fate.is_in(ledger))
            }
        }
    }

    /// The complete replica that this process holds of a home.
    pub(super) fn replica_of(&self, incarnation: Incarnation, home: usize) -> Option<&Ledger> {
        self.nodes[self.node_of(incarnation)?].seat(home)?.replica.ledger()
    }

    /// P6: every session has a transport or a deadline, and the counts add up.
    fn check_nobody_left_behind(&self, node: usize) -> Result<(), Broken> {
        for home in homes_of(node) {
            let serving = self.nodes[node].seat(*home).and_then(|seat| seat.serving.as_ref());
            let Some(serving) = serving.filter(|serving| !serving.fenced) else { continue };
            if let Some(first) = differences(&serving.owner, &serving.holding()).first() {
                return Err(Broken::new("P6", format!("home {home} at node {node}: {first:?}")));
            }
            let balance = Balance::of(serving.owner.ledger());
            if !balance.holds() {
                return Err(Broken::new("P6", format!("home {home} at node {node}: {balance:?}")));
            }
        }
        Ok(())
    }

    /// P3: the partner's replica is what the owner had at that record.
    pub(super) fn compare_replica(&mut self, node: usize, home: usize, stream: u64) -> Result<(), Broken> {
        let Some(replica) = self.nodes[node].seat(home).and_then(|seat| seat.replica.ledger()) else {
            return Ok(());
        };
        let Some(shadow) = self.truth.shadow_at(home, stream, replica.last())? else { return Ok(()) };
        if shadow.last() == replica.last() && shadow != replica {
            let what = format!("the replica of home {home} differs at record {}", replica.last().0);
            return Err(Broken::new("P3", what));
        }
        self.tally.count(Count::ReplicasCompared);
        Ok(())
    }

    /// P3: a session may be refused only if it ended or its owner died in spooled mode.
    pub(super) fn check_refusal(&self, home: usize, session: SessionId) -> Result<(), Broken> {
        if self.truth.unresumable.contains(&session) || self.is_shaky(home) {
            return Ok(());
        }
        Err(Broken::new("P3", format!("{session:?} could not be resumed")))
    }

    /// P5: a session ends only when its whole time has gone by, and not while its client tries to come back.
    pub(super) fn check_expiry(&self, node: usize, home: usize, session: SessionId) -> Result<(), Broken> {
        let Some(serving) = self.nodes[node].seat(home).and_then(|seat| seat.serving.as_ref()) else {
            return Ok(());
        };
        let ledger = serving.owner.ledger();
        let wait = wait_of(ledger, session).as_millis() * 9 / 10;
        let since = serving.detached.get(&session).copied();
        if since.is_none_or(|since| u128::from(self.clock - since) < wait) {
            return Err(Broken::new("P5", format!("{session:?} expired before its time")));
        }
        let client = ledger.session(session).and_then(|known| self.people.client_at(&known.jid));
        let Some(client) = client.and_then(|client| self.clients.get(client)) else { return Ok(()) };
        let trying = client.trying_since.is_some_and(|since| self.clock > since + LONG_TRYING_MS);
        if trying && client.over().is_none() && !self.is_shaky(home) {
            return Err(Broken::new(
                "P5",
                format!("{session:?} expired although its client tries to return"),
            ));
        }
        Ok(())
    }

    /// P2: `h` never goes back and never exceeds what was sent; what it covers is safe from now on.
    pub(super) fn told(&mut self, client: usize, session: SessionId, h: u32) -> Result<(), Broken> {
        let index = client;
        let client = &mut self.clients[index];
        if client.session != Some(session) {
            return Ok(());
        }
        let sent = client.sent.len();
        if (h < client.told || h as usize > sent) && !self.truth.forgiven.contains(&session) {
            let what = format!("client {index} sent {sent} and was told {h} after {}", client.told);
            return Err(Broken::new("P2", what));
        }
        let told = client.told as usize;
        for frame in client.sent.get(told..h as usize).unwrap_or_default() {
            if let FromClient::Message(id, _) = frame {
                self.tally.count(Count::Acknowledged);
                self.truth.acknowledged(*id);
            }
        }
        client.told = client.told.max(h);
        Ok(())
    }

    /// Who serves a home at this moment.
    pub(super) fn who_serves(&self, home: usize) -> Option<usize> {
        let serves = |node: &usize| {
            let moment = self.moment(*node);
            self.nodes[*node].seat(home).is_some_and(|seat| {
                seat.ownership.may_serve(moment)
                    && seat.serving.as_ref().is_some_and(|serving| !serving.fenced)
            })
        };
        (0..NODES).find(serves)
    }
}
