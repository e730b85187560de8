//! `sim`, `model` and `planted`: the simulators, the exhaustive search, and the bugs that both must find; all in the binary
//! of crate `sim`.

use clap::Args;

use crate::process::{Error, Outcome, run};
use crate::workspace::{Metadata, cargo};

/// Options of `cargo xtask sim`.
#[derive(Args)]
pub(crate) struct SimOptions {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// The first seed; with `--seeds 1` this replays one story.
    #[arg(long)]
    seed: Option<u64>,
    /// More words for the simulator itself, such as `-- --only pair --interrupt ClaimSent:2:Freeze`.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Options of `cargo xtask model`.
#[derive(Args)]
pub(crate) struct ModelOptions {
    /// More words for the model checker itself.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Options of `cargo xtask planted`.
#[derive(Args)]
pub(crate) struct PlantedOptions {
    /// Only this bug; a name that is not known is answered with those that are.
    #[arg(long)]
    only: Option<String>,
    /// The table as JSON.
    #[arg(long)]
    json: bool,
    /// More words for the command itself.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Runs seeds through both simulators.
pub(crate) fn sim(options: &SimOptions) -> Outcome {
    let mut words = vec!["sim".to_owned(), "--seeds".to_owned(), options.seeds.to_string()];
    if let Some(seed) = options.seed {
        words.extend(["--seed".to_owned(), seed.to_string()]);
    }
    words.extend(options.rest.iter().cloned());
    run_binary("everpresent-sim", "everpresent-sim", &words)
}

/// Searches the ownership rules exhaustively.
pub(crate) fn model(options: &ModelOptions) -> Outcome {
    let words: Vec<String> =
        std::iter::once("model".to_owned()).chain(options.rest.iter().cloned()).collect();
    run_binary("everpresent-sim", "everpresent-sim", &words)
}

/// Puts bugs in, one at a time, and looks whether simulators and search find them.
pub(crate) fn planted(options: &PlantedOptions) -> Outcome {
    let mut words = vec!["planted".to_owned()];
    if let Some(only) = &options.only {
        words.extend(["--only".to_owned(), only.clone()]);
    }
    words.extend(options.json.then(|| "--json".to_owned()));
    words.extend(options.rest.iter().cloned());
    run_binary("everpresent-sim", "everpresent-sim", &words)
}

/// Builds and runs a binary of the workspace, optimised; says so when the tree does not have it.
pub(crate) fn run_binary(package: &str, binary: &str, words: &[String]) -> Outcome {
    require_binary(package, binary)?;
    run(cargo().args(["run", "--release", "-p", package, "--bin", binary, "--"]).args(words))
}

/// An error when the package or its binary is not in the tree yet.
pub(crate) fn require_binary(package: &str, binary: &str) -> Outcome {
    let metadata = Metadata::load()?;
    let is_there = metadata
        .members()
        .filter(|member| member.name == package)
        .flat_map(|member| &member.targets)
        .any(|target| target.name == binary && target.kind.iter().any(|kind| kind == "bin"));
    if is_there {
        Ok(())
    } else {
        Err(Error::NotThereYet(format!("package {package} has no binary `{binary}` yet")))
    }
}
