//! `everpresent ha`

mod dns;
mod explain;
mod goal;
mod states;
mod status;

use everpresent_console::administration::{HaParameterChange, HaParameters};
use serde_json::json;

use crate::cli::{Cli, HaCommand};
use crate::failure::Failure;
use crate::node::{Node, Recovery};
use crate::output;
use goal::Goal;

pub(crate) fn run(command: &HaCommand, cli: &Cli) -> Result<(), Failure> {
    let config = || cli.load_config();
    match command {
        HaCommand::States => output::print(states::document().trim_end()),
        HaCommand::Status { parameters: true, .. } => parameters(&Node::of(&config()?)?.parameters()?, cli),
        HaCommand::Status { watch, .. } => status::run(&Recovery::of(&config()?)?, *watch, cli),
        HaCommand::Explain(arguments) => explain::run(arguments, cli),
        HaCommand::Failover { node, wait } => {
            let recovery = Recovery::of(&config()?)?;
            recovery.failover(node)?;
            let goal = Goal::FailedOver(node);
            ordered(&recovery, &goal, wait.wait, cli, &format!("{node} fails over to its partner."))
        }
        HaCommand::Fallback { node, wait } => {
            let recovery = Recovery::of(&config()?)?;
            recovery.fallback(node)?;
            let goal = Goal::AtHome(node);
            ordered(&recovery, &goal, wait.wait, cli, &format!("{node} takes its users back."))
        }
        HaCommand::Enable { group, wait } => {
            let recovery = Recovery::of(&config()?)?;
            recovery.enable(group.as_deref())?;
            let goal = Goal::Enabled(group.as_deref());
            ordered(&recovery, &goal, wait.wait, cli, "High availability is being enabled.")
        }
        HaCommand::Disable { group, force, wait } => {
            let recovery = Recovery::of(&config()?)?;
            recovery.disable(group.as_deref(), *force)?;
            let goal = Goal::Disabled(group.as_deref());
            ordered(&recovery, &goal, wait.wait, cli, "High availability is being disabled.")
        }
        HaCommand::Recover { group, wait } => {
            let recovery = Recovery::of(&config()?)?;
            recovery.recover(group.as_deref())?;
            let goal = Goal::Enabled(group.as_deref());
            ordered(&recovery, &goal, wait.wait, cli, "The group leaves failed mode.")
        }
        HaCommand::Maintenance { node, length, .. } => {
            Recovery::of(&config()?)?.maintenance(node, *length)?;
            match (cli.json, length) {
                (true, _) => output::print_json(&json!({ "accepted": true })),
                (false, Some(seconds)) => output::print(&format!(
                    "Faults of the services of {node} cause no failover for {seconds} s."
                )),
                (false, None) => output::print(&format!("Maintenance of {node} is over.")),
            }
        }
        HaCommand::Dns { domains } => dns::run(domains, &config()?, cli),
        HaCommand::Finalize => {
            let finalized = Recovery::of(&config()?)?.finalize()?;
            let sentence = || format!("The cluster is at version {} now.", finalized.version);
            if cli.json { output::print_json(&finalized) } else { output::print(&sentence()) }
        }
        HaCommand::Set { name, value, preset } => {
            let values = name.clone().zip(value.clone()).into_iter().collect();
            let preset = preset.map(|preset| preset.name().to_owned());
            let changed = Node::of(&config()?)?.set_parameters(HaParameterChange { preset, values })?;
            parameters(&changed, cli)
        }
    }
}

/// Says that an order was accepted, and with `--wait` what became of it.
fn ordered(
    recovery: &Recovery,
    goal: &Goal<'_>,
    wait_seconds: Option<u64>,
    cli: &Cli,
    sentence: &str,
) -> Result<(), Failure> {
    let Some(seconds) = wait_seconds else {
        return if cli.json {
            output::print_json(&json!({ "accepted": true }))
        } else {
            output::print(sentence)
        };
    };
    let (status, reached) = goal.wait(recovery, seconds)?;
    if cli.json {
        output::print_json(&status)?;
    } else {
        output::print(&status::text(&status))?;
    }
    if reached { Ok(()) } else { Err(Failure::failed(goal.missed(&status, seconds))) }
}

fn parameters(parameters: &HaParameters, cli: &Cli) -> Result<(), Failure> {
    if cli.json {
        return output::print_json(parameters);
    }
    let rows = parameters.parameters.iter().map(|parameter| {
        let parameter = parameter.clone();
        [parameter.name, parameter.value, parameter.default, parameter.lan, parameter.meaning]
    });
    output::print_table(["PARAMETER", "VALUE", "DEFAULT", "LAN", "MEANING"], rows)?;
    parameters.warnings.iter().try_for_each(|warning| output::print(&format!("warning: {warning}")))
}
