//! `everpresent-load login|idle|chat|presence`: puts load on an XMPP server and reports what it made of it.

use std::process::ExitCode;

use clap::Parser;
use everpresent_load::arguments::Arguments;
use everpresent_load::{Error, Report, run};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn measure(arguments: &Arguments) -> Result<Report, Error> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, run(arguments))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(report) => {
            let text = if arguments.json { report.json() } else { report.to_string() };
            anstream::println!("{text}");
            if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
