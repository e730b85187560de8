//! Rates and where they lead.

use super::story::{Story, day};
use crate::audit::Basis;
use crate::deployment::Role;

/// A bridge on which 6 sessions a day stay, from midnight on; by day 30 people are there.
fn filling(days: i64) -> Story {
    let mut story =
        Story::new(&[("web", Role::WebBridge), ("call", Role::CallBridge)], super::story::exact());
    for hour in 0..=days * 24 {
        let stayed = u32::try_from(hour / 4).unwrap();
        let people = if (8..18).contains(&(hour % 24)) { 30 } else { 0 };
        story.sessions_at("web", day(0, hour), 10 + stayed + people);
    }
    story
}

#[test]
fn the_rate_is_that_of_the_lowest_counts_of_days_and_people_do_not_count() {
    let story = filling(6);
    let trend = story.auditor.trend(story.id("web"), day(6, 0)).unwrap();
    assert_eq!((trend.basis, trend.points), (Basis::Days, 6));
    assert!((trend.per_day - 6.0).abs() < 0.01, "{trend:?}");
}

#[test]
fn a_bridge_is_full_first_with_the_guests_of_a_busy_hour_and_later_without_them() {
    let story = filling(6);
    let forecast = story.auditor.forecast(story.id("web"), day(6, 0)).unwrap();
    // Now 10 + 36 stay. 149 − 46 = 103 sessions are 17.2 days; with 30 guests 73 sessions, 12.2 days.
    let days = |moment: jiff::Timestamp| moment.duration_since(day(6, 0)).as_secs_f64() / 86_400.0;
    assert!((days(forecast.full_of_leaked) - 17.2).abs() < 0.4, "{}", days(forecast.full_of_leaked));
    assert!((days(forecast.full) - 12.2).abs() < 0.9, "{}", days(forecast.full));
}

#[test]
fn a_rate_from_hours_says_so() {
    let story = filling(2);
    let at = day(0, 7);
    let trend = story.auditor.trend(story.id("web"), at).unwrap();
    assert_eq!(trend.basis, Basis::Hours);
    // Seven lowest counts, one session more every fourth hour: coarse, but of the right size.
    assert!((trend.per_day - 6.0).abs() < 1.5, "{trend:?}");
}

#[test]
fn a_restart_does_not_look_like_a_falling_rate() {
    let mut story = filling(6);
    for hour in 1..=3 * 24 {
        let stayed = u32::try_from(hour / 4).unwrap();
        story.counters_at("web", day(6, hour), stayed, u64::from(stayed));
    }
    let trend = story.auditor.trend(story.id("web"), day(9, 0)).unwrap();
    assert!((trend.per_day - 6.0).abs() < 0.5, "{trend:?}");
    let forecast = story.auditor.forecast(story.id("web"), day(9, 0)).unwrap();
    // 18 stay since the restart: 131 sessions more are 21.8 days.
    let days = forecast.full_of_leaked.duration_since(day(9, 0)).as_secs_f64() / 86_400.0;
    assert!((days - 21.8).abs() < 1.5, "{days}");
}

#[test]
fn a_bridge_that_does_not_fill_has_no_forecast() {
    let mut story = Story::new(&[("web", Role::WebBridge)], super::story::exact());
    for hour in 0..=6 * 24 {
        story.sessions_at("web", day(0, hour), if hour % 24 == 12 { 90 } else { 4 });
    }
    let trend = story.auditor.trend(story.id("web"), day(6, 0)).unwrap();
    assert!(trend.per_day.abs() < f64::EPSILON, "{trend:?}");
    assert_eq!(story.auditor.forecast(story.id("web"), day(6, 0)), None);
}

#[test]
fn a_bridge_that_empties_has_no_forecast() {
    let mut story = Story::new(&[("web", Role::WebBridge)], super::story::exact());
    for hour in 0..=6 * 24 {
        story.sessions_at("web", day(0, hour), u32::try_from(140 - hour / 6).unwrap());
    }
    assert!(story.auditor.trend(story.id("web"), day(6, 0)).unwrap().per_day < -3.0);
    assert_eq!(story.auditor.forecast(story.id("web"), day(6, 0)), None);
}

#[test]
fn a_handful_of_counts_is_no_trend() {
    let mut story = Story::new(&[("web", Role::WebBridge)], super::story::exact());
    assert_eq!(story.auditor.trend(story.id("web"), day(0, 0)), None);
    story.sessions_at("web", day(0, 0), 4);
    story.sessions_at("web", day(0, 1), 5);
    assert_eq!(story.auditor.trend(story.id("web"), day(0, 2)), None);
    assert_eq!(story.auditor.forecast(story.id("web"), day(0, 2)), None);
}
