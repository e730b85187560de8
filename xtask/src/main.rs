//! Development tasks: everything that is checked, generated or measured has one command here.
//!
//! `cargo xtask test` is the one that decides whether a change may go in.

mod bench;
mod chaos;
mod coverage;
mod deny;
mod docs;
mod end_to_end;
mod fuzz;
mod install;
mod next_version;
mod postgres;
mod process;
mod simulate;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use process::Outcome;

/// Development tasks of Everpresent.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that must hold before a change goes in; installs what is missing and says so.
    Test(test::Options),
    /// The rules of the house: dependency direction, pure crates, file shape, licences, links.
    Tidy,
    /// Seeded simulation of one home and of whole nodes, with checkers for the promises.
    Sim(simulate::SimOptions),
    /// Exhaustive search of the ownership rules.
    Model(simulate::ModelOptions),
    /// Bugs put in on purpose, and which tool finds each.
    Planted(simulate::PlantedOptions),
    /// Everpresent, ejabberd and Prosody measured side by side.
    Bench(bench::Options),
    /// Kill real processes under traffic and count what was lost.
    Chaos(chaos::Options),
    /// Which lines of the decision code no test runs.
    Coverage(coverage::Options),
    /// Run every fuzz target for a while.
    Fuzz(fuzz::Options),
    /// Regenerate the configuration reference, man pages and shell completions.
    Docs(docs::Options),
    /// End-to-end tests with real chat clients.
    E2e(end_to_end::Options),
    /// Licences, sources and known vulnerabilities of dependencies, by cargo-deny.
    Deny,
}

fn run(task: Task) -> Outcome {
    match task {
        Task::Test(options) => test::run(&options),
        Task::Tidy => tidy::run().map(|summary| println!("tidy: {summary}")),
        Task::Sim(options) => simulate::sim(&options),
        Task::Model(options) => simulate::model(&options),
        Task::Planted(options) => simulate::planted(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Chaos(options) => chaos::run(&options),
        Task::Coverage(options) => coverage::measure(&options),
        Task::Fuzz(options) => fuzz::run_targets(&options),
        Task::Docs(options) => docs::run_with_build(&options).map(|summary| println!("docs: {summary}")),
        Task::E2e(options) => end_to_end::run_with_build(&options).map(|summary| println!("e2e: {summary}")),
        Task::Deny => deny::run_all(),
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
