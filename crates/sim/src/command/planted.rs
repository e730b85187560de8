//! `planted`: bugs are put in, and every tool that knows one looks for it.

use std::process::ExitCode;

use clap::Args;
use everpresent_sim::planted::{BUGS, Bug, Look};
use serde_json::{Value, json};

#[derive(Args)]
pub(crate) struct PlantedOptions {
    /// Only this bug.
    #[arg(long, value_parser = named)]
    only: Option<&'static Bug>,
    /// How many seeds a simulator runs before it gives a bug up.
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// The table as JSON.
    #[arg(long)]
    json: bool,
}

fn named(name: &str) -> Result<&'static Bug, String> {
    let known: Vec<&str> = BUGS.iter().map(|bug| bug.name).collect();
    let bug = BUGS.iter().find(|bug| bug.name == name);
    bug.ok_or_else(|| format!("known are: {}", known.join(", ")))
}

/// Fails if a bug was found by no tool.
pub(crate) fn planted(options: &PlantedOptions) -> ExitCode {
    let mut rows = Vec::new();
    let mut escaped = Vec::new();
    if !options.json {
        println!("{:<29} {:<45} {:>9}        saw", "bug", "tool", "after");
    }
    for bug in &BUGS {
        if options.only.is_some_and(|only| only.name != bug.name) {
            continue;
        }
        let mut caught = false;
        for tool in bug.tools() {
            let look = bug.look(tool, options.seeds);
            caught |= look.found.is_some();
            if options.json {
                rows.push(as_json(bug, &look));
            } else {
                println!("{}", as_line(bug, &look));
            }
        }
        if !caught {
            escaped.push(bug.name);
        }
    }
    if options.json {
        println!("{:#}", json!({ "looks": rows, "escaped": escaped }));
    } else if escaped.is_empty() {
        println!("every bug was caught");
    } else {
        println!("NOT caught: {}", escaped.join(", "));
    }
    if escaped.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn as_line(bug: &Bug, look: &Look) -> String {
    let (tool, unit) = (look.tool.to_string(), look.tool.unit());
    let saw = match &look.found {
        Some(found) if found.what.is_empty() => found.promise.clone(),
        Some(found) => format!("{}: {}", found.promise, found.what),
        None => "nothing".to_owned(),
    };
    format!("{:<29} {tool:<45} {:>9} {unit:<6} {saw}", bug.name, look.after)
}

fn as_json(bug: &Bug, look: &Look) -> Value {
    json!({
        "bug": bug.name,
        "what": bug.what,
        "tool": look.tool.to_string(),
        "after": look.after,
        "unit": look.tool.unit(),
        "caught": look.found.is_some(),
        "promise": look.found.as_ref().map(|found| &found.promise),
        "saw": look.found.as_ref().map(|found| &found.what),
    })
}
