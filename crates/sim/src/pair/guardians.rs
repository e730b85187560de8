//! Guardians: they start processes and have what dead ones held emptied.

use everpresent_recovery::guardian::{Effect, Input};
use everpresent_recovery::ownership::Input as HomeInput;
use everpresent_session::ids::Incarnation;

use super::agenda::{Event, Happening};
use super::asking::{Answer, Ask};
use super::node::Process;
use super::people::{homes_of, partner_of};
use super::planted;
use super::world::World;

impl World {
    /// The guardian starts with its machine, or is ordered to go on.
    pub(super) fn guardian_starts(&mut self, node: usize) {
        let fresh = Incarnation(self.rng.u128(..));
        self.nodes[node].guardian.get_or_insert_default();
        self.guardian(node, Input::Start { fresh });
    }

    /// Gives a guardian one input and carries its effect out.
    pub(super) fn guardian(&mut self, node: usize, input: Input) {
        let moment = self.moment(node);
        let Some(guardian) = &mut self.nodes[node].guardian else { return };
        let effect = guardian.handle(moment, input);
        let wake = guardian.next_wake();
        match effect {
            Some(Effect::Empty(dead)) => {
                let number = self.ask(node, homes_of(node)[0], dead, Ask::Empty);
                self.nodes[node].guardian_asked = Some(number);
            }
            Some(Effect::Start(incarnation)) => self.start_process(node, incarnation),
            Some(Effect::WaitForOrder) => {
                self.trace(|| format!("guardian {node} waits for an order"));
                let at = self.clock + 3_000;
                self.agenda.add(at, Event::Order(node));
            }
            None => {}
        }
        if let Some(wake) = wake {
            let at = self.nodes[node].true_time(wake).max(self.clock + 1);
            self.agenda.add(at, Event::GuardianTick(node));
        }
    }

    pub(super) fn guardian_answered(&mut self, node: usize, number: u64, answer: &Answer) {
        if self.nodes[node].guardian_asked != Some(number) {
            return;
        }
        self.nodes[node].guardian_asked = None;
        let fresh = Incarnation(self.rng.u128(..));
        let input = match answer {
            Answer::Emptied(rows) => Input::Emptied { rows: *rows, fresh },
            _ => Input::EmptyUnknown,
        };
        self.guardian(node, input);
    }

    pub(super) fn guardian_tick(&mut self, node: usize) {
        self.guardian(node, Input::Tick);
    }

    fn start_process(&mut self, node: usize, incarnation: Incarnation) {
        self.trace(|| format!("node {node} starts process {incarnation:.8}"));
        let (clock, moment) = (self.clock, self.moment(node));
        let rules = planted::rules(self.options.planted);
        let process = Process::new(
            node,
            incarnation,
            &self.nodes[node].disk,
            (&self.people.homes, rules),
            (clock, moment),
        );
        self.nodes[node].process = Some(process);
        self.later(node, clock, Happening::Tick);
        for home in homes_of(node) {
            let at = clock + 1;
            if let Some(seat) = super::node::seat_mut(&mut self.nodes, node, *home) {
                seat.wake_at = at;
            }
            self.later(node, at, Happening::Wake { home: *home, at });
        }
    }

    /// The connection to the other node's process broke, or nothing is heard from it.
    pub(super) fn link_lost(&mut self, node: usize) -> Result<(), super::truth::Broken> {
        let Some(other) = partner_of(node) else { return Ok(()) };
        self.trace(|| format!("node {node} has lost the link to node {other}"));
        for home in homes_of(node) {
            let clock = self.clock;
            if let Some(serving) = super::serving::serving_mut(&mut self.nodes, clock, node, *home) {
                serving.owner.lose_partner();
                serving.leading = None;
            }
            self.give(node, *home, HomeInput::LinkLost)?;
        }
        Ok(())
    }
}
