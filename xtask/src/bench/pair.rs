//! `bench --pair`: what it costs an owner to keep its partner's replica complete, against the same node alone.

mod document;
mod nodes;

use super::generator::{self, Report};
use super::scenario::Scenario;
use super::server::{Folder, Kind, Setup};
use super::{RUNS, machine};
use crate::process::Outcome;
use crate::workspace::build_release;
use nodes::{Pair, Processor};

/// Sessions whose replica is weighed; as many accounts there are.
const SESSIONS: usize = 2_000;
/// Users who chat.
const USERS: usize = 200;
const SPAN: &str = "--warmup-seconds 2 --duration-seconds 5";

/// Who serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// One node, and clients that do not use stream management: what the others are held against.
    Base,
    /// One node, and clients that do.
    Alone,
    /// The node with its partner, and clients that use it.
    Pair,
}

/// The figures of one stage, a value for each run.
#[derive(Default)]
struct Figures {
    saturated: Vec<Report>,
    steady: Vec<Report>,
    /// The share of its core that the partner used meanwhile.
    partner: Vec<f64>,
    /// What a session's replica takes at the partner, in bytes.
    replica: Vec<f64>,
}

/// Measures and writes the table.
pub(super) fn run(runs: Option<usize>, print: bool) -> Outcome {
    machine::check()?;
    build_release()?;
    super::server::tools()?;
    let folder = Folder::new()?;
    let runs = runs.unwrap_or(RUNS).max(1);
    let mut figures = [Figures::default(), Figures::default(), Figures::default()];
    for round in 1..=runs {
        for (stage, figures) in [Stage::Base, Stage::Alone, Stage::Pair].into_iter().zip(&mut figures) {
            println!("round {round} of {runs}: {stage:?}");
            measure(&folder, stage, figures)?;
        }
    }
    let section = document::section(&figures, runs);
    println!("\n{section}");
    if print { Ok(()) } else { document::write(&section) }
}

fn measure(folder: &Folder, stage: Stage, figures: &mut Figures) -> Outcome {
    let setup = Setup::new(folder, Kind::Everpresent, false, SESSIONS)?;
    let managed = if stage == Stage::Base { "" } else { "--stream-management" };
    let saturated = chat(&format!("--window 20 {managed}"));
    let steady = chat(&format!("--rate 1000 {managed}"));
    if stage != Stage::Pair {
        let server = setup.start()?;
        for (scenario, reports) in [(saturated, &mut figures.saturated), (steady, &mut figures.steady)] {
            let report = generator::run(&setup, &server, &scenario)?;
            println!("  {}", report.summary());
            reports.push(report);
        }
        return Ok(());
    }
    let pair = Pair::start(&setup)?;
    let words = format!("idle --concurrency 64 --measure-at {SESSIONS} --stream-management");
    let weighed = generator::run(&setup, pair.partner(), &Scenario::own(&words))?;
    println!("  partner: {}", weighed.summary());
    figures.replica.extend(weighed.memory.first().map(|memory| memory.bytes_per_session));
    for (scenario, reports) in [(saturated, &mut figures.saturated), (steady, &mut figures.steady)] {
        let before = Processor::of(pair.partner());
        let report = generator::run(&setup, pair.owner(), &scenario)?;
        let share = Processor::of(pair.partner()).since(&before);
        println!("  {}, partner {:.0} %", report.summary(), share * 100.0);
        figures.partner.push(share);
        reports.push(report);
    }
    pair.still_protected()
}

fn chat(words: &str) -> Scenario {
    Scenario::own(&format!("chat --users {USERS} {words} {SPAN}"))
}
