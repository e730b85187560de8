//! A line for a crontab.

use super::{ExportError, Job};

const SCHEDULER: &str = "cron";

pub(super) fn export(job: &Job) -> Result<String, ExportError> {
    let (program, inventory) = job.paths(SCHEDULER)?;
    let fields = match job.opening.weekly() {
        Some((days, time)) => {
            let days =
                days.iter().map(|day| day.to_sunday_zero_offset().to_string()).collect::<Vec<_>>().join(",");
            let days = if days.split(',').count() == 7 { "*".to_owned() } else { days };
            format!("{} {} * * {days}", time.minute(), time.hour())
        }
        None => job.opening.cron().unwrap_or_default(),
    };
    if fields.contains(|c: char| !(c.is_ascii_digit() || " */,-".contains(c))) {
        return Err(job.inexpressible(SCHEDULER, "L, W and # are not known to every cron"));
    }
    Ok(format!(
        "# {}. CRON_TZ is understood by cronie; other crons go by the zone of the machine, and the windows of the inventory keep\n\
         # a start at another hour from restarting anything.\n\
         CRON_TZ={}\n\
         {fields} {program} {}\n",
        job.opening,
        job.opening.zone(),
        job.arguments(&inventory),
    ))
}
