//! `bench`: Everpresent, ejabberd and Prosody measured side by side, on loopback, server on one core and generator
//! on another. The table goes into `docs/performance.md`.

mod audit;
mod document;
mod ejabberd;
mod everpresent;
mod generator;
mod machine;
mod pair;
mod prosody;
mod results;
mod scenario;
mod server;

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use crate::process::{Error, Outcome};
use crate::workspace::build_release;
use results::Results;
use scenario::Scenario;
use server::{Folder, Kind, Setup};

/// Runs of each scenario unless told otherwise: the least with a median.
const RUNS: usize = 3;

/// Options of `cargo xtask bench`.
#[derive(Args)]
pub(crate) struct Options {
    /// One run with smaller numbers; printed, not written to the document.
    #[arg(long)]
    quick: bool,
    /// Runs of each scenario.
    #[arg(long)]
    runs: Option<usize>,
    /// Servers to measure; all without it.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Kind>,
    /// Scenarios to measure, by name; all without it.
    #[arg(long, value_delimiter = ',')]
    scenario: Vec<String>,
    /// Measure what it costs an owner to keep its partner's replica complete, instead of comparing servers.
    #[arg(long, conflicts_with_all = ["quick", "only", "scenario"])]
    pair: bool,
    /// Measure how fast `everpresent bridges audit` reads a large log, against grep; printed only.
    #[arg(long, conflicts_with_all = ["quick", "only", "scenario", "pair"])]
    audit: bool,
    /// Print the table without writing it to docs/performance.md.
    #[arg(long)]
    print: bool,
}

/// Measures and writes the table.
pub(crate) fn run(options: &Options) -> Outcome {
    if options.audit {
        return audit::measure(options.runs);
    }
    if options.pair {
        return pair::run(options.runs, options.print);
    }
    let scenarios = chosen(options)?;
    let kinds: Vec<Kind> =
        if options.only.is_empty() { Kind::value_variants().to_vec() } else { options.only.clone() };
    let runs = options.runs.unwrap_or(if options.quick { 1 } else { RUNS }).max(1);
    machine::check()?;
    prepare(&kinds)?;
    let folder = Folder::new()?;
    let mut results = Results::default();
    for round in 1..=runs {
        for &kind in &kinds {
            println!("round {round} of {runs}: {kind}");
            measure(&folder, kind, &scenarios, &mut results)?;
        }
    }
    let section = document::section(&results, &kinds, runs, options.quick, &folder)?;
    println!("\n{section}");
    let partial = options.quick || options.print || !options.scenario.is_empty();
    if partial { Ok(()) } else { document::write(&section) }
}

fn chosen(options: &Options) -> Outcome<Vec<Scenario>> {
    let mut scenarios = scenario::all(options.quick);
    let known: BTreeSet<&str> = scenarios.iter().map(|scenario| scenario.name).collect();
    if let Some(unknown) = options.scenario.iter().find(|name| !known.contains(name.as_str())) {
        return Err(Error::Failed(format!("no scenario {unknown}; there are: {known:?}")));
    }
    if !options.scenario.is_empty() {
        scenarios.retain(|scenario| options.scenario.iter().any(|name| name == scenario.name));
    }
    Ok(scenarios)
}

/// Builds the generator and builds or installs the servers.
fn prepare(kinds: &[Kind]) -> Outcome {
    build_release()?;
    server::tools()?;
    for kind in kinds {
        match kind {
            Kind::Everpresent => {}
            Kind::Ejabberd => ejabberd::prepare()?,
            Kind::Prosody => prosody::prepare()?,
        }
    }
    Ok(())
}

/// Runs the scenarios against fresh servers of one kind: one without and, where asked for, one with an archive.
fn measure(folder: &Folder, kind: Kind, scenarios: &[Scenario], results: &mut Results) -> Outcome {
    for archive in [false, true] {
        let wanted: Vec<&Scenario> = scenarios
            .iter()
            .filter(|scenario| scenario.archive == archive && scenario.is_for(kind))
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let accounts = wanted.iter().map(|scenario| scenario.accounts).max().unwrap_or_default();
        let setup = Setup::new(folder, kind, archive, accounts)?;
        let server = setup.start()?;
        for scenario in wanted {
            let report = generator::run(&setup, &server, scenario)?;
            println!("  {}: {}", scenario.name, report.summary());
            results.add(kind, scenario, &report);
        }
    }
    Ok(())
}
