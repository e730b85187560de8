//! The command line of `everpresent-chaos`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Kills real servers under traffic and checks that nothing acknowledged is lost.
#[derive(Parser, Clone, Debug)]
#[command(name = "everpresent-chaos", version)]
pub struct Arguments {
    /// What is killed.
    #[command(subcommand)]
    pub scene: Scene,
    /// Print one JSON object per round, and one for the end.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What stands on the stage.
#[derive(Subcommand, Clone, Debug)]
pub enum Scene {
    /// One node, killed with SIGKILL and started again.
    Single(Single),
    /// Two nodes that cover for each other (not there yet).
    Pair,
}

/// Settings of `single`.
#[derive(Args, Clone, Debug)]
pub struct Single {
    /// How many times the node is killed.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rounds: u32,
    /// Messages per second of all users together.
    #[arg(long, default_value_t = 200.0)]
    pub rate: f64,
    /// Pairs of users who write to each other.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub pairs: u16,
    /// The longest time from the return of all users to the next kill, in seconds. The shortest is a tenth of it; one
    /// kill in ten comes while users are still coming back.
    #[arg(long, default_value_t = 2.0)]
    pub longest_life_seconds: f64,
    /// What the moments of the kills are drawn from; printed, so that a run can be repeated.
    #[arg(long)]
    pub seed: Option<u64>,
    /// The server's program; without it, `everpresent` beside this one.
    #[arg(long, value_name = "FILE")]
    pub everpresent: Option<PathBuf>,
    /// Where database and log go; without it, a temporary folder that stays only if something was found.
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
}
