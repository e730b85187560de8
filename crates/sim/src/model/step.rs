//! How the world goes on: which events are possible, and what each does.

use std::time::Duration;

use everpresent_recovery::ownership::Input;
use everpresent_recovery::witness::{Change, CompareAndSet, WitnessRow, empty_incarnation};
use everpresent_session::ids::Incarnation;
use stateright::{Model, Property};

use super::Planted;
use super::action::Action;
use super::properties;
use super::world::{CALM_TICKS, InFlight, LateStatement, Node, Pair, Parcel, Place, TICK, World, Wrong};

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

    /// Writes the row, and looks whether a release is undone by anything but a claim.
    fn put(&mut self, row: WitnessRow, claim: bool) {
        let held = row.incarnation.is_some();
        let before = self.row.replace(row);
        let was_released = before.is_some_and(|before| before.incarnation.is_none());
        if was_released && held && !claim {
            self.wrong = Some(Wrong::Unreleased);
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

    /// Whether nothing is left to come of what went wrong here.
    fn settled(&self, node: &Node) -> bool {
        match &node.place {
            Place::Up(process) => process.statement.is_none(),
            Place::Dead(_) => false,
            Place::Down => self.left.starts == 0,
        }
    }
}
