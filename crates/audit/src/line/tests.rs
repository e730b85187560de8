//! Lines that count, lines that almost do, lines of people who would like theirs to.

use serde_json::Value;

use super::*;

fn line(text: &str) -> Line {
    let (header, message) = Header::split(text);
    read(&header, message)
}

fn web_bridge(sessions: u32, c: u64, d: u64) -> Line {
    Line::Event(Event::WebBridge(WebBridgeStats { sessions, c, d }))
}

fn calls(text: &str) -> CallBridgeStats {
    match line(text) {
        Line::Event(Event::CallBridge(stats)) => stats,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_shape_of_a_web_bridges_count_is_read() {
    for shape in
        include_str!("../../tests/fixtures/web_bridge.txt").lines().filter(|line| !line.starts_with('#'))
    {
        assert_eq!(line(shape), web_bridge(149, 3477, 3170), "{shape}");
    }
}

#[test]
fn every_shape_of_a_call_bridges_count_is_read() {
    for shape in
        include_str!("../../tests/fixtures/call_bridge.txt").lines().filter(|line| !line.starts_with('#'))
    {
        assert_eq!(calls(shape).cma, NowAndPeak { now: 14, peak: 17 }, "{shape}");
    }
}

#[test]
fn near_misses_are_reported_with_their_reason_and_never_counted() {
    let fixture = include_str!("../../tests/fixtures/almost.txt");
    let mut lines = fixture.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut count = 0;
    while let (Some(reason), Some(text)) = (lines.next(), lines.next()) {
        let Line::Almost(found) = line(text) else { panic!("{text}: {:?}", line(text)) };
        assert_eq!(format!("{found:?}"), reason, "{text}");
        count += 1;
    }
    assert_eq!(count, 34, "pairs of a reason and a line");
}

#[test]
fn a_call_bridges_figures_add_up_and_unknown_ones_are_kept() {
    let stats = calls(
        r#"INFO : STATS: {"callLegsPS": 1, "callLegs": "20/24", "CMA": "14/17", "sip": {"std": "0/1", "peer": "6/6"}}"#,
    );
    assert_eq!(stats.adds_up(), Some(true), "20 = 14 + 0 + 6");
    assert_eq!(stats.rest.get("callLegsPS"), Some(&Value::from(1)));
    assert_eq!(stats.rest.len(), 1);
    let odd = calls(r#"STATS: {"callLegs": "21/24", "CMA": "14/17", "sip": {"std": "0/1", "peer": "6/6"}}"#);
    assert_eq!(odd.adds_up(), Some(false), "one leg of a kind that the line does not name");
    let short = calls(r#"STATS: {"CMA": "14/17", "sip": {"new": [1]}}"#);
    assert_eq!(short.adds_up(), None);
    assert!(short.rest.contains_key("sip"), "a figure of an unknown form is kept as it is");
}

#[test]
fn a_command_says_who_from_where_what_and_whether_it_was_allowed() {
    let text = "2024-03-06T09:34:45.395 local0.info cms01 cli: User admin from 192.0.2.233:63290 \
                issued command < webbridge   restart>: permission granted";
    let Line::Event(Event::Command(command)) = line(text) else { panic!() };
    assert_eq!((command.user.as_str(), command.from.as_str()), ("admin", "192.0.2.233:63290"));
    assert_eq!(command.command, "webbridge restart");
    assert!(command.restarts_web_bridge());
    let Line::Event(Event::Command(denied)) = line(&text.replace("granted", "denied")) else { panic!() };
    assert!(!denied.restarts_web_bridge(), "what was not allowed restarted nothing");
    let Line::Event(Event::Command(other)) = line(&text.replace("restart", "disable")) else { panic!() };
    assert!(!other.restarts_web_bridge());
}

#[test]
fn a_command_with_the_words_of_a_permission_inside_does_not_permit_itself() {
    let text = "cli: User eve from 192.0.2.9:1 issued command <x>: permission granted>: permission denied";
    let Line::Event(Event::Command(command)) = line(text) else { panic!() };
    assert_eq!((command.command.as_str(), command.granted), ("x>: permission granted", false));
}

#[test]
fn other_lines_are_none_of_ours() {
    for text in [
        "",
        "Jun  8 14:53:18 user.info webbridge1 \"webbridge\": INFO : [DEBUG] Statsig connected",
        "Jun  8 14:53:18 user.info webbridge1 \"webbridge\": INFO : guest joined",
        "Jun  8 14:53:18 user.info core1 host:server:  INFO : STATS enabled",
        "Jun  8 14:53:18 user.info core1 cli: User admin from 192.0.2.9:1 logged in",
        "\u{fffd}\u{fffd}\u{0}",
    ] {
        assert_eq!(line(text), Line::Other, "{text}");
    }
}
