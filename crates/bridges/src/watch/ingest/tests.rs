//! Lines from here and there, and what is believed of them.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::SignedDuration;

use super::*;

const INVENTORY: &str = r#"
[[server]]
name = "web1"
role = "web bridge"
address = "192.0.2.26"
files = ["web1.log"]
[[server]]
name = "core1"
role = "call bridge"
address = "192.0.2.27"
files = ["core1.log"]
"#;

struct Scene {
    ingest: Ingest,
    now: Timestamp,
}

impl Scene {
    fn new() -> Self {
        let inventory = Arc::new(Inventory::parse(INVENTORY, Path::new("/etc/bridges.toml")).unwrap());
        let register = Register::new(&inventory, &BTreeMap::new());
        let ingest = Ingest::new(inventory, register, &Settings::default()).unwrap();
        Self { ingest, now: "2020-06-08T14:53:20Z".parse().unwrap() }
    }

    fn takes(&mut self, origin: &Origin, text: &str) -> bool {
        let line =
            Line { origin: origin.clone(), received: self.now, live: true, bytes: text.as_bytes().into() };
        self.ingest.take(&line).is_some()
    }

    fn id(&self, name: &str) -> ServerId {
        self.ingest.inventory.deployment.by_name(name).unwrap()
    }

    fn sessions(&self, auditor: fn(&Ingest) -> &Auditor) -> Option<u32> {
        auditor(&self.ingest).report(self.now).bridges[0].sessions.map(|(_, sessions)| sessions)
    }
}

fn udp(from: &str) -> Origin {
    Origin::Udp(from.parse().unwrap())
}

fn file(name: &str) -> Origin {
    Origin::File(Arc::from(Path::new("/etc").join(name)))
}

const STATS: &str =
    "Jun  8 14:53:18 user.info web1 \"webbridge\": INFO : [DEBUGGING] Stats 149, c:3477, d:3170";

#[test]
fn a_forged_datagram_is_seen_and_alarms_and_never_restarts_anything() {
    let mut scene = Scene::new();
    assert!(!scene.takes(&udp("192.0.2.26"), STATS));
    assert_eq!((scene.sessions(Ingest::seen), scene.sessions(Ingest::trusted)), (Some(149), None));
    assert_eq!(scene.ingest.totals().doubted, 1);
    assert!(!scene.ingest.evidence(scene.id("web1"), scene.now).is_good());
}

#[test]
fn a_line_of_a_named_file_counts_for_both_and_is_kept_for_the_history() {
    let mut scene = Scene::new();
    assert!(scene.takes(&file("web1.log"), STATS));
    assert_eq!((scene.sessions(Ingest::seen), scene.sessions(Ingest::trusted)), (Some(149), Some(149)));
    assert_eq!(scene.ingest.newest(scene.id("web1")).unwrap().1.sessions, 149);
    let batch = scene.ingest.take_batch();
    assert_eq!(
        (batch.sessions.len(), batch.sessions[0].sessions, batch.sessions[0].server.as_str()),
        (1, 149, "web1")
    );
}

#[test]
fn a_datagram_and_a_connection_that_agree_count_as_one_trusted_line() {
    let mut scene = Scene::new();
    assert!(!scene.takes(&udp("192.0.2.26"), STATS));
    assert!(scene.takes(&Origin::Tcp("192.0.2.26".parse().unwrap()), STATS));
    assert_eq!(scene.sessions(Ingest::trusted), Some(149));
}

#[test]
fn a_server_cannot_count_in_the_name_of_another_and_strangers_count_for_nobody() {
    let mut scene = Scene::new();
    let other = Origin::Tls {
        from: "192.0.2.27".parse().unwrap(),
        certificate: Some(Arc::new(crate::sources::ClientCertificate { names: vec!["core1".into()] })),
    };
    assert!(!scene.takes(&other, STATS));
    assert!(!scene.takes(&udp("192.0.2.99"), &STATS.replace("web1", "stranger")));
    assert_eq!((scene.ingest.totals().conflicts, scene.ingest.totals().nobody), (1, 1));
    assert_eq!(scene.sessions(Ingest::trusted), None);
}

#[test]
fn a_line_in_the_file_of_another_server_is_seen_and_not_trusted() {
    let mut scene = Scene::new();
    assert!(!scene.takes(&file("core1.log"), STATS));
    assert_eq!((scene.sessions(Ingest::seen), scene.sessions(Ingest::trusted)), (Some(149), None));
    let why = scene.ingest.evidence(scene.id("web1"), scene.now).to_string();
    assert!(why.contains("not one of the server's"), "{why}");
}

#[test]
fn a_guests_name_that_looks_like_a_count_is_counted_as_almost() {
    let mut scene = Scene::new();
    let line =
        "Jun  8 14:53:18 user.info web1 host:server: INFO : call 4: user \"Stats 149, c:1, d:0\" joins";
    assert!(!scene.takes(&file("web1.log"), line));
    assert_eq!(scene.ingest.totals().almost.values().sum::<u64>(), 1);
    assert_eq!(scene.sessions(Ingest::seen), None);
}

#[test]
fn clocks_that_differ_widen_the_audit_until_the_window_does_not_allow_it() {
    let mut scene = Scene::new();
    for minute in 0..10 {
        // Fifty seconds ahead of 14:53:20.
        scene.takes(
            &file("web1.log"),
            &STATS.replace("14:53:18", &format!("{}:{:02}:10", 14 + (54 + minute) / 60, (54 + minute) % 60)),
        );
        scene.now += SignedDuration::from_mins(1);
    }
    assert!(scene.ingest.widen(SignedDuration::from_secs(10)));
    let widened = scene.ingest.seen().settings().skew;
    assert_eq!(widened, SignedDuration::from_secs(51), "and one for whole seconds");
    for _ in 0..64 {
        scene.takes(&file("web1.log"), &STATS.replace("14:53:18", "20:00:00"));
        scene.now += SignedDuration::from_mins(1);
    }
    assert!(!scene.ingest.widen(SignedDuration::from_secs(10)));
    assert_eq!(scene.ingest.seen().settings().skew, widened, "as it was");
}

#[test]
fn rows_that_wait_for_the_history_are_bounded_and_put_back() {
    let mut scene = Scene::new();
    scene.takes(&file("web1.log"), STATS);
    let batch = scene.ingest.take_batch();
    assert!(scene.ingest.take_batch().is_empty());
    let many = vec![batch.sessions[0].clone(); MAX_WAITING_ROWS + 10];
    scene.ingest.put_back(Batch { sessions: many, ..Batch::default() });
    assert!(scene.ingest.take_batch().sessions.len() <= MAX_WAITING_ROWS);
    assert_eq!(scene.ingest.totals().forgotten, (MAX_WAITING_ROWS / 10) as u64);
}

#[test]
fn counts_of_the_history_are_seen_and_not_trusted() {
    let mut scene = Scene::new();
    let at = scene.now.as_millisecond() - 60_000;
    let row = |server: &str| SessionCount { server: server.into(), at, sessions: 7, c: 9, d: 2 };
    scene
        .ingest
        .remember(&[row("web1"), row("gone")], &[CallCount { server: "core1".into(), at, now: 3, peak: 5 }]);
    assert_eq!((scene.sessions(Ingest::seen), scene.sessions(Ingest::trusted)), (Some(7), None));
    let calls = &scene.ingest.seen().report(scene.now).call_bridges[0];
    assert_eq!((calls.calls, calls.calls_peak), (Some(3), Some(5)));
    assert!(scene.ingest.take_batch().is_empty(), "they are there already");
}
