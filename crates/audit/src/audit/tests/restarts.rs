//! Restarts as the log shows them.

use super::story::{Story, at};
use crate::audit::Restart;
use crate::line::{Event, WebBridgeStats};

fn shown(story: &Story, clock: &str) -> Vec<(String, bool, bool)> {
    let restarts = story.auditor.restarts(story.id("web"), at(clock));
    let shown = |restart: &Restart| {
        (restart.at.strftime("%H:%M:%S").to_string(), restart.counters_fell, restart.by.is_some())
    };
    restarts.iter().map(shown).collect()
}

fn seen(clock: &str, counters_fell: bool, commanded: bool) -> (String, bool, bool) {
    (clock.to_owned(), counters_fell, commanded)
}

#[test]
fn a_figure_that_only_grows_has_fallen() {
    let mut story = Story::pair();
    story.counters_at("web", at("10:00:00"), 140, 3_000);
    story.counters_at("web", at("10:01:00"), 100, 3_100);
    assert_eq!(shown(&story, "10:01:00"), [], "fewer sessions alone are no restart");
    story.counters_at("web", at("10:02:00"), 3, 5);
    assert_eq!(shown(&story, "10:02:00"), [seen("10:02:00", true, false)]);
    assert_eq!(shown(&story, "10:01:59"), [], "not seen yet");
}

#[test]
fn a_command_and_the_fall_after_it_are_one_restart() {
    let mut story = Story::pair();
    story.counters_at("web", at("10:00:00"), 140, 3_000);
    story.command("web", "10:00:30", "webbridge restart", true);
    assert_eq!(shown(&story, "10:00:59"), [seen("10:00:30", false, true)], "the command alone");
    story.counters_at("web", at("10:01:00"), 0, 0);
    assert_eq!(shown(&story, "10:01:00"), [seen("10:00:30", true, true)]);
    let by = story.auditor.restarts(story.id("web"), at("10:01:00"))[0].by.clone().unwrap();
    assert_eq!(by, ("admin".to_owned(), "192.0.2.9:4000".to_owned()));
}

#[test]
fn commands_that_were_refused_or_do_something_else_are_no_restart() {
    let mut story = Story::pair();
    story.command("web", "10:00:00", "webbridge restart", false);
    story.command("web", "10:01:00", "webbridge", true);
    story.command("web", "10:02:00", "callbridge restart", true);
    assert_eq!(shown(&story, "11:00:00"), []);
}

#[test]
fn two_falls_are_two_restarts_and_late_lines_change_nothing() {
    let counts = [("10:00:00", 3_000), ("10:01:00", 5), ("10:02:00", 80), ("10:03:00", 2), ("10:04:00", 9)];
    let mut orders = vec![counts.to_vec(), counts.iter().rev().copied().collect()];
    orders.push(vec![counts[3], counts[0], counts[4], counts[2], counts[1]]);
    for order in orders {
        let mut story = Story::pair();
        for (clock, c) in order {
            story.counters_at("web", at(clock), 1, c);
        }
        assert_eq!(shown(&story, "11:00:00"), [seen("10:01:00", true, false), seen("10:03:00", true, false)]);
    }
}

#[test]
fn either_figure_that_falls_shows_a_restart() {
    for (c, d) in [(0, 50), (200, 0)] {
        let mut story = Story::pair();
        let web = story.id("web");
        for (clock, c, d) in [("10:00:00", 100, 40), ("10:01:00", c, d)] {
            story.auditor.observe(web, at(clock), &Event::WebBridge(WebBridgeStats { sessions: 1, c, d }));
        }
        assert_eq!(shown(&story, "11:00:00"), [seen("10:01:00", true, false)], "c {c}, d {d}");
    }
}
