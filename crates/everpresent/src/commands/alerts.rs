//! `everpresent alerts`

use std::time::SystemTime;

use everpresent_alerts::{Channel, Notice, Patience};
use serde::Serialize;

use crate::cli::{AlertsCommand, Cli};
use crate::failure::{Exit, Failure};
use crate::output;

/// What became of the test notice.
#[derive(Serialize)]
struct Report {
    channels: Vec<Tried>,
}

#[derive(Serialize)]
struct Tried {
    channel: &'static str,
    target: String,
    arrived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

pub(crate) fn run(command: &AlertsCommand, cli: &Cli) -> Result<(), Failure> {
    let AlertsCommand::Test = command;
    let config = cli.load_config()?;
    let channels = Channel::all(&config.alerts.settings());
    let channels = channels.map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    if channels.is_empty() {
        return Err(Failure::failed(
            "nothing is set in [alerts]: alerts are logged only; set `webhook`, or `smtp`, `from` and `to`",
        ));
    }
    let notice = Notice::test(&config.node.name, SystemTime::now());
    let report = Report { channels: channels.iter().map(|channel| try_out(channel, &notice)).collect() };
    if cli.json {
        output::print_json(&report)?;
    } else {
        output::print_table(["CHANNEL", "TARGET", "ARRIVED", "WHY"], report.channels.iter().map(row))?;
    }
    let lost = report.channels.iter().filter(|tried| !tried.arrived).count();
    if lost == 0 {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "the test notice did not arrive by {lost} of {} ways",
        report.channels.len()
    )))
}

fn try_out(channel: &Channel, notice: &Notice) -> Tried {
    let why = channel.send(notice, Patience::default().deadline).err();
    Tried { channel: channel.name(), target: channel.target(), arrived: why.is_none(), why }
}

fn row(tried: &Tried) -> [String; 4] {
    [
        tried.channel.to_owned(),
        tried.target.clone(),
        if tried.arrived { "yes" } else { "no" }.to_owned(),
        tried.why.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}
