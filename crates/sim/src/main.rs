//! `everpresent-sim`: looks for broken promises before users do.

use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use everpresent_sim::simulation::{DEFAULT_STEPS, Options, Planted, Tally, Violation, run};

/// Looks for broken promises before users do.
#[derive(Parser)]
#[command(version)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs seeds through the simulator: one home, two nodes, faults and checkers.
    Sim(SimOptions),
}

#[derive(Args)]
struct SimOptions {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed; with `--seeds 1` this replays one run.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many events each run has before faults stop.
    #[arg(long, default_value_t = DEFAULT_STEPS)]
    steps: usize,
    /// A bug to be put in, to see that it is found.
    #[arg(long, value_parser = planted)]
    planted: Option<Planted>,
}

fn planted(name: &str) -> Result<Planted, String> {
    let known: Vec<&str> = Planted::ALL.iter().map(|(_, name)| *name).collect();
    Planted::parse(name).ok_or_else(|| format!("known are: {}", known.join(", ")))
}

fn main() -> ExitCode {
    match Command::parse().what {
        What::Sim(options) => simulate(&options),
    }
}

fn simulate(options: &SimOptions) -> ExitCode {
    let started = Instant::now();
    let mut tally = Tally::default();
    let of_a_run = Options { steps: options.steps, planted: options.planted };
    for seed in options.seed..options.seed.saturating_add(options.seeds) {
        match run(seed, of_a_run) {
            Ok(one) => tally.add(&one),
            Err(violation) => return broken(&violation),
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} seeds, no promise broken: {:.0} seeds/s",
        options.seeds,
        options.seeds as f64 / seconds.max(0.001)
    );
    println!("{} hours of virtual time in {seconds:.1} s", tally.milliseconds / 3_600_000);
    println!("{tally:#?}");
    ExitCode::SUCCESS
}

fn broken(violation: &Violation) -> ExitCode {
    println!("{violation}");
    println!(
        "again: everpresent-sim sim --seeds 1 --seed {} --steps {}",
        violation.seed, violation.options.steps
    );
    ExitCode::FAILURE
}
