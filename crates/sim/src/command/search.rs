//! `model`: the exhaustive search.

use std::process::ExitCode;

use clap::Args;
use everpresent_sim::model;

#[derive(Args)]
pub(crate) struct ModelOptions {
    /// Threads of the search.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// A larger search, of some minutes.
    #[arg(long)]
    long: bool,
    /// A bug to be put in, to see that it is found.
    #[arg(long, value_parser = planted, conflicts_with = "long")]
    planted: Option<model::Planted>,
}

fn planted(name: &str) -> Result<model::Planted, String> {
    let known = model::Planted::ALL.map(model::Planted::name);
    model::Planted::parse(name).ok_or_else(|| format!("known are: {}", known.join(", ")))
}

pub(crate) fn search(options: &ModelOptions) -> ExitCode {
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
