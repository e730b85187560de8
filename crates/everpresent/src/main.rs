//! The `everpresent` command.

mod cli;
mod client;
mod commands;
mod demo;
mod failure;
mod guardian;
mod logging;
mod node;
mod offline;
mod output;
mod password;
mod process;
mod serve;
mod signals;
mod systemd;
mod views;

use std::process::ExitCode;

use clap::Parser as _;

use everpresent_server::start::fresh_incarnation;

use cli::{Cli, Command, ServeArguments};
use failure::{Exit, Failure};
use serve::Superior;

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
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    let done = match &cli.command {
        Command::Serve(arguments) => return serve(cli, arguments),
        Command::Bridges(command) => return commands::bridges::run(command, cli),
        Command::Init(arguments) => commands::init::run(arguments),
        Command::Alerts(command) => commands::alerts::run(command, cli),
        Command::Config(command) => commands::config::run(command, cli),
        Command::User(command) => commands::user::run(command, cli),
        Command::Sessions(command) => commands::sessions::run(command, cli),
        Command::Cluster(command) => commands::cluster::run(command, cli),
        Command::Ha(command) => commands::ha::run(command, cli),
        Command::Service(command) => commands::service::run(command, cli),
        Command::Group(command) => commands::group::run(command, cli),
        Command::Sql(arguments) => commands::sql::run(arguments, cli),
        Command::SupportBundle(arguments) => commands::support_bundle::run(arguments, cli),
        Command::Demo(arguments) => demo::run(arguments, cli.json),
        Command::Specifications => output::print(&everpresent_server::services::features::document()),
        Command::Completions { shell } => commands::shell::completions(*shell),
        Command::Man { dir } => commands::shell::man(dir.as_deref()),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// The guardian, its child, or the server alone.
fn serve(cli: &Cli, arguments: &ServeArguments) -> Result<ExitCode, Failure> {
    process::forbid_core_dumps()?;
    process::raise_open_files();
    if let Some(guardian) = arguments.guardian {
        process::die_with(guardian)?;
    }
    let config = cli.load_config()?;
    logging::start(&config.log)?;
    let served = match arguments.child {
        Some(incarnation) => serve::run(config, incarnation, Superior::Guardian),
        None if arguments.no_guardian => serve::run(config, fresh_incarnation(), Superior::ServiceManager),
        None => return guardian::run(cli.config_path(), &config),
    };
    served.map(|()| ExitCode::SUCCESS)
}
