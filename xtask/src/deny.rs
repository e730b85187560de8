//! `deny`: everything that cargo-deny knows, advisories included.

use crate::install;
use crate::process::{Outcome, run};
use crate::workspace::cargo;

/// Checks licences, bans, sources, and vulnerabilities against the advisory database, which needs the network.
pub(crate) fn run_all() -> Outcome {
    install::deny()?;
    run(cargo().args(["deny", "--workspace", "check"]))
}

/// The part that needs no network, for `cargo xtask test`.
pub(crate) fn offline() -> Outcome<String> {
    install::deny()?;
    run(cargo().args(["deny", "--workspace", "check", "licenses", "bans", "sources"]))?;
    Ok("licences, bans and sources; advisories are `cargo xtask deny`".to_owned())
}
