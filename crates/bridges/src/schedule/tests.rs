//! What other schedulers are told.

use super::*;

fn job(schedule: &str) -> Job {
    Job {
        opening: schedule.parse().unwrap(),
        wait: "2h".parse().unwrap(),
        program: "/usr/bin/everpresent".into(),
        inventory: "/etc/everpresent/bridges.toml".into(),
    }
}

const COMMAND: &str =
    "/usr/bin/everpresent bridges restart --leaking --wait 2h --inventory /etc/everpresent/bridges.toml";

#[test]
fn systemd_gets_a_service_and_a_timer_in_the_zone_of_the_schedule() {
    let events = |schedule: &str| {
        let text = job(schedule).export(Scheduler::Systemd).unwrap();
        assert!(text.contains(&format!("ExecStart={COMMAND}\n")), "{text}");
        text.lines().find_map(|line| line.strip_prefix("OnCalendar=")).unwrap().to_owned()
    };
    assert_eq!(events("Sat 02:00 Europe/Brussels"), "Sat *-*-* 02:00:00 Europe/Brussels");
    assert_eq!(events("daily 23:30 UTC"), "*-*-* 23:30:00 UTC");
    assert_eq!(events("0 2 * * 6 Europe/Brussels"), "Sat *-*-* 02:00:00 Europe/Brussels");
    assert_eq!(events("*/15 1-3 1,15 * * UTC"), "*-*-1,15 01..03:00/15:00 UTC");
    let refused = job("0 2 1 * 6 UTC").export(Scheduler::Systemd).unwrap_err().to_string();
    assert!(refused.contains("write it as days and a time"), "{refused}");
}

#[test]
fn cron_gets_a_line_and_its_zone() {
    let text = job("Mon,Sat 02:05 Europe/Brussels").export(Scheduler::Cron).unwrap();
    assert!(text.contains("\nCRON_TZ=Europe/Brussels\n"), "{text}");
    assert!(text.ends_with(&format!("5 2 * * 1,6 {COMMAND}\n")), "{text}");
    let text = job("daily 02:05 UTC").export(Scheduler::Cron).unwrap();
    assert!(text.contains("\n5 2 * * * "), "{text}");
    assert!(job("0 2 L * * UTC").export(Scheduler::Cron).is_err());
}

#[test]
fn windows_gets_a_weekly_task_whose_texts_are_escaped() {
    let mut job = job("Sat 02:00 Europe/Brussels");
    job.program = r"C:\Program Files\Everpresent & Co\everpresent.exe".into();
    let text = job.export(Scheduler::WindowsTask).unwrap();
    assert!(text.contains("<DaysOfWeek><Saturday /></DaysOfWeek>"), "{text}");
    assert!(text.contains("Everpresent &amp; Co") && text.contains("T02:00:00</StartBoundary>"), "{text}");
    assert!(text.contains("--inventory &quot;/etc/everpresent/bridges.toml&quot;"), "{text}");
    let refused = super::tests::job("0 2 * * 6 UTC").export(Scheduler::WindowsTask).unwrap_err();
    assert!(refused.to_string().contains("cron expressions"), "{refused}");
}

#[test]
fn paths_that_would_be_something_else_are_refused() {
    for path in ["/etc/a b.toml", "/etc/a;b", "/etc/%h", "/etc/a\nExecStart=/bin/sh"] {
        let mut job = job("Sat 02:00 UTC");
        job.inventory = path.into();
        for scheduler in [Scheduler::Systemd, Scheduler::Cron] {
            assert!(matches!(job.export(scheduler), Err(ExportError::Path { .. })), "{path}");
        }
    }
}
