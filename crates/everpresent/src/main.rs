//! The `everpresent` command.

mod cli;
mod client;
mod commands;
mod demo;
mod failure;
mod logging;
mod node;
mod offline;
mod output;
mod password;
mod serve;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use failure::{Exit, Failure};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes. If the terminal is gone there is nobody to tell.
            let exit = if error.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS };
            let _ = error.print();
            return exit;
        }
    };
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Serve => {
            let config = cli.load_config()?;
            logging::start(&config.log)?;
            serve::run(config)
        }
        Command::Init(arguments) => commands::init::run(arguments),
        Command::Config(command) => commands::config::run(command, cli),
        Command::User(command) => commands::user::run(command, cli),
        Command::Sessions(command) => commands::sessions::run(command, cli),
        Command::Demo(arguments) => demo::run(arguments, cli.json),
        Command::Specifications => output::print(&everpresent_server::services::features::document()),
        Command::Completions { shell } => commands::shell::completions(*shell),
        Command::Man { dir } => commands::shell::man(dir.as_deref()),
    }
}
