//! `everpresent-chaos single`: kills a real server under traffic and checks that nothing acknowledged is lost.

use std::process::ExitCode;

use clap::Parser;
use everpresent_load::Error;
use everpresent_load::chaos::arguments::Arguments;
use everpresent_load::chaos::{Report, run};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn play(arguments: &Arguments) -> Result<Report, Error> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, run(arguments))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match play(&arguments) {
        Ok(report) => {
            let text = if arguments.json { report.json() } else { format!("\n{report}") };
            anstream::println!("{text}");
            if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
