//! W, X, Y and the two figures that follow from them.

use jiff::SignedDuration;

use super::story::{Story, at, exact};
use crate::audit::{Missing, NativeClients, Outcome, Settings, Verdict, What};
use crate::deployment::Role;

#[test]
fn the_published_case() {
    let mut story =
        Story::new(&[("webbridge1", Role::WebBridge), ("core1", Role::CallBridge)], Settings::default());
    story.sessions("webbridge1", "14:53:18", 149);
    story.calls("core1", "14:53:20", 14, 17);
    let report = story.auditor.report(at("14:53:20"));
    let bounds = report.finding.round.bounds().unwrap();
    assert_eq!((bounds.sessions, bounds.calls, bounds.calls_peak), (149, 14, 17));
    assert_eq!((bounds.least, bounds.most), (132, 135), "149 − 17 and 149 − 14");
    assert!(!bounds.enclosed && report.single_sample);
    assert_eq!(report.finding.verdict, Verdict::Full, "149 of 149; one window is too few for a leak");
    assert_eq!(report.finding.full, [story.id("webbridge1")]);
    assert_eq!((report.finding.in_a_row, report.finding.known_in_a_row), (1, 1));
}

#[test]
fn sessions_and_calls_are_summed_over_the_deployment() {
    let servers = [
        ("w1", Role::WebBridge),
        ("w2", Role::WebBridge),
        ("c1", Role::CallBridge),
        ("c2", Role::CallBridge),
    ];
    let mut story = Story::new(&servers, exact());
    // The guest who came in by w1 may be in a call on c2: only sums can be compared.
    story.sessions("w1", "10:00:00", 30);
    story.sessions("w2", "10:00:00", 5);
    story.calls("c1", "10:00:00", 4, 6);
    story.calls("c2", "10:00:00", 20, 21);
    let bounds = story.bounds("10:00:00");
    assert_eq!((bounds.sessions, bounds.calls, bounds.calls_peak), (35, 24, 27));
    assert_eq!((bounds.least, bounds.most), (8, 11));
    assert!(bounds.enclosed, "counted at the same moment");
}

#[test]
fn the_peak_is_the_highest_of_all_counts_that_cover_the_sessions_and_of_no_other() {
    let mut story = Story::pair();
    story.calls("call", "09:54:00", 90, 99);
    story.calls("call", "09:59:00", 10, 50);
    story.sessions("web", "09:58:00", 60);
    story.calls("call", "10:03:00", 10, 12);
    story.sessions("web", "10:03:30", 60);
    // Enclosed: calls counted at 10:03:00, sessions before at 09:58:00. The counts at 09:59 (09:54 to 09:59) and at 10:03
    // (09:58 to 10:03) cover it, the one at 09:54 does not.
    let bounds = story.bounds("10:03:30");
    assert_eq!((bounds.from, bounds.calls_peak, bounds.least), (at("09:58:00"), 50, 10));
}

#[test]
fn calls_that_grow_between_the_counts_do_not_hide_leaked_sessions_from_the_upper_figure() {
    let mut story = Story::pair();
    // 40 leaked all the time. 10 people at 10:00, 30 when calls are counted, 35 at 10:05.
    story.sessions("web", "10:00:00", 50);
    story.calls("call", "10:04:00", 30, 30);
    story.sessions("web", "10:05:00", 75);
    let bounds = story.bounds("10:05:00");
    assert!(bounds.enclosed);
    assert_eq!(bounds.most, 45, "75 − 30, not 50 − 30");
    assert_eq!(bounds.least, 20, "50 − 30");
}

#[test]
fn clocks_that_differ_widen_what_a_peak_must_cover() {
    let settings = Settings { skew: SignedDuration::from_secs(60), ..exact() };
    let mut story = Story::new(&[("web", Role::WebBridge), ("call", Role::CallBridge)], settings);
    story.calls("call", "09:59:30", 5, 40);
    story.sessions("web", "10:00:00", 50);
    story.calls("call", "10:04:30", 5, 6);
    story.sessions("web", "10:05:40", 50);
    // By the clock of `call` the sessions may have been counted at 09:59:00, which the first count covers.
    let bounds = story.bounds("10:05:40");
    assert_eq!((bounds.calls_peak, bounds.least, bounds.most), (40, 10, 45));
}

#[test]
fn a_silent_server_makes_everything_unknown_and_is_named() {
    let servers = [("web", Role::WebBridge), ("call", Role::CallBridge), ("other", Role::CallBridge)];
    let mut story = Story::new(&servers, exact());
    story.sessions("web", "10:00:00", 140);
    story.calls("call", "10:00:00", 0, 0);
    story.calls("other", "09:50:00", 0, 0);
    let finding = story.auditor.finding(at("10:00:00"));
    assert_eq!(finding.verdict, Verdict::Unknown);
    let silent = finding.silent();
    assert_eq!(silent.len(), 1);
    assert_eq!((silent[0].server, silent[0].what), (story.id("other"), What::Calls));
    assert_eq!(silent[0].missing, Missing::Since(at("09:50:00")), "ten minutes old is outside ten minutes");
    story.calls("other", "09:50:01", 0, 0);
    assert!(story.auditor.round(at("10:00:00")).bounds().is_none(), "it does not cover ten o'clock");
    story.calls("other", "10:00:00", 0, 0);
    assert_eq!(story.leaked("10:00:00"), (140, 140));
}

#[test]
fn a_server_that_never_counted_is_named_for_each_of_its_roles() {
    let story = Story::new(&[("single", Role::Both), ("janus", Role::Janus)], exact());
    let Outcome::Unknown(silent) = story.auditor.round(at("10:00:00")).outcome else { panic!() };
    let named: Vec<_> = silent.iter().map(|silent| (silent.server, silent.what, silent.missing)).collect();
    let id = story.id("single");
    assert_eq!(named, [(id, What::Sessions, Missing::Never), (id, What::Calls, Missing::Never)]);
}

#[test]
fn sessions_that_no_peak_covers_prove_nothing() {
    let mut story = Story::pair();
    story.calls("call", "09:52:00", 0, 0);
    story.sessions("web", "10:00:00", 50);
    let Outcome::Unknown(silent) = story.auditor.round(at("10:00:00")).outcome else { panic!() };
    assert_eq!(silent.len(), 1);
    assert_eq!(
        (silent[0].server, silent[0].missing),
        (story.id("call"), Missing::NotCovered(at("10:00:00")))
    );
}

#[test]
fn nothing_later_than_the_moment_is_looked_at() {
    let mut story = Story::pair();
    story.sessions("web", "10:00:00", 50);
    story.calls("call", "10:00:00", 10, 20);
    let before = story.auditor.round(at("10:00:00"));
    story.sessions("web", "10:02:00", 149);
    story.calls("call", "10:04:00", 100, 149);
    assert_eq!(story.auditor.round(at("10:00:00")), before);
}

#[test]
fn fewer_sessions_than_calls_are_no_negative_leak_but_native_clients() {
    let mut story = Story::pair();
    story.sessions("web", "10:00:00", 5);
    story.calls("call", "10:00:00", 9, 12);
    let bounds = story.bounds("10:00:00");
    assert_eq!((bounds.least, bounds.most), (0, 0));
    assert!(bounds.more_calls_than_sessions);
    let native = |clock| story.auditor.report(at(clock)).native_clients;
    assert_eq!(native("10:00:00"), NativeClients::Seen(at("10:00:00")));
}

#[test]
fn more_calls_than_sessions_are_remembered_for_a_week() {
    let mut story = Story::pair();
    story.sessions("web", "10:00:00", 5);
    story.calls("call", "10:00:00", 9, 12);
    story.sessions("web", "12:00:00", 9);
    story.calls("call", "12:00:00", 5, 5);
    assert_eq!(story.auditor.report(at("12:00:00")).native_clients, NativeClients::Seen(at("10:00:00")));
    let week_later = at("12:00:00") + SignedDuration::from_hours(7 * 24);
    assert_eq!(story.auditor.report(week_later).native_clients, NativeClients::Unseen);
}

#[test]
fn live_calls_are_the_newest_whatever_the_web_bridges_say() {
    let mut story = Story::pair();
    story.sessions("web", "10:00:00", 50);
    story.calls("call", "10:00:00", 10, 20);
    story.calls("call", "10:05:00", 13, 20);
    assert_eq!(story.bounds("10:05:00").calls, 10, "the round needs sessions counted after the calls");
    assert_eq!(story.auditor.live_calls(at("10:05:00")), Ok(13));
    assert_eq!(story.auditor.live_calls(at("10:14:59")), Ok(13));
    let silent = story.auditor.live_calls(at("10:15:00")).unwrap_err();
    assert_eq!((silent.len(), silent[0].server), (1, story.id("call")));
}

#[test]
fn without_anybody_who_counts_the_other_side_nothing_is_known() {
    let mut story = Story::new(&[("web", Role::WebBridge)], exact());
    for clock in ["09:40:00", "09:50:00", "10:00:00"] {
        story.sessions("web", clock, 50);
    }
    let finding = story.auditor.finding(at("10:00:00"));
    assert_eq!((finding.verdict, finding.round.outcome), (Verdict::Unknown, Outcome::Lacking(What::Calls)));
    let mut story = Story::new(&[("call", Role::CallBridge)], exact());
    story.calls("call", "10:00:00", 0, 0);
    let finding = story.auditor.finding(at("10:00:00"));
    assert_eq!(
        (finding.verdict, finding.round.outcome),
        (Verdict::Unknown, Outcome::Lacking(What::Sessions))
    );
}

#[test]
fn a_gap_between_peaks_is_not_filled_with_hope() {
    let mut story = Story::pair();
    story.calls("call", "09:52:00", 0, 0);
    story.sessions("web", "09:53:00", 50);
    // The count of 09:57 was lost; that of 10:02 covers from 09:57 on.
    story.calls("call", "10:02:00", 0, 0);
    story.sessions("web", "10:02:30", 50);
    let Outcome::Unknown(silent) = story.auditor.round(at("10:02:30")).outcome else { panic!() };
    assert_eq!(
        (silent[0].server, silent[0].missing),
        (story.id("call"), Missing::NotCovered(at("09:53:00")))
    );
    story.calls("call", "09:57:00", 4, 9);
    assert_eq!(story.bounds("10:02:30").calls_peak, 9);
}
