//! `everpresent-chaos`: kills real servers under traffic and checks that nothing acknowledged is lost.

use std::process::ExitCode;

use clap::Parser;
use everpresent_load::Error;
use everpresent_load::chaos::arguments::Arguments;
use everpresent_load::chaos::{Outcome, run};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn play(arguments: &Arguments) -> Result<Outcome, Error> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, run(arguments))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match play(&arguments) {
        Ok(Outcome { text, holds }) => {
            text.iter().for_each(|text| anstream::println!("{text}"));
            if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
