//! The story: six bridges leak, one has a wrong password, one a dead management shell; the schedule comes.

mod scenes;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use everpresent_bridges::Inventory;
use everpresent_bridges::clock::Clock;
use everpresent_bridges::rehearsal::{BridgePlan, Call, Plan, Scene};
use jiff::{Timestamp, ToSpan as _};

use super::password;
use super::teller::Teller;
use crate::cli::{Cli, RehearseArguments};
use crate::failure::Failure;
use crate::output;

/// How fast the clock of the story runs.
const FACTOR: u32 = 120;

/// Hours of traffic that are in the logs when the story begins.
const HISTORY_HOURS: i64 = 40;

/// Ten minutes before the window opens.
const BEGINS: &str = "2026-11-28T00:50:00Z";
/// When the window opens.
const WINDOW: &str = "Sat 02:00 Europe/Brussels for 2h";
/// The late call: from before the window until some minutes into it.
const LATE_CALL: (&str, &str) = ("2026-11-27T23:30:00Z", "2026-11-28T01:09:00Z");

/// Of a hundred guests so many leak, bridge by bridge. The last two cannot be restarted.
const LEAKS: [u32; 6] = [20, 15, 10, 25, 12, 18];
/// The bridge whose password in the inventory is wrong.
const WRONG_PASSWORD: usize = 4;
/// The bridge whose management shell is dead.
const DEAD: usize = 5;

/// Everything that the scenes need.
struct Stage {
    scene: Scene,
    inventory: Arc<Inventory>,
    clock: Clock,
    teller: Teller,
}

pub(super) async fn tell(arguments: &RehearseArguments, cli: &Cli) -> Result<ExitCode, Failure> {
    let mut stage = set_up(arguments, cli).await?;
    scenes::trust(&mut stage).await?;
    scenes::audit(&mut stage)?;
    scenes::too_early(&mut stage).await?;
    scenes::a_call_blocks(&mut stage).await?;
    scenes::one_by_one(&mut stage).await?;
    scenes::afterwards(&mut stage).await?;
    let Teller { held, failed, .. } = stage.teller;
    if failed > 0 {
        return Err(Failure::failed(format!("{failed} of {} steps did not hold: see above", held + failed)));
    }
    if !cli.json {
        output::print(&format!("\nAll {held} steps held. Logs and journal: {}", arguments.dir.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn set_up(arguments: &RehearseArguments, cli: &Cli) -> Result<Stage, Failure> {
    let failed = |error: String| Failure::failed(error);
    let begins = at(BEGINS)?;
    let clock = Clock::fast(begins, FACTOR);
    let mut bridges: Vec<BridgePlan> = (1..)
        .zip(LEAKS)
        .map(|(number, leaks): (u32, u32)| BridgePlan::new(format!("webbridge{number}"), leaks))
        .collect();
    bridges[WRONG_PASSWORD].wrong_password = true;
    bridges[DEAD].dead = true;
    let plan = Plan {
        folder: arguments.dir.clone(),
        bridges,
        cores: 4,
        ssh_port: arguments.ssh_port,
        clock,
        from: begins.checked_sub(HISTORY_HOURS.hours()).map_err(|error| failed(error.to_string()))?,
        zone: "Europe/Brussels".to_owned(),
        calls: vec![Call { bridge: 0, from: at(LATE_CALL.0)?, to: at(LATE_CALL.1)? }],
        window: Some(WINDOW.to_owned()),
        password: password()?,
    };
    // It refuses a folder that is not of a rehearsal, before anything in it is touched.
    let scene = Scene::start(plan).await.map_err(|error| failed(error.to_string()))?;
    forget_earlier(&arguments.dir);
    let inventory = Inventory::load(scene.inventory()).map_err(|error| failed(error.to_string()))?;
    let teller = Teller::new(cli.json);
    teller.remark(&format!(
        "Stand-ins in {}, no meeting servers. Their clock runs {FACTOR} times as fast as yours: it is {BEGINS}, ten minutes \
         before the window {WINDOW:?} opens.",
        arguments.dir.display()
    ))?;
    Ok(Stage { scene, inventory: Arc::new(inventory), clock, teller })
}

/// Journal and known hosts of an earlier story would forbid this one.
fn forget_earlier(dir: &Path) {
    // What is not there need not be removed; what cannot be removed is found by the steps.
    let _ = std::fs::remove_dir_all(dir.join("journal"));
    let _ = std::fs::remove_file(dir.join("known_hosts"));
}

fn at(text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|error: jiff::Error| Failure::failed(error.to_string()))
}
