//! What surrounds a serving process: its inputs, its effects, and the replica that its partner holds.

use everpresent_recovery::ownership::{Adoption, Effect, Input, PeerMessage};
use everpresent_recovery::witness::CompareAndSet;
use everpresent_session::ids::{Epoch, Incarnation};

use super::world::{InFlight, NOW, Node, Parcel, Place, World, Wrong};

impl World {
    pub(super) fn answer(&mut self, node: usize) {
        let Place::Up(process) = &mut self.nodes[node].place else { return };
        if let Some(answer) = process.statement.take().and_then(|statement| statement.answer) {
            self.give(node, answer);
        }
    }

    /// An owner whose partner is out of reach lets go of the replica.
    pub(super) fn leave_protected_mode(&mut self, node: usize) {
        let partner =
            self.nodes.get(1 - node).and_then(Node::process).map(|other| other.ownership.incarnation());
        let link = self.link;
        let Place::Up(process) = &mut self.nodes[node].place else { return };
        let reached = partner.filter(|_| link);
        if process.wish.is_some() && process.wish != reached && process.ownership.epoch().is_some() {
            process.wish = None;
            self.give(node, Input::ReplicaBehind);
        }
    }

    pub(super) fn deliver(&mut self, parcel: Parcel) {
        let Parcel { to, message, .. } = parcel;
        self.give(to, Input::Peer(message));
        if let PeerMessage::Grant { from, .. } = message
            && self.link
        {
            self.make_replica(to, from);
        }
    }

    /// The owner has its partner: a snapshot and its tail reach it, and the row is to say so.
    fn make_replica(&mut self, owner: usize, partner: Incarnation) {
        let is_there =
            self.nodes[1 - owner].process().is_some_and(|other| other.ownership.incarnation() == partner);
        let Place::Up(process) = &mut self.nodes[owner].place else { return };
        if !is_there || process.wish == Some(partner) || !process.ownership.may_serve(NOW) {
            return;
        }
        process.wish = Some(partner);
        if let Place::Up(other) = &mut self.nodes[1 - owner].place {
            other.complete = true;
        }
        self.give(owner, Input::ReplicaComplete(partner));
    }

    /// Gives a node's process one input and carries out its effects.
    pub(super) fn give(&mut self, node: usize, input: Input) {
        let Place::Up(process) = &mut self.nodes[node].place else { return };
        for effect in process.ownership.handle(NOW, input) {
            self.carry_out(node, effect);
        }
    }

    fn carry_out(&mut self, node: usize, effect: Effect) {
        match effect {
            Effect::Persist(epoch) => self.nodes[node].disk = epoch,
            Effect::Read => self.ask_database(node, None),
            Effect::Change(change) => self.ask_database(node, Some(change)),
            Effect::Send(message) => self.send(1 - node, message),
            Effect::Serve { epoch, adoption } => self.serves(node, epoch, adoption),
            Effect::ReplicaNamed(named) => self.replica_named(node, named),
            Effect::Stopped => {
                self.nodes[node].place = Place::Down;
                self.link_lost();
            }
            Effect::Fence { .. } | Effect::Decided(_) => {}
        }
    }

    fn ask_database(&mut self, node: usize, change: Option<CompareAndSet>) {
        if let Place::Up(process) = &mut self.nodes[node].place {
            process.statement = Some(InFlight { change, answer: None, slow: false });
        }
    }

    fn send(&mut self, to: usize, message: PeerMessage) {
        if self.link && self.nodes[to].process().is_some() {
            self.wire.push(Parcel { to, message, held: false });
        }
    }

    fn serves(&mut self, node: usize, epoch: Epoch, adoption: Adoption) {
        let Place::Up(process) = &mut self.nodes[node].place else { return };
        if adoption == Adoption::Replica && !process.complete {
            self.wrong = Some(Wrong::AdoptedIncomplete);
        }
        let new = process.adopted.is_none_or(|(before, _)| before != epoch);
        process.adopted = Some((epoch, adoption));
        if new {
            process.wish = None;
            self.partner_is_behind(node);
        }
    }

    /// From here on work may be confirmed that the replica does not get.
    fn replica_named(&mut self, node: usize, named: Option<Incarnation>) {
        let wish = self.nodes[node].process().and_then(|process| process.wish);
        if named.is_none() && wish.is_none() {
            self.partner_is_behind(node);
        }
    }

    fn partner_is_behind(&mut self, node: usize) {
        if let Some(Node { place: Place::Up(other), .. }) = self.nodes.get_mut(1 - node) {
            other.complete = false;
        }
    }
}
