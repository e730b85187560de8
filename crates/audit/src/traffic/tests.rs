//! The model itself: what it writes is what happens in it.

use super::*;
use crate::{Dating, Event, Reader, Reading};
use jiff::tz::TimeZone;

fn monday() -> Timestamp {
    "2026-11-16T00:00:00Z".parse().unwrap()
}

fn hours(hours: i64) -> Timestamp {
    monday() + SignedDuration::from_hours(hours)
}

fn plan() -> Plan {
    Plan::four_and_four(7, monday())
}

#[test]
fn the_same_seed_writes_the_same_lines_and_another_one_does_not() {
    let lines = |seed| Traffic::new(Plan { seed, ..plan() }).run_to(hours(10));
    assert_eq!(lines(1), lines(1));
    assert_ne!(lines(1), lines(2));
}

#[test]
fn by_day_people_talk_and_by_night_only_what_leaked_is_left() {
    let mut traffic = Traffic::new(plan());
    traffic.run_to(hours(10));
    let talking: u32 = (0..4).map(|bridge| traffic.calls(bridge)).sum();
    assert!(talking > 20, "{talking} at ten o'clock");
    traffic.run_to(hours(26));
    assert_eq!((0..4).map(|bridge| traffic.calls(bridge) + traffic.live(bridge)).sum::<u32>(), 0);
    // 250 guests each, of whom 1, 1.5, 2 and 0.5 % stay.
    let leaked: Vec<u32> = (0..4).map(|bridge| traffic.leaked(bridge)).collect();
    assert!(
        leaked
            .iter()
            .zip([2.5, 3.75, 5.0, 1.25])
            .all(|(leaked, expected)| (f64::from(*leaked) - expected).abs() < 1.5),
        "{leaked:?}"
    );
}

#[test]
fn every_line_reads_as_what_happened() {
    let mut traffic = Traffic::new(plan());
    let mut written = traffic.run_to(hours(12));
    written.extend(traffic.restart(2, "admin", "192.0.2.9:4000"));
    let mut reader = Reader::new(Dating::new(TimeZone::UTC, Some(2026)));
    let mut kinds = [0; 3];
    for line in &written {
        let Reading::Record(record) = reader.read(line.line.as_bytes(), monday()) else {
            panic!("{}", line.line)
        };
        assert_eq!((record.at, record.host.as_deref()), (line.at, Some(line.server.as_str())));
        match record.event {
            Event::WebBridge(_) => kinds[0] += 1,
            Event::CallBridge(stats) => {
                assert!(stats.adds_up().unwrap());
                kinds[1] += 1;
            }
            Event::Command(command) => {
                assert!(command.restarts_web_bridge());
                kinds[2] += 1;
            }
        }
    }
    assert_eq!(kinds, [4 * 60 * 12, 4 * 12 * 12, 1], "once a minute, once in five, one command");
}

#[test]
fn a_restart_ends_sessions_and_cuts_calls_and_a_full_bridge_lets_nobody_in() {
    let mut traffic = Traffic::new(Plan { limit: 5, leak_share: vec![1.0; 4], ..plan() });
    traffic.run_to(hours(11));
    assert_eq!((0..4).map(|bridge| traffic.leaked(bridge) + traffic.live(bridge)).max(), Some(5));
    traffic.add_call(0, 1, 600);
    let before = traffic.calls(1);
    assert!(before >= 1);
    for bridge in 0..4 {
        traffic.restart(bridge, "admin", "192.0.2.9:4000").unwrap();
    }
    assert_eq!(
        (0..4)
            .map(|bridge| traffic.leaked(bridge) + traffic.live(bridge) + traffic.calls(bridge))
            .sum::<u32>(),
        0
    );
    traffic.run_to(hours(12));
    assert!(traffic.leaked(0) > 0, "guests come again");
    assert_eq!(traffic.restart(9, "admin", "x"), None);
}
