//! `everpresent group`

use everpresent_console::administration::{AssignOrder, AssignReport, AssignmentMode, Groups};
use everpresent_server::config::Config;
use serde_json::json;

use super::sessions::count;
use super::user::account;
use crate::cli::{AssignArguments, Cli, GroupCommand};
use crate::failure::{Exit, Failure};
use crate::node::GroupOrders;
use crate::output;

/// Users that are moved with one request.
const ASSIGN_CHUNK: usize = 200;

pub(crate) fn run(command: &GroupCommand, cli: &Cli) -> Result<(), Failure> {
    let config = cli.load_config()?;
    match command {
        GroupCommand::List => list(&GroupOrders::of(&config)?.list()?, cli),
        GroupCommand::Create { group, assignment } => {
            GroupOrders::of(&config)?.create(group, (*assignment).into())?;
            done(cli, group, &format!("Group {group} is made."))
        }
        GroupCommand::Add { group, node } => {
            GroupOrders::of(&config)?.add(group, node)?;
            let how =
                format!("set `name = \"{node}\"` and `group = \"{group}\"` in [node] of its configuration");
            done(cli, group, &format!("Group {group} keeps a place for {node}; {how}."))
        }
        GroupCommand::Remove { group, node: Some(node) } => {
            GroupOrders::of(&config)?.remove_node(group, node)?;
            done(cli, group, &format!("{node} is in group {group} no more."))
        }
        GroupCommand::Remove { group, node: None } => {
            GroupOrders::of(&config)?.remove(group)?;
            done(cli, group, &format!("Group {group} is removed."))
        }
        GroupCommand::Assign(arguments) => assign(arguments, &config, cli),
    }
}

fn done(cli: &Cli, group: &str, sentence: &str) -> Result<(), Failure> {
    if cli.json { output::print_json(&json!({ "group": group })) } else { output::print(sentence) }
}

fn list(groups: &Groups, cli: &Cli) -> Result<(), Failure> {
    if cli.json {
        return output::print_json(groups);
    }
    let rows = groups.groups.iter().flat_map(|group| {
        let enabled = if group.ha_enabled { "enabled" } else { "not enabled" };
        let row = move |node: &str, users: String, started: &str| {
            let [name, mode] = [group.name.clone(), mode_name(group.assignment)];
            [name, enabled.to_owned(), mode, node.to_owned(), users, started.to_owned()]
        };
        let mut rows: Vec<[String; 6]> = group
            .nodes
            .iter()
            .map(|node| row(&node.name, node.users.to_string(), if node.started { "yes" } else { "not yet" }))
            .collect();
        if rows.is_empty() {
            rows.push(row("-", "-".to_owned(), "-"));
        }
        rows
    });
    output::print_table(["GROUP", "HIGH AVAILABILITY", "NEW USERS", "NODE", "USERS", "STARTED"], rows)
}

fn mode_name(mode: AssignmentMode) -> String {
    json!(mode).as_str().unwrap_or_default().to_owned()
}

fn assign(arguments: &AssignArguments, config: &Config, cli: &Cli) -> Result<(), Failure> {
    let AssignArguments { users, to, mode, group, .. } = arguments;
    if let Some(mode) = mode {
        let orders = GroupOrders::of(config)?;
        let group = match group {
            Some(group) => group.clone(),
            None => config.node.group.clone(),
        };
        let mode = (*mode).into();
        orders.change(&group, mode)?;
        let sentence = format!("New users of group {group} are assigned {} from now on.", mode_name(mode));
        return done(cli, &group, &sentence);
    }
    let mut total = AssignReport::default();
    if let Some(node) = to {
        let users = users.iter().map(|user| account(user, config).map(|jid| jid.to_string()));
        let users = users.collect::<Result<Vec<String>, Failure>>()?;
        let orders = GroupOrders::of(config)?;
        for chunk in users.chunks(ASSIGN_CHUNK) {
            let order = AssignOrder::To { node: node.clone(), users: chunk.to_vec() };
            add(&mut total, orders.assign(&order)?);
        }
    } else {
        let orders = GroupOrders::of(config)?;
        loop {
            let report = orders.assign(&AssignOrder::Balanced { group: group.clone() })?;
            let more = report.more;
            add(&mut total, report);
            if !more {
                break;
            }
        }
    }
    report(&total, to.is_some(), cli)
}

fn add(total: &mut AssignReport, report: AssignReport) {
    total.moved += report.moved;
    for failure in report.failed {
        if !total.failed.contains(&failure) {
            total.failed.push(failure);
        }
    }
}

/// Users who were named must all be moved. A balance passes over those who cannot be.
fn report(report: &AssignReport, named: bool, cli: &Cli) -> Result<(), Failure> {
    if cli.json {
        output::print_json(report)?;
    } else {
        output::print(&format!("{} moved.", count(report.moved, "user")))?;
        let rows = report.failed.iter().map(|failure| [failure.jid.clone(), failure.message.clone()]);
        if !report.failed.is_empty() {
            output::print_table(["USER", "NOT MOVED BECAUSE"], rows)?;
        }
    }
    match report.failed.len() as u64 {
        failed if named && failed > 0 => {
            Err(Failure::new(Exit::Refused, format!("{} not moved", count(failed, "user"))))
        }
        _ => Ok(()),
    }
}
