//! Stories of one node, `l` (the home node) or `r` (its partner), with a database at hand. Lease 10 s, grant
//! 20 s, beat 1 s, initialization 30 s.

mod partner;
mod single;

use everpresent_session::ids::HomeName;
use std::ops::Range;

use super::*;
use crate::settings::Rules;

struct Actor {
    ownership: Ownership,
    /// Effects since the last look that are neither row operations nor decisions.
    seen: Vec<Effect>,
    decisions: Vec<Decision>,
    waiting: Option<Effect>,
}

fn settings(node: &str, partner: bool) -> Settings {
    Settings {
        home: HomeName::new("l"),
        node: HomeName::new(node),
        partner,
        lease: Duration::from_secs(10),
        grant: Duration::from_secs(20),
        beat: Duration::from_secs(1),
        initialization: Duration::from_secs(30),
        rules: Rules::default(),
    }
}

fn at(milliseconds: u64) -> Moment {
    Moment(milliseconds)
}

impl Actor {
    fn start(node: &str, partner: bool, incarnation: u128, highest: u64, now: Moment) -> Self {
        let settings = settings(node, partner);
        settings.check().expect("usable");
        let ownership = Ownership::new(Arc::new(settings), Incarnation(incarnation), Epoch(highest), now);
        let mut actor = Self { ownership, seen: Vec::new(), decisions: Vec::new(), waiting: None };
        actor.give(now, Input::Tick);
        actor
    }

    fn give(&mut self, now: Moment, input: Input) {
        for effect in self.ownership.handle(now, input) {
            match effect {
                Effect::Read | Effect::Change(_) => {
                    assert_eq!(self.waiting.replace(effect), None, "one row operation at a time");
                }
                Effect::Decided(decision) => self.decisions.push(decision),
                other => self.seen.push(other),
            }
        }
    }

    /// The database answers what was asked, and what is asked thereupon.
    fn database(&mut self, now: Moment, row: &mut Option<WitnessRow>) {
        while let Some(operation) = self.waiting.take() {
            let answer = carry_out(&operation, row);
            self.give(now, answer);
        }
    }

    /// A second of normal life: time goes by and the database answers.
    fn second(&mut self, now: Moment, row: &mut Option<WitnessRow>) {
        self.give(now, Input::Tick);
        self.database(now, row);
    }

    /// Seconds in which the database answers nothing, and no claim may be sent.
    fn without_database(&mut self, seconds: Range<u64>, why: &str) {
        for second in seconds {
            self.give(at(second * 1_000), Input::Tick);
            assert!(!self.claims(), "{why}");
            if self.waiting.take().is_some() {
                self.give(at(second * 1_000), Input::RowUnknown);
            }
        }
    }

    fn take_seen(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.seen)
    }

    fn claims(&self) -> bool {
        matches!(&self.waiting, Some(Effect::Change(CompareAndSet { change: Change::Claim { .. }, .. })))
    }
}

fn carry_out(operation: &Effect, row: &mut Option<WitnessRow>) -> Input {
    let Effect::Change(change) = operation else { return Input::RowRead(row.clone()) };
    match change.apply(row.as_ref()) {
        Some(after) => {
            *row = Some(after);
            Input::RowChanged
        }
        None => Input::RowRefused,
    }
}

/// A row that process 1 of node `l` owns under epoch 5.
fn owned() -> Option<WitnessRow> {
    Some(WitnessRow {
        home: HomeName::new("l"),
        owner: HomeName::new("l"),
        incarnation: Some(Incarnation(1)),
        epoch: Epoch(5),
        beat: 40,
        replica: None,
        grant_seconds: 20,
    })
}

fn released(replica: Option<u128>) -> Option<WitnessRow> {
    owned().map(|row| WitnessRow { incarnation: None, replica: replica.map(Incarnation), ..row })
}

fn serve(epoch: u64, adoption: Adoption) -> Effect {
    Effect::Serve { epoch: Epoch(epoch), adoption }
}
