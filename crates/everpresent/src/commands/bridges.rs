//! `everpresent bridges`

mod audit;
mod check;
mod history;
mod init;
mod janus;
mod rehearse;
mod restart;
mod schedule;
mod shared;
mod trust;
mod watch;

use std::process::ExitCode;

use crate::cli::{BridgesCommand, Cli};
use crate::failure::Failure;

pub(crate) fn run(command: &BridgesCommand, cli: &Cli) -> Result<ExitCode, Failure> {
    match command {
        BridgesCommand::Audit(arguments) => audit::run(arguments, cli),
        BridgesCommand::Watch(arguments) => watch::run(arguments),
        BridgesCommand::History(arguments) => history::run(arguments, cli),
        BridgesCommand::Init(arguments) => init::run(arguments),
        BridgesCommand::Check(inventory) => check::run(inventory, cli),
        BridgesCommand::Trust(arguments) => trust::run(arguments, cli),
        BridgesCommand::Restart(arguments) => restart::run(arguments, cli),
        BridgesCommand::Schedule(arguments) => schedule::run(arguments),
        BridgesCommand::Rehearse(arguments) => rehearse::run(arguments, cli),
        BridgesCommand::Janus(command) => janus::run(command, cli),
    }
}
