//! `everpresent sessions`

use everpresent_console::administration::{AuditReport, SessionInfo, SessionPage, SessionQuery};
use everpresent_stanza::Jid;
use serde_json::json;

use crate::cli::{Cli, PageArguments, SessionsCommand};
use crate::failure::{Exit, Failure};
use crate::node::Sessions;
use crate::output;

pub(crate) fn run(command: &SessionsCommand, cli: &Cli) -> Result<(), Failure> {
    let sessions = Sessions::of(&cli.load_config()?)?;
    match command {
        SessionsCommand::List { user, state, page } => {
            let PageArguments { limit, after } = page;
            let state = state.map(Into::into);
            let query =
                SessionQuery { user: user.clone(), state, after: after.clone(), limit: *limit as usize };
            let page = sessions.list(&query)?;
            if cli.json { output::print_json(&page) } else { print_page(&page) }
        }
        SessionsCommand::Audit => {
            let report = sessions.audit()?;
            if cli.json {
                output::print_json(&report)?;
            } else {
                print_audit(&report)?;
            }
            let differs = || Failure::failed("the numbers do not agree: see the differences above");
            if report.balanced { Ok(()) } else { Err(differs()) }
        }
        SessionsCommand::End { jid } => {
            let address = Jid::new(jid);
            let address = address
                .map_err(|error| Failure::new(Exit::Usage, format!("{jid:?} is not an address: {error}")))?;
            let ended = sessions.end(address.as_str())?;
            if cli.json {
                return output::print_json(&ended);
            }
            output::print(&format!("{} of {address} ended.", count(ended.ended, "session")))
        }
    }
}

fn print_page(page: &SessionPage) -> Result<(), Failure> {
    let header = ["SESSION", "STATE", "UNTIL", "OVER", "FROM", "UNACKED", "OPENED", "LAST SEEN", "REASON"];
    output::print_table(header, page.sessions.iter().map(row))?;
    let shown = page.sessions.len();
    match &page.next {
        Some(next) => output::print(&format!("{shown} of {} shown; go on with --after {next}", page.total)),
        None => Ok(()),
    }
}

fn row(session: &SessionInfo) -> [String; 9] {
    let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    [
        session.jid.clone(),
        json!(session.state).as_str().unwrap_or_default().to_owned(),
        session.until.map_or_else(|| "-".into(), |time| time.to_string()),
        optional(&session.transport),
        optional(&session.address),
        session.unacked_stanzas.to_string(),
        session.opened.to_string(),
        session.last_seen.to_string(),
        session.reason.clone(),
    ]
}

fn print_audit(report: &AuditReport) -> Result<(), Failure> {
    let balances = report.balances.iter().map(|balance| {
        let verdict = if balance.left_count == balance.right_count { "agree" } else { "DIFFER" };
        let (left, right) = (balance.left_count.to_string(), balance.right_count.to_string());
        [balance.left.clone(), left, balance.right.clone(), right, verdict.to_owned()]
    });
    output::print_table(["ON ONE SIDE", "NUMBER", "ON THE OTHER", "NUMBER", ""], balances)?;
    for (reason, closed) in &report.closed {
        output::print(&format!("closed, {reason}: {closed}"))?;
    }
    if report.differences.is_empty() {
        return output::print("No difference.");
    }
    let differences = report.differences.iter();
    let rows =
        differences.map(|d| [d.kind.clone(), d.subject.clone(), d.since.to_string(), d.action.clone()]);
    output::print_table(["DIFFERENCE", "WHOSE", "SINCE", "ACTION"], rows)
}

/// "1 session", "2 sessions".
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
