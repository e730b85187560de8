//! Moving users to another home: one by one, and only while they have no sessions.
//!
//! The node that serves a user's old home does it, because only there it is known for sure that the user has no session,
//! and that nothing for the user waits to be written. The account leaves its memory in the same moment, so a sign-in
//! that is under way finds no account and begins anew, at the new home. The other nodes, and what they remember of homes,
//! follow within [`crate::moves::LOOK`]; what they still send to the old home goes on to the new one from there.

use everpresent_console::administration::{AssignFailure, AssignOrder, AssignReport};
use everpresent_console::{Code, Refusal};
use everpresent_session::ids::{Epoch, HomeName};
use everpresent_stanza::BareJid;
use everpresent_store::{AccountError, NodeRow, UserHome};

use super::away;
use crate::assignment::{check_at_home, has_started};
use crate::home::Home;
use crate::moves;
use crate::node::Node;

/// The most users that one order moves to balance a group: it is answered in time, and can be given again.
const MAX_BALANCED_USERS: u64 = 500;
/// How many users are looked at together.
const PAGE_USERS: u32 = 500;

pub(super) async fn assign(node: &Node, order: AssignOrder) -> Result<AssignReport, Refusal> {
    let nodes = node.store.nodes().await.map_err(away)?;
    if nodes.len() > 1 {
        node.meet_other_homes().await.map_err(away)?;
    }
    let report = match order {
        AssignOrder::To { node: to, users } => to_node(node, &nodes, &HomeName::new(&to), users).await?,
        AssignOrder::Balanced { group } => {
            let group = group.unwrap_or_else(|| node.pair.group.clone());
            balance(node, &nodes, &group).await?
        }
    };
    if report.moved > 0 {
        moves::announce(node).await.map_err(away)?;
    }
    Ok(report)
}

async fn to_node(
    node: &Node,
    nodes: &[NodeRow],
    to: &HomeName,
    users: Vec<String>,
) -> Result<AssignReport, Refusal> {
    let Some(target) = nodes.iter().find(|row| row.name == *to) else {
        return Err(Refusal::not_found(format!("there is no node {to}")));
    };
    if !has_started(target) {
        return Err(Refusal::conflict(format!("node {to} has never started: start it first")));
    }
    check_at_home(&node.store, nodes, &target.group).await?;
    let mut report = AssignReport::default();
    for jid in users {
        let moved = match BareJid::new(&jid) {
            Ok(user) => move_user(node, nodes, &user, to).await,
            Err(error) => Err(Refusal::invalid(format!("not an address: {error}"))),
        };
        count(&mut report, jid, moved)?;
    }
    Ok(report)
}

/// Moves users from the node of a group that has the most to the one that has the fewest.
async fn balance(node: &Node, nodes: &[NodeRow], group: &str) -> Result<AssignReport, Refusal> {
    let members = nodes.iter().filter(|row| row.group == group && has_started(row));
    let counts = node.store.users_per_home().await.map_err(away)?;
    let users = |home: &HomeName| counts.iter().find(|(name, _)| name == home).map_or(0, |(_, users)| *users);
    let mut members: Vec<(HomeName, u64)> = members.map(|row| (row.name.clone(), users(&row.name))).collect();
    members.sort_by_key(|(_, users)| *users);
    let [(fewest, few), .., (most, many)] = members.as_slice() else {
        return Err(Refusal::conflict(format!("group {group} has no two nodes that have started")));
    };
    check_at_home(&node.store, nodes, group).await?;
    let surplus = (many - few) / 2;
    if surplus == 0 {
        return Ok(AssignReport::default());
    }
    served_here(node, most).await?;
    let (mut report, mut after) = (AssignReport::default(), None);
    while report.moved < surplus.min(MAX_BALANCED_USERS) {
        let page = node.store.users_of_home(most, after.as_ref(), PAGE_USERS).await.map_err(away)?;
        let Some(last) = page.last().cloned() else { break };
        after = Some(last);
        for user in page {
            if report.moved >= surplus.min(MAX_BALANCED_USERS) {
                break;
            }
            let moved = move_user(node, nodes, &user, fewest).await;
            count(&mut report, user.to_string(), moved)?;
        }
    }
    report.more = report.moved == MAX_BALANCED_USERS && report.moved < surplus;
    Ok(report)
}

/// What is temporary ends the order: the rest would fail likewise.
fn count(report: &mut AssignReport, jid: String, moved: Result<bool, Refusal>) -> Result<(), Refusal> {
    match moved {
        Ok(moved) => report.moved += u64::from(moved),
        Err(refusal) if refusal.code.retry() && report.moved == 0 => return Err(refusal),
        Err(Refusal { message, .. }) => report.failed.push(AssignFailure { jid, message }),
    }
    Ok(())
}

/// Moves a user; whether that changed anything.
async fn move_user(node: &Node, nodes: &[NodeRow], user: &BareJid, to: &HomeName) -> Result<bool, Refusal> {
    let from = match node.store.user_home(user).await.map_err(away)? {
        UserHome::NoAccount => return Err(Refusal::not_found("there is no account of this address")),
        UserHome::NotAssigned => node.name(),
        UserHome::At(home) if home == *to => return Ok(false),
        UserHome::At(home) => home,
    };
    if let Some(row) = nodes.iter().find(|row| row.name == from) {
        check_at_home(&node.store, nodes, &row.group).await?;
    }
    let home = served_here(node, &from).await?;
    home.flushed().await.map_err(|away| Refusal::unavailable(away.to_string()))?;
    check_no_sessions(&home, user)?;
    check_numbers(node, user, to).await?;
    set_home(node, user, to).await?;
    if let Err(refusal) = home.enter(|state| {
        let sessions = state.owner.ledger().sessions_of(user).count();
        (sessions == 0).then(|| state.accounts.remove(user)).ok_or_else(|| has_sessions(sessions))
    }) {
        // Somebody signed in a moment ago.
        set_home(node, user, &from).await?;
        return Err(refusal);
    }
    node.directory.learn(user, to);
    let shown = node.redacted(user.as_str());
    tracing::info!(target: "everpresent::audit", user = shown, from = from.as_str(), to = to.as_str(), "user moved");
    // What was recorded for the account in between is in the database too, before anybody waits for it there.
    home.flushed().await.map_err(|away| Refusal::unavailable(away.to_string()))?;
    Ok(true)
}

async fn set_home(node: &Node, user: &BareJid, home: &HomeName) -> Result<(), Refusal> {
    node.store.assign_home(user, home).await.map_err(|error| match error {
        AccountError::Store(error) => away(error),
        other => Refusal::not_found(other.to_string()),
    })
}

/// Refuses a home that would file new messages before old ones. (A message that arrives in the milliseconds until the move
/// is done may still end up so.)
async fn check_numbers(node: &Node, user: &BareJid, to: &HomeName) -> Result<(), Refusal> {
    let Some(stored) = node.store.newest_epoch(user).await.map_err(away)? else { return Ok(()) };
    let epoch = node.store.read_home(to).await.map_err(away)?.map_or(Epoch(0), |row| row.epoch);
    if epoch > stored {
        return Ok(());
    }
    Err(Refusal::conflict(format!(
        "what the user has stored is numbered up to epoch {stored}, and home {to} is in epoch {epoch}: new messages would be \
         filed before old ones; restart {to} while high availability is disabled, which raises it above all others"
    )))
}

/// The home, if this node serves it.
async fn served_here(node: &Node, name: &HomeName) -> Result<std::sync::Arc<Home>, Refusal> {
    if let Some(home) = node.seats.get(name).and_then(|seat| seat.served()) {
        return Ok(home);
    }
    let row = node.store.read_home(name).await.map_err(away)?;
    let owner = row.filter(|row| row.incarnation.is_some()).map(|row| row.owner);
    Err(Refusal::conflict(match owner {
        Some(owner) => format!("{owner} serves the users of {name}: give the order there"),
        None => format!("nobody serves the users of {name} now: start it"),
    }))
}

fn check_no_sessions(home: &Home, user: &BareJid) -> Result<(), Refusal> {
    match home.enter(|state| state.owner.ledger().sessions_of(user).count()) {
        0 => Ok(()),
        sessions => Err(has_sessions(sessions)),
    }
}

fn has_sessions(sessions: usize) -> Refusal {
    let noun = if sessions == 1 { "session" } else { "sessions" };
    Refusal::new(
        Code::Conflict,
        format!(
            "the user has {sessions} {noun}, which stay where they are: end them first (`everpresent sessions end`)"
        ),
    )
}
