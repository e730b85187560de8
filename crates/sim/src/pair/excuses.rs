//! What is not promised: the checkers are told of it here, and only here.

use everpresent_recovery::witness::WitnessRow;
use everpresent_session::ids::Epoch;

use super::content::MessageId;
use super::node::INITIALIZATION_MS;
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

impl World {
    /// A fault more than is promised to be survived.
    pub(super) fn beyond(&mut self, homes: &[usize]) {
        self.tally.count(Count::BeyondPromises);
        self.trace(|| "that is beyond what is promised".to_owned());
        let of_them = self.clients.iter().filter(|client| homes.contains(&client.home));
        self.truth.forgiven.extend(of_them.filter_map(|client| client.session));
        let indices = (0..self.clients.len()).filter(|index| homes.contains(&self.clients[*index].home));
        let unwritten: Vec<_> = indices.filter(|index| !self.has_seen_head(*index)).collect();
        self.truth.ghosts.extend(unwritten);
    }

    /// Whether the database knows of a client that others see it: it can tell them of its end.
    fn has_seen_head(&self, index: usize) -> bool {
        let heads = &self.database.homes[self.clients[index].home].heads;
        let jid = &self.people.clients[index].jid;
        heads.values().any(|head| head.jid == *jid && head.presence.is_some())
    }

    /// Messages that are in no safe place after such a fault.
    pub(super) fn excuse_unsafe(&mut self) {
        let lost: Vec<_> = self.truth.open.iter().copied().filter(|id| !self.is_safe(*id)).collect();
        for id in lost {
            self.trace(|| format!("{id:?} is lost, and may be"));
            self.truth.open.remove(&id);
            self.truth.refused(id);
        }
        self.excuse_untold();
    }

    /// Messages that were lost with the others although their senders were not told yet that they had been taken: they
    /// had left their senders' homes. What an owner at work still holds is not among them, and what is taken again counts
    /// again.
    fn excuse_untold(&mut self) {
        let untold = self.truth.messages.iter().filter(|(_, fate)| fate.taken && !fate.is_settled());
        let untold = untold.map(|(id, _)| *id);
        let lost: Vec<_> = untold.filter(|id| !self.is_safe(*id) && !self.is_at_work(*id)).collect();
        for id in lost {
            self.trace(|| format!("{id:?} is lost before its sender was told of it, and may be"));
            if let Some(fate) = self.truth.messages.get_mut(&id) {
                fate.lost = true;
            }
        }
    }

    /// Whether the owner of the sender's or of the recipient's home goes on with a ledger that has it, confirmed or not.
    fn is_at_work(&self, id: MessageId) -> bool {
        let Some(fate) = self.truth.messages.get(&id) else { return false };
        let homes = [self.people.home_of(id.from), self.people.persons[fate.to].home];
        homes.iter().any(|home| {
            let Some(row) = self.database.row(*home) else { return false };
            let owner = row.incarnation.and_then(|owner| self.node_of(owner));
            let seat = owner.and_then(|owner| self.nodes[owner].seat(*home));
            let serving = seat.and_then(|seat| seat.serving.as_ref());
            let serving = serving.filter(|serving| serving.epoch == row.epoch);
            serving.is_some_and(|serving| fate.is_in(serving.owner.ledger()))
        })
    }

    /// The database has lost what it may have held of them.
    pub(super) fn excuse_messages_of(&mut self, home: usize) {
        let people = &self.people;
        let about = |id: &MessageId| {
            let to = self.truth.messages.get(id).map(|fate| people.persons[fate.to].home);
            people.home_of(id.from) == home || to == Some(home)
        };
        let lost: Vec<_> = self.truth.messages.keys().copied().filter(about).collect();
        for id in lost {
            self.truth.open.remove(&id);
            self.truth.refused(id);
        }
    }

    /// A home was taken with session heads: its sessions cannot be resumed, and the spool and its channels may bring a
    /// second time what was under way.
    pub(super) fn forget_sessions(&mut self, home: usize) {
        for index in 0..self.clients.len() {
            let next = self.clients[index].next_number;
            if self.clients[index].home == home {
                self.truth.unresumable.extend(self.clients[index].session);
                self.excuse_sender(index);
            }
            self.truth.excused_below.insert((index, home), next);
        }
    }

    /// A client that was not told how much of what it sent was handled.
    pub(super) fn excuse_sender(&mut self, index: usize) {
        let next = self.clients[index].next_number;
        for home in 0..self.people.homes.len() {
            self.truth.excused_below.insert((index, home), next);
        }
    }

    /// Whether an owner that is displaced had taken over just before, and what it took is nowhere else yet.
    fn has_the_only_copy(&self, row: &WitnessRow, home: usize) -> bool {
        let node = row.incarnation.and_then(|owner| self.node_of(owner));
        let Some(seat) = node.and_then(|node| self.nodes[node].seat(home)) else { return false };
        match seat.serving.as_ref().filter(|serving| serving.epoch == row.epoch) {
            Some(serving) => !serving.settled,
            None => self.truth.goes_on[home],
        }
    }

    /// Whether a node had its chance to claim before another one did. That the database was down for both takes nothing
    /// from it; that it was held up after that does, or that the other was not there to see it.
    fn could_claim(&self, node: usize, before: usize) -> bool {
        let just_back = self.clock < self.outage_until + INITIALIZATION_MS;
        let held_up = self.untold[node] >= self.outage_until || self.disturbed[before] >= self.outage_until;
        self.clock > self.disturbed[node] + INITIALIZATION_MS && !(just_back && held_up)
    }

    /// A claim was carried out. From here on nothing under an earlier epoch counts. Who has the sessions must not have
    /// been passed over.
    pub(super) fn claimed(
        &mut self,
        node: usize,
        home: usize,
        epoch: Epoch,
        before: Option<&WitnessRow>,
    ) -> Result<(), Broken> {
        if epoch <= self.truth.accepted[home] && !self.is_shaky(home) {
            let what = format!("home {home} was claimed under epoch {epoch}, which is not new");
            return Err(Broken::new("P1", what));
        }
        self.truth.accepted[home] = self.truth.accepted[home].max(epoch);
        let claimant = self.nodes[node].incarnation();
        let Some(before) = before else { return Ok(()) };
        let only_copy = self.has_the_only_copy(before, home);
        self.truth.goes_on[home] = before.incarnation == claimant || before.replica == claimant;
        if self.truth.goes_on[home] {
            return Ok(());
        }
        let Some(named) = before.replica else {
            if only_copy {
                self.beyond(&[home]);
                self.excuse_unsafe();
            }
            return Ok(());
        };
        let holds = self.replica_of(named, home).is_some_and(|replica| replica.epoch() == before.epoch);
        let could = self.node_of(named).is_some_and(|holder| self.could_claim(holder, node));
        if holds && could && self.clock > self.truth.shaky_until[home] {
            let what = format!("node {node} took home {home} although {named:.8} has its sessions");
            return Err(Broken::new("P3", what));
        }
        self.beyond(&[home]);
        self.excuse_unsafe();
        Ok(())
    }
}
