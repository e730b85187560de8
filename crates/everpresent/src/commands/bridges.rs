//! `everpresent bridges`

mod audit;
mod history;
mod janus;
mod watch;

use std::process::ExitCode;

use crate::cli::{BridgesCommand, Cli};
use crate::failure::Failure;

pub(crate) fn run(command: &BridgesCommand, cli: &Cli) -> Result<ExitCode, Failure> {
    match command {
        BridgesCommand::Audit(arguments) => audit::run(arguments, cli),
        BridgesCommand::Watch(arguments) => watch::run(arguments),
        BridgesCommand::History(arguments) => history::run(arguments, cli),
        BridgesCommand::Janus(command) => janus::run(command, cli),
    }
}
