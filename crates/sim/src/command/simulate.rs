//! `sim`: seeds through both simulators.

use std::fmt;
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
    /// Threads; as many as there are cores if not said.
    #[arg(long)]
    threads: Option<usize>,
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
    let threads = options.threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let (with, only) = (options.with, options.only);
    if only != Some(Which::Pair) && with.is_none_or(|with| with.home.is_some()) {
        let planted = with.and_then(|with| with.home);
        let of_a_run = simulation::Options { steps: options.steps, planted };
        let run = |number| simulation::run(options.seed + number, of_a_run);
        let started = Instant::now();
        match seeds::all(options.seeds, threads, run, simulation::Tally::add) {
            Ok(tally) => {
                report("one home", options.seeds, started, tally.milliseconds);
                println!("{tally:#?}");
            }
            Err((number, violation)) => return broken(Which::Home, options.seed + number, &violation),
        }
    }
    if only != Some(Which::Home) && with.is_none_or(|with| with.pair.is_some()) {
        let planted = with.and_then(|with| with.pair);
        let of_a_run =
            pair::Options { milliseconds: options.milliseconds, planted, ..pair::Options::default() };
        let run = |number| pair::run(options.seed + number, of_a_run);
        let started = Instant::now();
        match seeds::all(options.seeds, threads, run, pair::Tally::add) {
            Ok(tally) => {
                report("whole nodes", options.seeds, started, tally.get(pair::Count::Milliseconds));
                print!("{tally}");
            }
            Err((number, violation)) => return broken(Which::Pair, options.seed + number, &violation),
        }
        let points = pair::Interruption::all();
        let rounds = options.seeds.div_ceil(SEEDS_PER_ROUND);
        let run = |number: u64| {
            let point = points.get(usize::try_from(number).unwrap_or_default() % points.len());
            let of_a_run = pair::Options { interruption: point.copied(), ..of_a_run };
            pair::run(options.seed + number / points.len() as u64, of_a_run)
        };
        let (count, started) = (points.len() as u64 * rounds, Instant::now());
        match seeds::all(count, threads, run, pair::Tally::add) {
            Ok(tally) => {
                report("interrupted at each point", count, started, tally.get(pair::Count::Milliseconds));
                print!("{tally}");
            }
            Err((number, violation)) => return broken(Which::Pair, options.seed + number, &violation),
        }
    }
    ExitCode::SUCCESS
}

fn report(which: &str, seeds: u64, started: Instant, milliseconds: u64) {
    let seconds = started.elapsed().as_secs_f64();
    let rate = seeds as f64 / seconds.max(0.001);
    let hours = milliseconds / 3_600_000;
    println!(
        "{which}: {seeds} seeds, no promise broken: {rate:.0} seeds/s, {hours} hours of virtual time in {seconds:.1} s"
    );
}

fn broken(which: Which, seed: u64, violation: &impl fmt::Display) -> ExitCode {
    println!("{violation}");
    let only = which.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    println!("again: everpresent-sim sim --only {only} --seeds 1 --seed {seed}");
    ExitCode::FAILURE
}
