//! Quiet nights.

use jiff::{SignedDuration, Timestamp};

use super::story::{Story, at, exact};
use crate::audit::LeakSource;
use crate::deployment::Role;

/// Two bridges and two Call Bridges from 02:00 to 03:00: counts every five minutes, 12 and 7 sessions, no calls.
fn quiet_hour() -> Story {
    let servers = [
        ("w1", Role::WebBridge),
        ("w2", Role::WebBridge),
        ("c1", Role::CallBridge),
        ("c2", Role::CallBridge),
    ];
    let mut story = Story::new(&servers, exact());
    for moment in every_five_minutes() {
        story.sessions_at("w1", moment, 12);
        story.sessions_at("w2", moment, 7);
        story.calls_at("c1", moment, 0, 0);
        story.calls_at("c2", moment, 0, 0);
    }
    story
}

fn every_five_minutes() -> impl Iterator<Item = Timestamp> {
    (0..=12).map(|five| at("02:00:00") + SignedDuration::from_mins(5 * five))
}

#[test]
fn an_hour_without_a_call_proves_how_many_leaked_on_each_bridge() {
    let story = quiet_hour();
    let proof = story.auditor.proof(at("03:00:00")).unwrap();
    assert_eq!((proof.from, proof.to, proof.total()), (at("02:00:00"), at("03:00:00"), 19));
    assert_eq!(proof.sessions, [(story.id("w1"), 12), (story.id("w2"), 7)]);
    assert_eq!(story.auditor.proof(at("02:49:00")), None, "the first of six windows has no count");
}

#[test]
fn one_call_or_one_session_more_is_no_proof() {
    let mut story = quiet_hour();
    story.calls("c2", "02:31:00", 0, 1);
    assert_eq!(story.auditor.proof(at("03:00:00")), None, "somebody called for a moment");
    let mut story = quiet_hour();
    story.sessions("w2", "02:31:00", 8);
    assert_eq!(story.auditor.proof(at("03:00:00")), None, "somebody looked at the landing page");
    // What one bridge gains the other loses: the sum does not change, the proof is none all the same.
    story.sessions("w1", "02:31:00", 11);
    assert_eq!(story.auditor.proof(at("03:00:00")), None);
}

#[test]
fn a_window_without_a_count_of_one_server_is_no_proof() {
    let servers = [("web", Role::WebBridge), ("call", Role::CallBridge)];
    let mut story = Story::new(&servers, exact());
    for moment in every_five_minutes() {
        story.sessions_at("web", moment, 12);
        if moment <= at("02:20:00") || moment > at("02:35:00") {
            story.calls_at("call", moment, 0, 0);
        }
    }
    assert_eq!(story.auditor.proof(at("03:00:00")), None);
}

#[test]
fn the_last_proof_stands_until_the_bridge_is_restarted() {
    let mut story = quiet_hour();
    story.sessions("w1", "09:00:00", 90);
    story.sessions("w2", "09:00:00", 60);
    let figures = |story: &Story| {
        let report = story.auditor.report(at("09:00:00"));
        let figure =
            |bridge: &crate::audit::BridgeReport| bridge.leaked.map(|leaked| (leaked.least, leaked.source));
        report.bridges.iter().map(figure).collect::<Vec<_>>()
    };
    let proved = LeakSource::Proof(at("03:00:00"));
    assert_eq!(figures(&story), [Some((12, proved)), Some((7, proved))]);
    story.counters_at("w2", at("08:59:00"), 0, 1);
    assert_eq!(figures(&story), [Some((12, proved)), None], "w2 was started anew");
}

#[test]
fn without_a_call_bridge_nothing_is_proved() {
    let mut story = Story::new(&[("web", Role::WebBridge)], exact());
    for moment in every_five_minutes() {
        story.sessions_at("web", moment, 12);
    }
    assert_eq!(story.auditor.proof(at("03:00:00")), None);
}
