//! When bounds become a finding, and what bridges are called.

use jiff::SignedDuration;

use super::story::{Story, at, day, exact};
use crate::audit::{Agreed, Auditor, LeakSource, Observed, Settings, SettingsError, Verdict};
use crate::deployment::{Deployment, Fill, Role, Server};
use crate::line::{Event, WebBridgeStats};

/// Rounds ten minutes apart: sessions and calls at the same moment.
fn rounds(figures: &[(u32, u32)]) -> (Story, jiff::Timestamp) {
    let mut story = Story::pair();
    let mut moment = at("10:00:00");
    for (sessions, calls) in figures {
        story.sessions_at("web", moment, *sessions);
        story.calls_at("call", moment, *calls, *calls);
        moment += SignedDuration::from_mins(10);
    }
    (story, moment - SignedDuration::from_mins(10))
}

fn verdict(figures: &[(u32, u32)]) -> Verdict {
    let (story, end) = rounds(figures);
    story.auditor.finding(end).verdict
}

#[test]
fn a_guest_on_a_landing_page_is_no_leak_until_the_third_window_in_a_row() {
    assert_eq!(verdict(&[(10, 10), (10, 10), (11, 10)]), Verdict::Healthy, "one window of three");
    assert_eq!(verdict(&[(10, 10), (11, 10), (11, 10)]), Verdict::Healthy, "two");
    assert_eq!(verdict(&[(11, 10), (11, 10), (11, 10)]), Verdict::Leak, "three");
    assert_eq!(verdict(&[(11, 10), (11, 10), (10, 10), (11, 10)]), Verdict::Healthy, "not in a row");
    assert_eq!(verdict(&[(11, 10), (11, 10), (11, 10), (10, 10)]), Verdict::Healthy, "over");
}

#[test]
fn too_few_windows_are_not_called_healthy() {
    assert_eq!(verdict(&[(11, 10)]), Verdict::Unknown);
    assert_eq!(verdict(&[(11, 10), (11, 10)]), Verdict::Unknown);
    assert_eq!(verdict(&[(10, 10)]), Verdict::Healthy, "nothing leaked at this moment, that much is known");
}

#[test]
fn only_windows_that_follow_each_other_are_counted() {
    let (story, end) = rounds(&[(11, 10), (10, 10), (11, 10)]);
    assert_eq!(story.auditor.finding(end).in_a_row, 1, "the one before does not show it");
}

#[test]
fn windows_in_a_row_agree_on_the_least_and_the_most() {
    // Lower and upper figure are the same in each: 5, 9, 7, 8. Of three windows 9, 7 and 8 count.
    let (story, end) = rounds(&[(15, 10), (19, 10), (17, 10), (18, 10)]);
    let finding = story.auditor.finding(end);
    assert_eq!(finding.agreed, Some(Agreed { least: 7, most: 9 }));
    assert_eq!(finding.round.bounds().unwrap().least, 8, "the newest alone");
    let unknown = story.auditor.finding(end + SignedDuration::from_mins(20));
    assert_eq!(unknown.agreed, None);
}

#[test]
fn how_many_windows_make_a_finding_is_a_setting() {
    let (mut story, end) = rounds(&[(11, 10)]);
    let settings = Settings { windows_in_a_row: 1, ..exact() };
    story.auditor = {
        let mut auditor = Auditor::new(story.auditor.deployment().clone(), settings).unwrap();
        let stats = WebBridgeStats { sessions: 11, c: 1, d: 1 };
        auditor.observe(story.id("web"), end, &Event::WebBridge(stats));
        auditor
    };
    story.calls_at("call", end, 10, 10);
    assert_eq!(story.auditor.finding(end).verdict, Verdict::Leak);
}

#[test]
fn a_silent_window_interrupts_the_row() {
    let (mut story, _) = rounds(&[(11, 10), (11, 10)]);
    story.sessions("web", "10:30:00", 11);
    story.calls("call", "10:30:00", 10, 10);
    let finding = story.auditor.finding(at("10:30:00"));
    assert_eq!((finding.verdict, finding.in_a_row, finding.known_in_a_row), (Verdict::Unknown, 1, 1));
}

#[test]
fn a_full_bridge_is_an_alarm_whatever_the_others_say() {
    let mut story = Story::pair();
    story.sessions("web", "10:00:00", 149);
    let finding = story.auditor.finding(at("10:00:00"));
    assert_eq!(finding.verdict, Verdict::Full, "although the Call Bridge is silent");
    assert_eq!(finding.silent().len(), 1);
    let later = story.auditor.finding(at("10:10:00"));
    assert_eq!(
        (later.verdict, later.full.len()),
        (Verdict::Unknown, 0),
        "what was full ten minutes ago is not known"
    );
}

#[test]
fn a_bridge_fills_by_its_own_limit() {
    let servers =
        vec![Server::new("web", Role::WebBridge).with_limit(50), Server::new("call", Role::CallBridge)];
    let mut story = Story { auditor: Auditor::new(Deployment::new(servers).unwrap(), exact()).unwrap() };
    for (clock, sessions, expected) in
        [("10:00:00", 39, Fill::Room), ("10:01:00", 40, Fill::Filling), ("10:02:00", 50, Fill::Full)]
    {
        story.sessions("web", clock, sessions);
        let report = story.auditor.report(at(clock));
        assert_eq!(report.bridges[0].fill, Some(expected), "{sessions}");
    }
    assert_eq!(story.auditor.report(at("11:00:00")).bridges[0].fill, None, "an old count fills nothing");
    assert_eq!(story.auditor.report(at("11:00:00")).bridges[0].sessions, Some((at("10:02:00"), 50)));
}

#[test]
fn of_a_single_combined_server_the_bridges_own_figure_is_known() {
    let mut story = Story::new(&[("cms", Role::Both)], exact());
    story.sessions("cms", "10:00:00", 33);
    story.calls("cms", "10:00:00", 3, 5);
    let leaked = story.auditor.report(at("10:00:00")).bridges[0].leaked.unwrap();
    assert_eq!((leaked.least, leaked.most, leaked.source), (28, 30, LeakSource::OnlyBridge));
}

#[test]
fn of_one_bridge_among_several_it_is_not() {
    let servers = [("w1", Role::WebBridge), ("w2", Role::WebBridge), ("call", Role::CallBridge)];
    let mut story = Story::new(&servers, exact());
    story.sessions("w1", "10:00:00", 33);
    story.sessions("w2", "10:00:00", 0);
    story.calls("call", "10:00:00", 3, 5);
    let report = story.auditor.report(at("10:00:00"));
    assert!(report.bridges.iter().all(|bridge| bridge.leaked.is_none()));
}

#[test]
fn a_server_that_counts_what_it_should_not_is_not_listened_to() {
    let mut story = Story::pair();
    let stats = Event::WebBridge(WebBridgeStats { sessions: 149, c: 1, d: 1 });
    assert_eq!(story.auditor.observe(story.id("call"), day(0, 10), &stats), Observed::NotItsRole);
    assert_eq!(story.auditor.newest(), None);
}

#[test]
fn rules_that_mean_nothing_are_refused() {
    let with = |settings: Settings| {
        let deployment = Deployment::new(vec![Server::new("cms", Role::Both)]).unwrap();
        Auditor::new(deployment, settings).err()
    };
    let mins = SignedDuration::from_mins;
    assert_eq!(with(Settings { window: mins(5), ..exact() }), Some(SettingsError::Window));
    assert_eq!(with(Settings { window: mins(25 * 60), ..exact() }), Some(SettingsError::Window));
    assert_eq!(with(Settings { windows_in_a_row: 0, ..exact() }), Some(SettingsError::Windows));
    assert_eq!(with(Settings { proof_windows: 1_001, ..exact() }), Some(SettingsError::Windows));
    assert_eq!(with(Settings { skew: mins(3), ..exact() }), Some(SettingsError::Skew));
    assert_eq!(with(Settings { skew: mins(-1), ..exact() }), Some(SettingsError::Skew));
    assert_eq!(with(Settings::default()), None);
}

#[test]
fn what_is_shown_over_time_is_what_was_counted() {
    let (story, end) = rounds(&[(15, 10), (19, 10), (17, 10)]);
    let counts: Vec<u32> =
        story.auditor.session_counts(story.id("web")).map(|(_, sessions)| sessions).collect();
    assert_eq!(counts, [15, 19, 17]);
    assert_eq!(story.auditor.window_ends(10), [at("10:00:00"), at("10:10:00"), end]);
    assert_eq!(story.auditor.window_ends(2), [at("10:10:00"), end], "the newest");
    assert_eq!(Story::pair().auditor.window_ends(10), []);
    let words: Vec<&str> =
        [Verdict::Healthy, Verdict::Unknown, Verdict::Full, Verdict::Leak].map(Verdict::as_str).to_vec();
    assert_eq!(words, ["healthy", "unknown", "full", "leak"]);
    let roles = [Role::WebBridge, Role::CallBridge, Role::Both, Role::Janus].map(Role::as_str);
    assert_eq!(roles, ["web bridge", "call bridge", "both", "janus"]);
}
