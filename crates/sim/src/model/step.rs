//! How the world goes on: which events are possible, and what each does.

use std::time::Duration;

use everpresent_recovery::ownership::{Adoption, Effect, Input, PeerMessage};
use everpresent_recovery::witness::{Change, CompareAndSet, WitnessRow, empty_incarnation};
use everpresent_session::ids::Incarnation;
use stateright::{Model, Property};

use super::Planted;
use super::action::Action;
use super::properties;
use super::world::{
    CALM_TICKS, InFlight, LateStatement, NOW, Node, Pair, Parcel, Place, Process, TICK, World, Wrong,
};

impl Model for Pair {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.cold()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.wrong.is_some() {
            return;
        }
        let nodes = 0..world.nodes.len();
        let on_time = |parcel: &Parcel| !parcel.held;
        let waits = |node: &Node| node.process().and_then(|p| p.statement.as_ref()).is_some_and(|s| !s.slow);
        if !world.wire.iter().any(on_time) && !world.nodes.iter().any(waits) {
            actions.push(Action::Tick);
        }
        actions.extend((0..world.wire.len()).map(Action::Deliver));
        actions.extend((0..world.late.len()).map(Action::Land));
        for node in nodes {
            world.usual_of_node(node, actions);
            world.faults_of_node(node, actions);
        }
        if world.link {
            world.faults_of_link(actions);
        } else {
            actions.push(Action::HealLink);
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        if !matches!(action, Action::Tick | Action::Execute(_) | Action::Answer(_)) {
            world.calm = match action {
                Action::Deliver(index) if !last.wire[index].held => last.calm,
                _ => 0,
            };
        }
        match action {
            Action::Tick => world.tick(),
            Action::Execute(node) => self.execute(&mut world, node),
            Action::Answer(node) => world.answer(node),
            Action::Deliver(index) => {
                let parcel = world.wire.remove(index);
                world.deliver(parcel);
            }
            Action::Land(index) => {
                let statement = world.late.remove(index);
                self.land(&mut world, statement);
            }
            Action::HealLink => world.link = true,
            Action::HealDatabase(node) => world.nodes[node].database = true,
            Action::Empty(node) => {
                self.empty(&mut world, node);
                world.nodes[node].place = Place::Down;
            }
            Action::Start(node) => {
                world.left.starts -= 1;
                self.start(&mut world, node);
            }
            fault => world.go_wrong(fault),
        }
        self.forget_dead_statements(&mut world);
        world.rebase(Duration::ZERO);
        world.wire.sort();
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::properties(self.is_pair())
    }
}

impl Pair {
    fn execute(&self, world: &mut World, node: usize) {
        let reached = world.nodes[node].database;
        let Place::Up(process) = &mut world.nodes[node].place else { return };
        let by = process.ownership.incarnation();
        let Some(statement) = process.statement.clone() else { return };
        let answer = match statement.change {
            _ if !reached => Input::RowUnknown,
            None => Input::RowRead(world.row.clone()),
            Some(change) => self.change(world, by, &change),
        };
        if let Some(statement) = world.statement(node) {
            statement.answer = Some(answer);
        }
    }

    fn land(&self, world: &mut World, statement: LateStatement) {
        match statement {
            LateStatement::Change { by, statement } => {
                self.change(world, by, &statement);
            }
            LateStatement::Empty { dead } => self.empty_row(world, dead),
        }
    }

    fn change(&self, world: &mut World, by: Incarnation, statement: &CompareAndSet) -> Input {
        let after = match (self.planted, &statement.change, &world.row) {
            (Some(Planted::RenewalUnreleases), Change::Renew { .. }, Some(row)) => {
                renewed_by_epoch(row, statement, by)
            }
            _ => statement.apply(world.row.as_ref()),
        };
        let Some(after) = after else { return Input::RowRefused };
        world.put(after, matches!(statement.change, Change::Claim { .. }));
        Input::RowChanged
    }

    fn empty(&self, world: &mut World, node: usize) {
        if let Place::Dead(dead) = world.nodes[node].place {
            self.empty_row(world, dead);
        }
    }

    fn empty_row(&self, world: &mut World, dead: Incarnation) {
        let emptied = match (&world.row, self.planted) {
            (Some(row), Some(Planted::ReleaseByEpoch)) => {
                row.incarnation.and_then(|any| empty_incarnation(row, any))
            }
            (Some(row), _) => empty_incarnation(row, dead),
            (None, _) => None,
        };
        if let Some(row) = emptied {
            world.put(row, false);
        }
    }

    /// A statement that names a beat that has gone by can change nothing any more.
    fn forget_dead_statements(&self, world: &mut World) {
        let row = world.row.clone();
        let by_epoch = self.planted == Some(Planted::RenewalUnreleases);
        world.late.retain(|late| match (late, &row) {
            (LateStatement::Change { statement, .. }, Some(row)) => {
                statement.expected.is_some_and(|expected| {
                    expected.beat == row.beat || (by_epoch && expected.epoch == row.epoch)
                })
            }
            _ => true,
        });
    }
}

/// The planted bug: the renewal names the epoch alone and writes who renews.
fn renewed_by_epoch(row: &WitnessRow, statement: &CompareAndSet, by: Incarnation) -> Option<WitnessRow> {
    let same = statement.expected.is_some_and(|expected| expected.epoch == row.epoch);
    same.then(|| WitnessRow { incarnation: Some(by), beat: row.beat + 1, ..row.clone() })
}

impl World {
    pub(super) fn statement(&mut self, node: usize) -> Option<&mut InFlight> {
        match &mut self.nodes[node].place {
            Place::Up(process) => process.statement.as_mut(),
            Place::Dead(_) | Place::Down => None,
        }
    }

    fn usual_of_node(&self, node: usize, actions: &mut Vec<Action>) {
        if !self.nodes[node].database {
            actions.push(Action::HealDatabase(node));
        }
        match &self.nodes[node].place {
            Place::Up(process) => match &process.statement {
                Some(InFlight { answer: None, .. }) => actions.push(Action::Execute(node)),
                Some(_) => actions.push(Action::Answer(node)),
                None => {}
            },
            Place::Dead(_) if self.nodes[node].database => actions.push(Action::Empty(node)),
            Place::Down if self.left.starts > 0 => actions.push(Action::Start(node)),
            Place::Dead(_) | Place::Down => {}
        }
    }

    fn faults_of_node(&self, node: usize, actions: &mut Vec<Action>) {
        let left = &self.left;
        if left.cuts > 0 && self.nodes[node].database {
            actions.push(Action::CutDatabase(node));
        }
        match &self.nodes[node].place {
            Place::Dead(_) if left.statements > 0 => actions.push(Action::EmptyLate(node)),
            Place::Dead(_) | Place::Down => {}
            Place::Up(process) => {
                if left.kills > 0 {
                    actions.extend([Action::KillProcess(node), Action::KillMachine(node)]);
                }
                if left.orders > 0 && process.ownership.may_serve(NOW) {
                    actions.extend([Action::Yield(node), Action::Stop(node)]);
                }
                if left.statements > 0 {
                    faults_of_statement(node, process, actions);
                }
            }
        }
    }

    fn faults_of_link(&self, actions: &mut Vec<Action>) {
        if self.left.cuts > 0 && self.nodes.len() > 1 {
            actions.push(Action::CutLink);
        }
        if self.left.messages > 0 {
            let on_time = self.wire.iter().enumerate().filter(|(_, parcel)| !parcel.held);
            actions.extend(on_time.flat_map(|(index, _)| [Action::Hold(index), Action::Double(index)]));
        }
    }

    fn go_wrong(&mut self, fault: Action) {
        match fault {
            Action::Hold(_) | Action::Double(_) => self.left.messages -= 1,
            Action::Slow(_) | Action::Late(_) | Action::LoseAnswer(_) | Action::EmptyLate(_) => {
                self.left.statements -= 1
            }
            Action::CutLink | Action::CutDatabase(_) => self.left.cuts -= 1,
            Action::KillProcess(_) | Action::KillMachine(_) => self.left.kills -= 1,
            _ => self.left.orders -= 1,
        }
        match fault {
            Action::Hold(index) => self.wire[index].held = true,
            Action::Double(index) => {
                self.wire[index].held = true;
                let parcel = self.wire[index].clone();
                self.deliver(parcel);
            }
            Action::Slow(node) => {
                if let Some(statement) = self.statement(node) {
                    statement.slow = true;
                }
            }
            Action::Late(node) => {
                self.give_up_statement(node);
                self.answer_unknown(node);
            }
            Action::LoseAnswer(node) => self.answer_unknown(node),
            Action::CutLink => {
                self.link = false;
                self.wire.retain(|parcel| parcel.held);
                self.link_lost();
            }
            Action::CutDatabase(node) => self.nodes[node].database = false,
            Action::KillProcess(node) => self.kill(node, true),
            Action::KillMachine(node) => self.kill(node, false),
            Action::EmptyLate(node) => {
                if let Place::Dead(dead) = self.nodes[node].place {
                    self.late.push(LateStatement::Empty { dead });
                }
            }
            Action::Yield(node) => self.give(node, Input::Yield),
            Action::Stop(node) => self.give(node, Input::Stop),
            _ => {}
        }
    }

    /// Writes the row, and looks whether a release is undone by anything but a claim.
    fn put(&mut self, row: WitnessRow, claim: bool) {
        let held = row.incarnation.is_some();
        let before = self.row.replace(row);
        let was_released = before.is_some_and(|before| before.incarnation.is_none());
        if was_released && held && !claim {
            self.wrong = Some(Wrong::Unreleased);
        }
    }

    fn answer_unknown(&mut self, node: usize) {
        if let Some(statement) = self.statement(node) {
            statement.answer = Some(Input::RowUnknown);
        }
    }

    /// What the node has sent to the database and was not carried out may be later.
    fn give_up_statement(&mut self, node: usize) {
        let Place::Up(process) = &self.nodes[node].place else { return };
        let by = process.ownership.incarnation();
        if let Some(InFlight { change: Some(statement), answer: None, .. }) = process.statement.clone() {
            self.late.push(LateStatement::Change { by, statement });
        }
    }

    fn kill(&mut self, node: usize, guardian_lives: bool) {
        self.give_up_statement(node);
        let Place::Up(process) = &self.nodes[node].place else { return };
        let dead = process.ownership.incarnation();
        self.nodes[node].place = if guardian_lives { Place::Dead(dead) } else { Place::Down };
        self.link_lost();
    }

    fn link_lost(&mut self) {
        for node in 0..self.nodes.len() {
            self.give(node, Input::LinkLost);
        }
    }

    fn answer(&mut self, node: usize) {
        let Place::Up(process) = &mut self.nodes[node].place else { return };
        if let Some(answer) = process.statement.take().and_then(|statement| statement.answer) {
            self.give(node, answer);
        }
    }

    fn tick(&mut self) {
        self.rebase(TICK);
        let whole = self.link && self.nodes.iter().all(|node| node.database && self.settled(node));
        let anybody = self.nodes.iter().any(|node| node.process().is_some());
        self.calm = if whole && anybody { CALM_TICKS.min(self.calm + 1) } else { 0 };
        for node in 0..self.nodes.len() {
            self.leave_protected_mode(node);
            self.give(node, Input::Tick);
        }
    }

    fn settled(&self, node: &Node) -> bool {
        match &node.place {
            Place::Up(process) => process.statement.is_none(),
            Place::Dead(_) => false,
            Place::Down => self.left.starts == 0,
        }
    }

    /// An owner whose partner is out of reach lets go of the replica.
    fn leave_protected_mode(&mut self, node: usize) {
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

    fn deliver(&mut self, parcel: Parcel) {
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

    fn serves(&mut self, node: usize, epoch: everpresent_session::ids::Epoch, adoption: Adoption) {
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
        let wish = self.nodes[node].process().and_then(|process: &Process| process.wish);
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

fn faults_of_statement(node: usize, process: &Process, actions: &mut Vec<Action>) {
    match &process.statement {
        Some(InFlight { answer: None, slow: false, .. }) => {
            actions.extend([Action::Slow(node), Action::Late(node)])
        }
        Some(InFlight { answer: Some(Input::RowUnknown), .. }) | None => {}
        Some(InFlight { slow: false, .. }) => actions.extend([Action::Slow(node), Action::LoseAnswer(node)]),
        Some(_) => {}
    }
}
