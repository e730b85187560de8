//! `everpresent ha status`

use std::time::Duration;

use everpresent_console::administration::{HaGroup, HaHome, HaNode, HaStatus, LinkState};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::node::Recovery;
use crate::output;

/// How often `--watch` shows the state.
const WATCH_EVERY: Duration = Duration::from_secs(1);

pub(super) fn run(recovery: &Recovery, watch: bool, cli: &Cli) -> Result<(), Failure> {
    if !watch {
        let status = recovery.status()?;
        return if cli.json { output::print_json(&status) } else { output::print(&text(&status)) };
    }
    loop {
        let status = recovery.status()?;
        let shown = if cli.json {
            output::json_line(&status)?
        } else {
            format!("{}{}", output::clear(), text(&status))
        };
        if !output::print_to_reader(&shown)? {
            return Ok(());
        }
        std::thread::sleep(WATCH_EVERY);
    }
}

/// Nodes and homes of all groups, as tables.
pub(super) fn text(status: &HaStatus) -> String {
    let groups: Vec<String> = status.groups.iter().map(group).collect();
    groups.join("\n\n")
}

fn group(group: &HaGroup) -> String {
    let enabled = if group.ha_enabled { "enabled" } else { "not enabled" };
    let header = ["NODE", "STATE", "REASON", "SINCE", "LINK", "HEARTBEAT", "SERVED", "ASSIGNED", "VERSION"];
    let nodes = output::table(header, group.nodes.iter().map(node));
    let header = ["HOME", "OWNER", "EPOCH", "MODE", "REPLICA"];
    let homes = output::table(header, group.homes.iter().map(home));
    format!("Group {}: high availability is {enabled}.\n{nodes}\n{homes}", group.name)
}

fn node(node: &HaNode) -> [String; 9] {
    let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let link = match node.link {
        LinkState::Up => "up",
        LinkState::Down => "down",
    };
    [
        node.name.clone(),
        node.state.clone(),
        node.reason.clone(),
        node.since.map_or_else(|| "-".to_owned(), |since| since.to_string()),
        link.to_owned(),
        node.heartbeat_age_ms.map_or_else(|| "-".to_owned(), |age| format!("{age} ms ago")),
        number(node.sessions_served),
        number(node.sessions_assigned),
        if node.version.is_empty() { "-".to_owned() } else { node.version.clone() },
    ]
}

fn home(home: &HaHome) -> [String; 5] {
    [
        home.home.clone(),
        home.owner.clone().unwrap_or_else(|| "-".to_owned()),
        home.epoch.to_string(),
        home.mode.clone(),
        if home.replica { "yes" } else { "no" }.to_owned(),
    ]
}
