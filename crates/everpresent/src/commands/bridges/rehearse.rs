//! `everpresent bridges rehearse`: stand-ins to rehearse with, or the whole story in fast time.

mod stay;
mod story;
mod teller;

use std::process::ExitCode;

use super::shared::wait_for;
use crate::cli::{Cli, RehearseArguments};
use crate::failure::Failure;

pub(super) fn run(arguments: &RehearseArguments, cli: &Cli) -> Result<ExitCode, Failure> {
    if arguments.once { wait_for(story::tell(arguments, cli))? } else { wait_for(stay::run(arguments, cli))? }
}

/// Random bytes of a password.
const PASSWORD_BYTES: usize = 12;

/// A password for this rehearsal only.
fn password() -> Result<String, Failure> {
    let mut random = [0; PASSWORD_BYTES];
    getrandom::fill(&mut random).map_err(|error| Failure::failed(format!("no randomness: {error}")))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
