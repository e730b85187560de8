//! `everpresent ha dns`: what to publish so that clients find every node of the cluster.

mod records;
mod zone;

use everpresent_server::config::Config;
use everpresent_stanza::BareJid;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::{output, views};
use records::{Publication, Target};

pub(super) fn run(domains: &[String], config: &Config, cli: &Cli) -> Result<(), Failure> {
    let domains = if domains.is_empty() {
        config.node.domains.iter().map(ToString::to_string).collect()
    } else {
        domains.iter().map(|domain| checked(domain)).collect::<Result<Vec<String>, Failure>>()?
    };
    let nodes = views::client_addresses(config)?.into_iter();
    let targets: Vec<Target> = nodes.map(|(node, address)| Target { node, address }).collect();
    let publication = Publication::of(&domains, &targets, config);
    if cli.json { output::print_json(&publication) } else { output::print(&zone::text(&publication)) }
}

fn checked(domain: &str) -> Result<String, Failure> {
    match BareJid::new(domain) {
        Ok(jid) if jid.node().is_none() => Ok(jid.to_string()),
        _ => Err(Failure::new(Exit::Usage, format!("{domain:?} is not a domain"))),
    }
}
