//! `chaos`: real processes, killed under traffic.

use clap::{Args, ValueEnum};

use crate::process::{self, Outcome};
use crate::simulate::{require_binary, run_binary};
use crate::workspace::cargo;

/// The package and binary that play the scenes.
const PACKAGE: &str = "everpresent-load";
const BINARY: &str = "everpresent-chaos";

/// Options of `cargo xtask chaos`.
#[derive(Args)]
pub(crate) struct Options {
    /// What is killed.
    scene: Scene,
    /// More words for the scene itself.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// What stands on the stage.
#[derive(Clone, Copy, ValueEnum)]
enum Scene {
    /// One node, killed and started again.
    Single,
    /// Two nodes that cover for each other.
    Pair,
}

/// Builds the server as it ships and hands over to the binary `everpresent-chaos` of crate `load`.
pub(crate) fn run(options: &Options) -> Outcome {
    require_binary(PACKAGE, BINARY)?;
    process::run(cargo().args(["build", "--release", "-p", "everpresent"]))?;
    let scene = match options.scene {
        Scene::Single => "single",
        Scene::Pair => "pair",
    };
    let words: Vec<String> = std::iter::once(scene.to_owned()).chain(options.rest.iter().cloned()).collect();
    run_binary(PACKAGE, BINARY, &words)
}
