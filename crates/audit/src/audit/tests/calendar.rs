//! The best hour for a restart.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::story::{Story, day, exact};
use crate::audit::Settings;
use crate::deployment::Role;

/// Two weeks of calls on two Call Bridges, counted at half past: many by day, few by night, none on Saturday from 02:00
/// to 05:00 except once from 02:00 to 03:00.
fn two_weeks(settings: Settings) -> Story {
    let servers = [("web", Role::WebBridge), ("c1", Role::CallBridge), ("c2", Role::CallBridge)];
    let mut story = Story::new(&servers, settings);
    for hour in 0..14 * 24 {
        let (weekday, clock) = (hour / 24 % 7, hour % 24);
        let peak = match (weekday, clock) {
            (5, 2) if hour < 7 * 24 => 9,
            (5, 2..5) => 0,
            (_, 8..18) => 50,
            _ => 5,
        };
        let moment = day(0, hour) + jiff::SignedDuration::from_mins(30);
        story.calls_at("c1", moment, 0, peak);
        story.calls_at("c2", moment, 0, peak);
    }
    story
}

#[test]
fn it_is_the_one_with_the_fewest_calls_in_any_week_and_quiet_hours_beside_it() {
    let quiet = two_weeks(exact()).auditor.quiet_hour(day(14, 0), None).unwrap();
    // Saturday 03:00 has 9 calls before it and none after; 04:00 none before and 5 after: of each bridge.
    assert_eq!(
        (quiet.weekday(), quiet.from.hour(), quiet.calls_peak, quiet.weeks),
        (Weekday::Saturday, 4, 0, 2)
    );
    assert_eq!(quiet.from.timestamp(), day(19, 4), "the next one");
}

#[test]
fn it_lies_before_the_moment_at_which_a_bridge_is_full() {
    let story = two_weeks(exact());
    let quiet = story.auditor.quiet_hour(day(14, 0), Some(day(18, 0))).unwrap();
    assert_eq!(quiet.calls_peak, 10, "5 on each, in a night before Saturday");
    assert!(quiet.from.timestamp() < day(18, 0));
    assert_eq!(story.auditor.quiet_hour(day(14, 0), Some(day(14, 0))), None, "there is no time left");
}

#[test]
fn hours_are_those_of_the_zone() {
    let zone = TimeZone::get("Europe/Brussels").unwrap();
    let quiet = two_weeks(Settings { zone, ..exact() }).auditor.quiet_hour(day(14, 0), None).unwrap();
    assert_eq!((quiet.from.hour(), quiet.from.timestamp()), (5, day(19, 4)));
}

#[test]
fn an_hour_in_which_a_call_bridge_was_silent_is_not_called_quiet() {
    let mut story = two_weeks(exact());
    let servers = [("c1", Role::CallBridge), ("c2", Role::CallBridge)];
    let mut silent = Story::new(&servers, exact());
    for hour in 0..7 * 24 {
        let moment = day(0, hour) + jiff::SignedDuration::from_mins(30);
        silent.calls_at("c1", moment, 0, if hour == 100 { 0 } else { 3 });
        if hour != 100 {
            silent.calls_at("c2", moment, 0, 3);
        }
    }
    assert_eq!(silent.auditor.quiet_hour(day(7, 0), None).unwrap().calls_peak, 6);
    silent.calls_at("c2", day(0, 100) + jiff::SignedDuration::from_mins(30), 0, 1);
    assert_eq!(silent.auditor.quiet_hour(day(7, 0), None).unwrap().calls_peak, 1);
    story.calls_at("c2", day(5, 4) + jiff::SignedDuration::from_mins(45), 0, 80);
    assert_eq!(
        story.auditor.quiet_hour(day(14, 0), None).unwrap().from.hour(),
        3,
        "four o'clock was busy once"
    );
}

#[test]
fn a_peak_counts_for_every_hour_that_it_reaches_back_into_and_in_any_week() {
    for week in [0, 7] {
        let mut story = two_weeks(exact());
        // From 03:57 to 04:02 on one of the Saturdays: both hours had it. Any night is better then.
        story.calls_at("c1", day(5 + week, 4) + jiff::SignedDuration::from_mins(2), 0, 80);
        let quiet = story.auditor.quiet_hour(day(14, 0), None).unwrap();
        assert_eq!((quiet.weekday(), quiet.calls_peak), (Weekday::Monday, 10), "week {week}: {quiet:?}");
    }
}

#[test]
fn less_than_a_day_says_nothing() {
    let mut story = Story::new(&[("call", Role::CallBridge)], exact());
    for hour in 0..23 {
        story.calls_at("call", day(0, hour) + jiff::SignedDuration::from_mins(30), 0, 3);
    }
    assert_eq!(story.auditor.quiet_hour(day(1, 0), None), None);
    story.calls_at("call", day(0, 23) + jiff::SignedDuration::from_mins(30), 0, 3);
    assert!(story.auditor.quiet_hour(day(1, 0), None).is_some());
}
