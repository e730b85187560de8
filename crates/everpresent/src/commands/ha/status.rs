//! `everpresent ha status`

use std::time::Duration;

use everpresent_console::administration::{HaGroup, HaHome, HaNode, HaStatus, LinkState, ServiceState};

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
    let rest: String = notes(group).iter().map(|note| format!("\n{note}")).collect();
    format!("Group {}: high availability is {enabled}.\n{nodes}\n\n{homes}{rest}", group.name)
}

/// What is not as it should be: services that are not up, planned work, alerts.
fn notes(group: &HaGroup) -> Vec<String> {
    let mut notes = Vec::new();
    for node in &group.nodes {
        for service in node.services.iter().filter(|service| service.state != ServiceState::Up) {
            let why = service.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            notes.push(format!("{}: service {} is {}{why}", node.name, service.name, service.state.as_str()));
        }
        if let Some(until) = node.maintenance_until {
            notes.push(format!("{}: under maintenance until {until}", node.name));
        }
    }
    notes.extend(group.alerts.iter().map(|alert| format!("alert: {alert}")));
    notes
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
