//! `everpresent-sim`: looks for broken promises before users do.

use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use everpresent_sim::model;
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
    /// Searches all that can happen to the ownership of a home.
    Model(ModelOptions),
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

#[derive(Args)]
struct ModelOptions {
    /// Threads of the search.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// A larger search, of some minutes.
    #[arg(long)]
    long: bool,
    /// A bug to be put in, to see that it is found.
    #[arg(long, value_parser = planted_in_model, conflicts_with = "long")]
    planted: Option<model::Planted>,
}

fn planted(name: &str) -> Result<Planted, String> {
    let known: Vec<&str> = Planted::ALL.iter().map(|(_, name)| *name).collect();
    Planted::parse(name).ok_or_else(|| format!("known are: {}", known.join(", ")))
}

fn planted_in_model(name: &str) -> Result<model::Planted, String> {
    let known = model::Planted::ALL.map(model::Planted::name);
    model::Planted::parse(name).ok_or_else(|| format!("known are: {}", known.join(", ")))
}

fn main() -> ExitCode {
    match Command::parse().what {
        What::Sim(options) => simulate(&options),
        What::Model(options) => search(&options),
    }
}

fn search(options: &ModelOptions) -> ExitCode {
    let one = match options.planted {
        Some(bug) => Some(model::Options::planted(bug)),
        None => options.long.then(model::long_search),
    };
    let holds = match one {
        Some(one) => {
            let report = model::check(model::Options { threads: options.threads, ..one });
            println!("{report}");
            report.violations.is_empty() && report.complete
        }
        None => model::check_all(options.threads, |report| println!("{report}")),
    };
    println!(
        "{}",
        if holds { "every state was searched: no violation" } else { "NOT as it should be: see above" }
    );
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
    let planted = Planted::ALL.iter().find(|(bug, _)| Some(*bug) == violation.options.planted);
    let planted = planted.map(|(_, name)| format!(" --planted {name}")).unwrap_or_default();
    let (seed, steps) = (violation.seed, violation.options.steps);
    println!("again: everpresent-sim sim --seeds 1 --seed {seed} --steps {steps}{planted}");
    ExitCode::FAILURE
}
