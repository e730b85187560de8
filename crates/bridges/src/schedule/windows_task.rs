//! A task for the Task Scheduler of Windows (Task Scheduler Schema 1.2).

use jiff::civil::Weekday;

use super::{ExportError, Job};
use crate::timing::clock;

const SCHEDULER: &str = "the Windows Task Scheduler";

/// Where the schema begins to count; any day in the past will do.
const FIRST_DAY: &str = "2026-01-01";

pub(super) fn export(job: &Job) -> Result<String, ExportError> {
    let weekly = job.opening.weekly();
    let (days, time) =
        weekly.ok_or_else(|| job.inexpressible(SCHEDULER, "cron expressions are not known to it"))?;
    let days: String = days.iter().map(|day| format!("<{} />", name(*day))).collect();
    let inventory = escaped(&format!("\"{}\"", job.inventory.display()));
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- schtasks /Create /TN "Everpresent bridges restart" /XML restart.xml
     The Task Scheduler knows no zones: {clock} is meant on this machine's clock, the schedule is {schedule}.
     The windows of the inventory keep a start at another hour from restarting anything. -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Restart Web Bridges that leak sessions</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{FIRST_DAY}T{clock}:00</StartBoundary>
      <ScheduleByWeek>
        <WeeksInterval>1</WeeksInterval>
        <DaysOfWeek>{days}</DaysOfWeek>
      </ScheduleByWeek>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>false</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
  </Settings>
  <Actions>
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"#,
        clock = clock(time),
        schedule = job.opening,
        program = escaped(&job.program.display().to_string()),
        arguments = job.arguments(&inventory),
    ))
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
