//! `sim`: seeds through both simulators.

use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;

use clap::{Args, ValueEnum};
use everpresent_sim::{pair, simulation};

use super::seeds;

/// Every interruption is tried once for so many seeds.
const SEEDS_PER_ROUND: u64 = 2_000;

#[derive(Args)]
pub(crate) struct SimOptions {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed; with `--seeds 1` this replays one run.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Which simulator; both if not said.
    #[arg(long)]
    only: Option<Which>,
    /// How many events each run of the simulator with one home has before faults stop.
    #[arg(long, default_value_t = simulation::DEFAULT_STEPS)]
    steps: usize,
    /// How long faults last in a run of the simulator with whole nodes, in milliseconds of virtual time.
    #[arg(long, default_value_t = pair::DEFAULT_MILLISECONDS)]
    milliseconds: u64,
    /// A bug to be put into the runs, to see that it is found.
    #[arg(long, value_parser = planted)]
    with: Option<Planted>,
    /// Each run of the simulator with whole nodes is a script that is interrupted here, such as `ClaimSent:2:Freeze`.
    #[arg(long)]
    interrupt: Option<pair::Interruption>,
    /// Threads; as many as there are cores if not said.
    #[arg(long)]
    threads: Option<usize>,
}

impl SimOptions {
    fn threads(&self) -> usize {
        self.threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from))
    }
}

/// Which simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// One home, two ledgers.
    Home,
    /// Whole nodes.
    Pair,
}

/// A bug that either simulator knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Planted {
    home: Option<simulation::Planted>,
    pair: Option<pair::Planted>,
}

fn planted(name: &str) -> Result<Planted, String> {
    let planted = Planted { home: simulation::Planted::parse(name), pair: pair::Planted::parse(name) };
    if planted.home.is_none() && planted.pair.is_none() {
        let mut known: Vec<&str> = pair::Planted::ALL.iter().map(|(_, name)| *name).collect();
        known.extend(simulation::Planted::ALL.iter().map(|(_, name)| *name));
        known.sort_unstable();
        known.dedup();
        return Err(format!("known are: {}", known.join(", ")));
    }
    Ok(planted)
}

pub(crate) fn simulate(options: &SimOptions) -> ExitCode {
    let (only, with) = (options.only, options.with);
    let home = only != Some(Which::Pair)
        && options.interrupt.is_none()
        && with.is_none_or(|with| with.home.is_some());
    let pair = only != Some(Which::Home) && with.is_none_or(|with| with.pair.is_some());
    let hold = (!home || homes_hold(options)) && (!pair || pairs_hold(options));
    if hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every seed through the simulator with one home.
fn homes_hold(options: &SimOptions) -> bool {
    let planted = options.with.and_then(|with| with.home);
    let of_a_run = simulation::Options { steps: options.steps, planted };
    let run = |number| simulation::run(options.seed + number, of_a_run);
    let started = Instant::now();
    match seeds::all(options.seeds, options.threads(), run, simulation::Tally::add) {
        Ok(tally) => {
            report("one home", options.seeds, started, tally.milliseconds);
            println!("{tally:#?}");
            true
        }
        Err((_, violation)) => {
            println!("{violation}");
            println!("again: everpresent-sim sim --only home --seeds 1 --seed {}", violation.seed);
            false
        }
    }
}

/// Every seed through the simulator with whole nodes; then some of them once more for each interruption.
fn pairs_hold(options: &SimOptions) -> bool {
    let planted = options.with.and_then(|with| with.pair);
    let milliseconds = options.milliseconds;
    let of_a_run = pair::Options { milliseconds, planted, interruption: options.interrupt };
    if !runs_hold(options, "whole nodes", options.seeds, |number| (options.seed + number, of_a_run)) {
        return false;
    }
    if options.interrupt.is_some() {
        return true;
    }
    let points = pair::Interruption::all();
    let rounds = options.seeds.div_ceil(SEEDS_PER_ROUND);
    let each = points.len() as u64;
    runs_hold(options, "interrupted at each point", each * rounds, |number| {
        let point = points.get(usize::try_from(number % each).unwrap_or_default());
        (options.seed + number / each, pair::Options { interruption: point.copied(), ..of_a_run })
    })
}

/// So many runs of the simulator with whole nodes, each of a seed and in its own way.
fn runs_hold(
    options: &SimOptions,
    which: &str,
    count: u64,
    way: impl Fn(u64) -> (u64, pair::Options) + Sync,
) -> bool {
    let run = |number| {
        let (seed, options) = way(number);
        pair::run(seed, options)
    };
    let started = Instant::now();
    match seeds::all(count, options.threads(), run, pair::Tally::add) {
        Ok(tally) => {
            report(which, count, started, tally.get(pair::Count::Milliseconds));
            print!("{tally}");
            true
        }
        Err((_, violation)) => {
            println!("{violation}");
            println!("again: everpresent-sim {}", words_for(&violation));
            false
        }
    }
}

/// What to say to see a violation once more.
fn words_for(violation: &pair::Violation) -> String {
    let pair::Options { milliseconds, planted, interruption } = violation.options;
    let mut words = format!("sim --only pair --seeds 1 --seed {}", violation.seed);
    if milliseconds != pair::DEFAULT_MILLISECONDS {
        words += &format!(" --milliseconds {milliseconds}");
    }
    if let Some(interruption) = interruption {
        words += &format!(" --interrupt {interruption}");
    }
    if let Some(planted) = planted {
        words += &format!(" --with {}", planted.name());
    }
    words
}

fn report(which: &str, runs: u64, started: Instant, milliseconds: u64) {
    let seconds = started.elapsed().as_secs_f64();
    let rate = runs as f64 / seconds.max(0.001);
    let hours = milliseconds / 3_600_000;
    println!(
        "{which}: {runs} runs, no promise broken: {rate:.0} runs/s, {hours} hours of virtual time in {seconds:.1} s"
    );
}
