//! `everpresent-sim`: looks for broken promises before users do.

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Looks for broken promises before users do.
#[derive(Parser)]
#[command(version)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs seeds through both simulators: one home with two ledgers, and three whole nodes; faults and checkers.
    Sim(command::simulate::SimOptions),
    /// Searches all that can happen to the ownership of a home.
    Model(command::search::ModelOptions),
    /// Puts bugs in on purpose, one at a time, and looks whether they are found.
    Planted(command::planted::PlantedOptions),
}

fn main() -> ExitCode {
    match Command::parse().what {
        What::Sim(options) => command::simulate::simulate(&options),
        What::Model(options) => command::search::search(&options),
        What::Planted(options) => command::planted::planted(&options),
    }
}
