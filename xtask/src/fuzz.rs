//! `fuzz`: every fuzz target of the workspace, each for the same time, on the stable toolchain.
//!
//! A fuzz target is a test in a test binary called `fuzz` (`crates/NAME/tests/fuzz.rs`). It takes its time from
//! `EVERPRESENT_FUZZ_SECONDS`, and runs briefly with a fixed seed when that is unset, as part of the normal tests.

use clap::Args;

use crate::process::{Error, Outcome, capture, run};
use crate::workspace::{Metadata, cargo};

/// Options of `cargo xtask fuzz`.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds per fuzz target.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// Runs all targets one after the other; stops at the first that fails, with its input shown.
pub(crate) fn run_targets(options: &Options) -> Outcome {
    let metadata = Metadata::load()?;
    let packages: Vec<&str> = metadata
        .members()
        .filter(|package| {
            package.targets.iter().any(|target| target.name == "fuzz" && target.kind == ["test"])
        })
        .map(|package| package.name.as_str())
        .collect();
    if packages.is_empty() {
        return Err(Error::NotThereYet("no crate has a test binary called `fuzz` yet".to_owned()));
    }
    let mut count = 0;
    for package in packages {
        let test = ["test", "--release", "-p", package, "--test", "fuzz", "--"];
        let names = capture(cargo().args(test).args(["--list", "--format", "terse"]))?;
        for name in names.lines().filter_map(|line| line.strip_suffix(": test")) {
            println!("fuzzing {package} {name} for {} s", options.seconds);
            let seconds = options.seconds.to_string();
            let milliseconds = options.seconds.saturating_mul(1000).to_string();
            run(cargo()
                .args(test)
                .args(["--exact", name, "--nocapture"])
                .env("EVERPRESENT_FUZZ_SECONDS", seconds)
                .env("BOLERO_RANDOM_TEST_TIME_MS", milliseconds))?;
            count += 1;
        }
    }
    println!("fuzz: {count} targets, {} s each, no failure", options.seconds);
    Ok(())
}
