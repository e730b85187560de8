//! Stand-ins that stay, in real time.

use everpresent_bridges::clock::Clock;
use everpresent_bridges::rehearsal::{BridgePlan, Conduct, Plan, Scene};
use jiff::{Timestamp, ToSpan as _};
use serde_json::json;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

use super::password;
use crate::cli::{Cli, ConductArgument, RehearseArguments};
use crate::failure::Failure;
use crate::output;

/// Hours of traffic that are in the logs when the rehearsal begins.
const HISTORY_HOURS: i64 = 48;

/// Call Bridges.
const CORES: usize = 2;

/// A window that is always open: nobody rehearses at night.
const ALWAYS: &str = "daily 00:00 UTC for 1d";

pub(super) async fn run(arguments: &RehearseArguments, cli: &Cli) -> Result<ExitCode, Failure> {
    let failed = |error: String| Failure::failed(error);
    let now = Timestamp::now();
    let mut bridges: Vec<BridgePlan> = (1..=arguments.bridges)
        .map(|number| BridgePlan::new(format!("webbridge{number}"), u32::from(arguments.leak_percent)))
        .collect();
    if let Some(first) = bridges.first_mut() {
        first.conduct = match arguments.conduct {
            ConductArgument::Restarts => Conduct::Restarts,
            ConductArgument::Pretends => Conduct::Pretends,
            ConductArgument::StaysDown => Conduct::StaysDown,
        };
    }
    let plan = Plan {
        folder: arguments.dir.clone(),
        bridges,
        cores: CORES,
        ssh_port: arguments.ssh_port,
        clock: Clock::real(),
        from: now.checked_sub(HISTORY_HOURS.hours()).map_err(|error| failed(error.to_string()))?,
        zone: "UTC".to_owned(),
        calls: Vec::new(),
        window: Some(ALWAYS.to_owned()),
        password: password()?,
    };
    let scene = Scene::start(plan).await.map_err(|error| failed(error.to_string()))?;
    show(&scene, arguments, cli)?;
    let on = |kind| signal(kind).map_err(|error| Failure::failed(error.to_string()));
    let (mut interrupt, mut terminate) = (on(SignalKind::interrupt())?, on(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn show(scene: &Scene, arguments: &RehearseArguments, cli: &Cli) -> Result<(), Failure> {
    let inventory = scene.inventory().display();
    let password = arguments.dir.join("password");
    if cli.json {
        let place = |place: &everpresent_bridges::rehearsal::Place| {
            json!({ "name": place.name, "address": place.address.to_string(), "ssh_port": place.ssh_port,
                    "web_port": place.web_port, "log": place.log })
        };
        let places: Vec<_> = scene.places().iter().map(place).collect();
        let text = json!({ "inventory": scene.inventory(), "user": "admin", "password_file": password, "bridges": places });
        return output::print(&text.to_string());
    }
    let rows = scene.places().iter().map(|place| {
        let shell = format!("ssh -p {} admin@{}", place.ssh_port, place.address);
        [
            place.name.clone(),
            shell,
            format!("{}:{}", place.address, place.web_port),
            place.log.display().to_string(),
        ]
    });
    output::print_table(["BRIDGE", "MANAGEMENT SHELL", "GUESTS", "LOG"], rows)?;
    let logs = arguments.dir.join("logs");
    output::print(&format!(
        "\nStand-ins, no meeting servers; they stay until Ctrl-C. The password of admin is in {}.\n\
         In another terminal:\n  \
         everpresent bridges audit {}/*.log --inventory {inventory}\n  \
         everpresent bridges trust webbridge1 --inventory {inventory}\n  \
         everpresent bridges check --inventory {inventory}\n  \
         everpresent bridges restart --leaking --dry-run --inventory {inventory}",
        password.display(),
        logs.display(),
    ))
}
