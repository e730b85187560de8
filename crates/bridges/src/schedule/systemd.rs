//! A service and a timer for systemd.

use super::calendar;
use super::{ExportError, Job};
use crate::timing::clock;

const SCHEDULER: &str = "systemd";

pub(super) fn export(job: &Job) -> Result<String, ExportError> {
    let (program, inventory) = job.paths(SCHEDULER)?;
    let zone = job.opening.zone();
    let event = match job.opening.weekly() {
        Some((_, time)) => format!("{}*-*-* {}:00", days(job), clock(time)),
        None => {
            let cron = job.opening.cron().unwrap_or_default();
            calendar::event(&cron).map_err(|problem| job.inexpressible(SCHEDULER, problem))?
        }
    };
    Ok(format!(
        "# /etc/systemd/system/everpresent-bridges-restart.service\n\
         [Unit]\n\
         Description=Restart Web Bridges that leak sessions\n\
         Wants=network-online.target\n\
         After=network-online.target\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart={program} {}\n\
         # Exit code 2: it was not allowed now, for example because a call was going on.\n\
         SuccessExitStatus=2\n\
         # A password can come in as a credential: password_credential = \"mmp\" in the inventory, and here\n\
         #LoadCredential=mmp:/etc/everpresent/mmp-password\n\
         \n\
         # /etc/systemd/system/everpresent-bridges-restart.timer\n\
         [Unit]\n\
         Description=Restart Web Bridges that leak sessions: {}\n\
         \n\
         [Timer]\n\
         OnCalendar={event} {zone}\n\
         # A machine that was off at that time does not catch up: the window may be over.\n\
         Persistent=false\n\
         AccuracySec=1min\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        job.arguments(&inventory),
        job.opening,
    ))
}

fn days(job: &Job) -> String {
    let text = job.opening.to_string();
    match text.split(' ').next() {
        Some("daily") | None => String::new(),
        Some(days) => format!("{days} "),
    }
}
