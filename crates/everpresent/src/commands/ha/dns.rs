//! `everpresent ha dns`: what to publish so that clients find every node of the cluster.

mod records;
mod zone;

use std::time::Duration;

use everpresent_server::config::Config;
use everpresent_stanza::BareJid;
use everpresent_store::{Cell, Limits};

use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::{output, views};
use records::{Publication, Target};

/// How long the two views may take.
const QUESTION_TIME: Duration = Duration::from_secs(10);
/// More nodes than any cluster has.
const MAX_NODES: usize = 1_000;
/// Nodes by group and order of joining.
const QUESTION: &str =
    "SELECT name, client_address FROM enterprisenode ORDER BY subclusterid, position, name";

pub(super) fn run(domains: &[String], config: &Config, cli: &Cli) -> Result<(), Failure> {
    let domains = if domains.is_empty() {
        config.node.domains.iter().map(ToString::to_string).collect()
    } else {
        domains.iter().map(|domain| checked(domain)).collect::<Result<Vec<String>, Failure>>()?
    };
    let publication = Publication::of(&domains, &targets(config)?, config);
    if cli.json { output::print_json(&publication) } else { output::print(&zone::text(&publication)) }
}

fn checked(domain: &str) -> Result<String, Failure> {
    match BareJid::new(domain) {
        Ok(jid) if jid.node().is_none() => Ok(jid.to_string()),
        _ => Err(Failure::new(Exit::Usage, format!("{domain:?} is not a domain"))),
    }
}

fn targets(config: &Config) -> Result<Vec<Target>, Failure> {
    let limits = Limits { time: QUESTION_TIME, rows: MAX_NODES };
    let answer = views::ask(config, QUESTION, limits)?.map_err(|error| Failure::failed(error.to_string()))?;
    let text = |cell: Option<&Cell>| match cell {
        Some(Cell::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let target = |row: &Vec<Cell>| Target { node: text(row.first()), address: text(row.get(1)) };
    Ok(answer.rows.iter().map(target).collect())
}
