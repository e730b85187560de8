//! `everpresent bridges schedule`

use std::process::ExitCode;

use everpresent_bridges::schedule::{Job, Scheduler};
use everpresent_bridges::timing::DEFAULT_WINDOW;

use super::shared::inventory;
use crate::cli::ScheduleArguments;
use crate::failure::{Exit, Failure};
use crate::output;

pub(super) fn run(arguments: &ScheduleArguments) -> Result<ExitCode, Failure> {
    let inventory = inventory(&arguments.inventory)?;
    let path = inventory.path.display();
    let opening = inventory.restart.schedule.clone().ok_or_else(|| {
        let text =
            format!("{path} has no schedule: add `schedule = \"Sat 02:00 Europe/Brussels\"` to [restart]");
        Failure::new(Exit::Config, text)
    })?;
    // As long as the longest window is open, calls may end.
    let longest =
        inventory.servers.iter().flat_map(|entry| &entry.windows).map(|window| window.length()).max();
    let absolute = std::path::absolute(&inventory.path);
    let program = std::env::current_exe();
    let job = Job {
        opening,
        wait: longest.unwrap_or(DEFAULT_WINDOW),
        program: program.map_err(|error| Failure::failed(error.to_string()))?,
        inventory: absolute.map_err(|error| Failure::failed(format!("{path}: {error}")))?,
    };
    let scheduler = if arguments.scheduler.systemd {
        Scheduler::Systemd
    } else if arguments.scheduler.cron {
        Scheduler::Cron
    } else {
        Scheduler::WindowsTask
    };
    let text = job.export(scheduler).map_err(|error| Failure::new(Exit::Refused, error.to_string()))?;
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
