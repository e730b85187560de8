//! `everpresent bridges check`

use std::process::ExitCode;

use everpresent_bridges::check::{self, Finding};
use everpresent_bridges::ssh::Deadlines;
use serde_json::{Value, json};

use super::shared::{inventory, wait_for};
use crate::cli::{Cli, InventoryArgument};
use crate::failure::Failure;
use crate::output;

pub(super) fn run(argument: &InventoryArgument, cli: &Cli) -> Result<ExitCode, Failure> {
    let inventory = inventory(argument)?;
    let mut findings: Vec<Finding> = Vec::new();
    wait_for(check::check(&inventory, Deadlines::default(), |finding| findings.push(finding)))?;
    if cli.json {
        let shown = |finding: &Finding| -> Value {
            let Finding { server, what, holds, text } = finding;
            json!({ "server": server, "what": what, "holds": holds, "text": text })
        };
        output::print_json(&json!({ "findings": findings.iter().map(shown).collect::<Vec<_>>() }))?;
    } else {
        let row = |finding: &Finding| {
            let mark = if finding.holds { "ok" } else { "WRONG" };
            [finding.server.clone(), finding.what.to_owned(), mark.to_owned(), finding.text.clone()]
        };
        output::print_table(["SERVER", "WHAT", "", "FOUND"], findings.iter().map(row))?;
    }
    Ok(ExitCode::from(u8::from(!findings.iter().all(|finding| finding.holds))))
}
