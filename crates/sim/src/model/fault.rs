//! What may go wrong next, and what comes of it.

use everpresent_recovery::ownership::Input;

use super::action::Action;
use super::world::{InFlight, LateStatement, NOW, Place, Process, World};

impl World {
    pub(super) fn faults_of_node(&self, node: usize, actions: &mut Vec<Action>) {
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

    pub(super) fn faults_of_link(&self, actions: &mut Vec<Action>) {
        if self.left.cuts > 0 && self.nodes.len() > 1 {
            actions.push(Action::CutLink);
        }
        if self.left.messages > 0 {
            let on_time = self.wire.iter().enumerate().filter(|(_, parcel)| !parcel.held);
            actions.extend(on_time.flat_map(|(index, _)| [Action::Hold(index), Action::Double(index)]));
        }
    }

    pub(super) fn go_wrong(&mut self, fault: Action) {
        match fault {
            Action::Hold(_) | Action::Double(_) => self.left.messages -= 1,
            Action::CutLink | Action::CutDatabase(_) => self.left.cuts -= 1,
            Action::KillProcess(_) | Action::KillMachine(_) => self.left.kills -= 1,
            Action::Yield(_) | Action::Stop(_) => self.left.orders -= 1,
            _ => self.left.statements -= 1,
        }
        match fault {
            Action::Hold(index) => self.wire[index].held = true,
            Action::Double(index) => {
                self.wire[index].held = true;
                let parcel = self.wire[index];
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

    pub(super) fn link_lost(&mut self) {
        for node in 0..self.nodes.len() {
            self.give(node, Input::LinkLost);
        }
    }
}

fn faults_of_statement(node: usize, process: &Process, actions: &mut Vec<Action>) {
    match &process.statement {
        Some(InFlight { answer: None, slow: false, .. }) => {
            actions.extend([Action::Slow(node), Action::Late(node)]);
        }
        Some(InFlight { answer: Some(Input::RowUnknown), .. }) | None => {}
        Some(InFlight { slow: false, .. }) => actions.extend([Action::Slow(node), Action::LoseAnswer(node)]),
        Some(_) => {}
    }
}
