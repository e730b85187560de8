//! Facts and the notices that follow from them.

use everpresent_audit::line::WebBridgeStats;
use everpresent_audit::{Auditor, Event, Role, Server, Settings};

use super::*;
use crate::watch::restored;

/// A bridge and a core that count every minute.
struct Scene {
    auditor: Auditor,
    start: Timestamp,
    now: Timestamp,
    clocks: Clocks,
    sources: Vec<sources::Report>,
    dropped: BTreeMap<String, u64>,
}

impl Scene {
    fn new() -> Self {
        let servers = vec![Server::new("web1", Role::WebBridge), Server::new("core1", Role::CallBridge)];
        let auditor = Auditor::new(Deployment::new(servers).unwrap(), Settings::default()).unwrap();
        let start: Timestamp = "2020-06-08T14:00:00Z".parse().unwrap();
        Self {
            auditor,
            start,
            now: start,
            clocks: Clocks::default(),
            sources: Vec::new(),
            dropped: BTreeMap::new(),
        }
    }

    /// So many minutes with these counts.
    fn passes(&mut self, minutes: u32, sessions: u32, calls: Option<u32>) {
        for _ in 0..minutes {
            self.now += SignedDuration::from_mins(1);
            let [web1, core1] =
                ["web1", "core1"].map(|name| self.auditor.deployment().by_name(name).unwrap());
            let stats = WebBridgeStats { sessions, c: 9, d: 4 };
            self.auditor.observe(web1, self.now, &Event::WebBridge(stats));
            if let Some(calls) = calls {
                self.auditor.observe(core1, self.now, &restored::calls(calls, calls));
            }
        }
    }

    fn alarms(&self, with: impl FnOnce(&mut Facts<'_>)) -> BTreeMap<String, String> {
        let report = self.auditor.report(self.now);
        let mut facts = Facts {
            now: self.now,
            since: self.start,
            deployment: self.auditor.deployment(),
            report: &report,
            window: self.auditor.settings().window,
            clocks: &self.clocks,
            sources: &self.sources,
            dropped: &self.dropped,
            contradictions: 0,
            history: None,
            inventory: None,
        };
        with(&mut facts);
        alarms(&facts).into_iter().map(|(key, text)| (key.title(), text)).collect()
    }
}

#[test]
fn a_leak_is_told_with_its_bounds_and_is_over_when_the_bridge_was_restarted() {
    let mut scene = Scene::new();
    scene.passes(40, 60, Some(14));
    let alarms = scene.alarms(|_| {});
    assert_eq!(
        alarms["SessionsLeaked"],
        "46 to 46 sessions leaked, by 3 windows in a row; in the newest 60 sessions on all Web Bridges and 14 CMA calls."
    );
    scene.passes(11, 14, Some(14));
    assert!(scene.alarms(|_| {}).is_empty());
}

#[test]
fn a_full_bridge_and_a_filling_one_are_told_by_name() {
    let mut scene = Scene::new();
    scene.passes(11, 120, Some(120));
    assert!(scene.alarms(|_| {})["BridgeFilling (web1)"].starts_with("web1 has 120 sessions of 149."));
    scene.passes(1, 149, Some(149));
    let alarms = scene.alarms(|_| {});
    assert_eq!(alarms["BridgeFull (web1)"], "web1 has 149 sessions of 149: new guests are refused.");
    assert!(!alarms.contains_key("BridgeFilling (web1)"), "one of the two at a time");
}

#[test]
fn who_is_silent_is_named_but_not_before_a_window_is_over() {
    let mut scene = Scene::new();
    scene.passes(9, 1, None);
    assert!(scene.alarms(|_| {}).is_empty(), "it has just begun");
    scene.passes(2, 1, None);
    assert_eq!(
        scene.alarms(|_| {})["AuditUnknown"],
        "Whether sessions leak is unknown: core1 never counted calls."
    );
    scene.passes(1, 1, Some(1));
    assert!(scene.alarms(|_| {}).is_empty());
}

#[test]
fn a_source_that_is_away_for_a_while_lost_lines_and_contradictions_are_told() {
    let mut scene = Scene::new();
    scene.passes(20, 1, Some(1));
    let away = |minutes| sources::Report {
        name: "file web1.log".into(),
        state: sources::State::Away {
            since: scene.now - SignedDuration::from_mins(minutes),
            why: "it is gone".into(),
        },
        lines: 0,
        dropped: 0,
        cut: 0,
        refused: 0,
        last_line: None,
    };
    let (short, long) = (away(5), away(6));
    scene.sources = vec![short];
    assert!(scene.alarms(|_| {}).is_empty(), "a rotation");
    scene.sources = vec![long];
    let told = scene.alarms(|_| {});
    assert!(told["SourceSilent (file web1.log)"].ends_with("it is gone."), "{told:?}");
    scene.dropped = BTreeMap::from([("udp 0.0.0.0:514".to_owned(), 77)]);
    let told = scene.alarms(|_| {});
    assert!(told["LinesDropped (udp 0.0.0.0:514)"].starts_with("77 lines"));
    assert!(scene.alarms(|facts| facts.contradictions = 1)["SourcesContradict"].contains("forging"));
}

#[test]
fn a_wrong_clock_a_lost_history_and_a_refused_inventory_are_told() {
    let mut scene = Scene::new();
    scene.passes(20, 1, Some(1));
    let web1 = scene.auditor.deployment().by_name("web1").unwrap();
    for minute in 0..10 {
        let at = scene.now + SignedDuration::from_mins(minute);
        scene.clocks.hear(web1, at - SignedDuration::from_secs(90), at);
    }
    let told = scene.alarms(|facts| {
        facts.history = Some("the file is damaged");
        facts.inventory = Some("bridges.toml:3:1: unknown field");
    });
    let text = "The clock of web1 is 90 s behind the one here; set it right (NTP).";
    assert_eq!(told["ClocksDiffer (web1)"], text);
    assert!(told["HistoryUnavailable"].contains("the file is damaged"));
    assert!(told["InventoryRefused"].contains("bridges.toml:3:1"));
    assert!(told.keys().all(|title| LASTING.iter().any(|name| title.starts_with(name))));
}
