//! `everpresent ha`, beside a pair in memory that needs a while for what it is ordered.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use everpresent_console::Refusal;
use everpresent_console::administration::*;

use crate::harness::{Place, running};

/// Numbers and texts of the states that the pair shows.
const IDLE: (u8, &str) = (2, "Idle");
const NORMAL: (u8, &str) = (3, "Normal");
const BACKUP: (u8, &str) = (4, "Running in Backup Mode");
const TAKING_OVER: (u8, &str) = (5, "Taking Over");
const FAILING_OVER: (u8, &str) = (6, "Failing Over");
const FALLING_BACK: (u8, &str) = (9, "Falling Back");
const TAKING_BACK: (u8, &str) = (10, "Taking Back");
const FAILED: (u8, &str) = (11, "Running in Failed Mode");
const UNKNOWN: (u8, &str) = (12, "Unknown");

type States = [(u8, &'static str); 2];

/// States of `imp1` and `imp2`: each time the status was asked for it is what comes next, and stays at the last.
pub(crate) struct Pair {
    coming: Mutex<Vec<States>>,
    parameters: Mutex<BTreeMap<String, String>>,
    /// For how many seconds `imp1` is under maintenance.
    maintained: Mutex<Option<u64>>,
}

impl Default for Pair {
    fn default() -> Self {
        Self {
            coming: Mutex::new(vec![[NORMAL; 2]]),
            parameters: Mutex::default(),
            maintained: Mutex::default(),
        }
    }
}

impl Pair {
    fn now(&self) -> States {
        self.coming.lock().unwrap()[0]
    }

    fn becomes(&self, states: &[States]) -> Result<(), Refusal> {
        *self.coming.lock().unwrap() = states.to_vec();
        Ok(())
    }

    pub(crate) fn status(&self) -> HaStatus {
        let states = self.now();
        let mut coming = self.coming.lock().unwrap();
        if coming.len() > 1 {
            coming.remove(0);
        }
        let maintained = self.maintained.lock().unwrap().is_some();
        let node = |name: &str, (number, state): (u8, &str)| HaNode {
            name: name.into(),
            state: state.into(),
            state_number: number,
            reason: if number == NORMAL.0 { "Normal" } else { "On Admin Request" }.into(),
            since: Some(Time(60_000)),
            version: "0.1.0".into(),
            link: LinkState::Up,
            heartbeat_age_ms: (name == "imp2").then_some(40),
            sessions_served: Some(3),
            sessions_assigned: None,
            services: if maintained && name == "imp1" { vec![stuck()] } else { Vec::new() },
            maintenance_until: (maintained && name == "imp1").then_some(Time(120_000)),
        };
        let homes = ["imp1", "imp2"].map(|home| HaHome {
            home: home.into(),
            owner: (home == "imp1").then(|| home.into()),
            epoch: 7,
            mode: "protected".into(),
            replica: true,
        });
        let group = HaGroup {
            name: "DefaultCUPSubCluster".into(),
            ha_enabled: states != [UNKNOWN; 2],
            nodes: vec![node("imp1", states[0]), node("imp2", states[1])],
            homes: homes.into(),
            alerts: vec!["SyncLost".into()],
        };
        HaStatus { groups: vec![group] }
    }

    pub(crate) fn failover(&self, node: &str) -> Result<(), Refusal> {
        if node != "imp1" {
            return Err(Refusal::conflict(format!("there is no node {node} in this group")));
        }
        self.becomes(&[[NORMAL; 2], [FAILING_OVER, TAKING_OVER], [IDLE, BACKUP]])
    }

    /// One that never ends.
    pub(crate) fn fallback(&self, node: &str) -> Result<(), Refusal> {
        if self.now() != [IDLE, BACKUP] {
            return Err(Refusal::conflict(format!("{node} serves its users itself")));
        }
        self.becomes(&[[IDLE, BACKUP], [TAKING_BACK, FALLING_BACK]])
    }

    pub(crate) fn enable(&self, enabled: bool, force: bool) -> Result<(), Refusal> {
        if self.now() == [IDLE, BACKUP] && !force {
            return Err(Refusal::conflict("imp1 is Idle: fall back first, or use --force"));
        }
        self.becomes(&[self.now(), if enabled { [NORMAL; 2] } else { [UNKNOWN; 2] }])
    }

    pub(crate) fn recover(&self) -> Result<(), Refusal> {
        if self.now() != [FAILED; 2] {
            return Err(Refusal::conflict("no node is in failed mode"));
        }
        self.becomes(&[[FAILED; 2], [NORMAL; 2]])
    }

    pub(crate) fn maintain(&self, node: &str, seconds: Option<u64>) -> Result<(), Refusal> {
        let mut maintained = self.maintained.lock().unwrap();
        if maintained.is_none() && seconds.is_none() {
            return Err(Refusal::conflict(format!("{node} is not under maintenance")));
        }
        *maintained = seconds;
        Ok(())
    }

    pub(crate) fn change(&self, change: HaParameterChange) -> HaParameters {
        self.parameters.lock().unwrap().extend(change.values);
        if let Some(preset) = change.preset {
            self.parameters.lock().unwrap().insert("preset".into(), preset);
        }
        self.parameters()
    }

    pub(crate) fn parameters(&self) -> HaParameters {
        let parameters = self.parameters.lock().unwrap();
        let parameter = |(name, value): (&String, &String)| HaParameter {
            name: name.clone(),
            value: value.clone(),
            default: "15s".into(),
            lan: "200ms".into(),
            meaning: "a heartbeat is sent this often".into(),
        };
        let warnings = vec!["a few late heartbeats count as a dead peer".into()];
        HaParameters { parameters: parameters.iter().map(parameter).collect(), warnings }
    }
}

fn stuck() -> ServiceInfo {
    ServiceInfo {
        name: "router".into(),
        state: ServiceState::Down,
        why: Some("stuck".into()),
        since: None,
        restarts: None,
    }
}

#[test]
fn the_status_is_shown_as_tables_and_as_json() {
    let (place, _) = running();
    let shown = place.run("ha status").ok();
    let line = "imp2\tNormal\tNormal\t1970-01-01T00:01:00.000Z\tup\t40 ms ago\t3\t-\t0.1.0";
    assert!(shown.contains("Group DefaultCUPSubCluster: high availability is enabled."), "{shown}");
    assert!(shown.contains(line) && shown.contains("imp2\t-\t7\tprotected\tyes"), "{shown}");
    let status = place.run("ha status --json").json();
    assert_eq!(status["groups"][0]["nodes"][0]["state_number"], 3);
}

#[test]
fn the_status_names_services_that_are_down_planned_work_and_alerts() {
    let (place, server) = running();
    let quiet = place.run("ha status").ok();
    assert!(quiet.contains("\nalert: SyncLost") && !quiet.contains("service"), "{quiet}");
    server.pair.maintain("imp1", Some(60)).unwrap();
    let shown = place.run("ha status").ok();
    assert!(shown.contains("\nimp1: service router is down: stuck"), "{shown}");
    assert!(shown.contains("\nimp1: under maintenance until 1970-01-01T00:02:00.000Z"), "{shown}");
}

#[test]
fn maintenance_has_a_length_and_can_be_ended() {
    let (place, server) = running();
    assert_eq!(place.run("ha maintenance imp1 --end").code, 2);
    let sentence = "Faults of the services of imp1 cause no failover for 1800 s.\n";
    assert_eq!(place.run("ha maintenance imp1 --for 30m").ok(), sentence);
    assert_eq!(*server.pair.maintained.lock().unwrap(), Some(1_800));
    assert_eq!(place.run("ha maintenance imp1 --end").ok(), "Maintenance of imp1 is over.\n");
    for wrong in ["--for 30", "--for 2d", "--for 25h", "--for 0s", "--for 1m --end", ""] {
        assert_eq!(place.run(&format!("ha maintenance imp1 {wrong}")).code, 64, "{wrong}");
    }
}

#[test]
fn nodes_in_failed_mode_are_recovered() {
    let (place, server) = running();
    assert_eq!(place.run("ha recover").code, 2);
    server.pair.becomes(&[[FAILED; 2]]).unwrap();
    assert_eq!(place.run("ha recover --wait 60").code, 0);
}

#[test]
fn a_watched_status_is_shown_until_nobody_reads_it() {
    let (place, server) = running();
    server.pair.becomes(&[[NORMAL; 2], [IDLE, BACKUP]]).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_everpresent"));
    command.args(["ha", "status", "--watch", "--json"]).current_dir(place.path()).stdout(Stdio::piped());
    let mut child = command.env_remove("EVERPRESENT_CONFIG").spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    for state in ["Normal", "Idle"] {
        let status: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(status["groups"][0]["nodes"][0]["state"], state);
    }
    drop(lines);
    assert!(child.wait().unwrap().success());
}

#[test]
fn an_order_is_given_and_waited_for() {
    let (place, server) = running();
    assert_eq!(place.run("ha failover imp1").ok(), "imp1 fails over to its partner.\n");
    server.pair.becomes(&[[NORMAL; 2]]).unwrap();
    let waited = place.run("ha failover imp1 --wait 60").ok();
    assert!(waited.contains("imp1\tIdle\tOn Admin Request"), "{waited}");
    assert!(waited.contains("imp2\tRunning in Backup Mode"), "{waited}");
    assert_eq!(place.run("ha fallback imp1 --json").json()["accepted"], true);
}

#[test]
fn an_order_that_is_not_done_in_time_ends_with_1_and_the_state() {
    let (place, server) = running();
    server.pair.becomes(&[[IDLE, BACKUP]]).unwrap();
    let outcome = place.run("ha fallback imp1 --wait 1");
    assert_eq!(outcome.code, 1);
    let sentence = "not done after 1 s: imp1 is Taking Back (On Admin Request), imp2 is Falling Back";
    assert!(outcome.err.contains(sentence), "{}", outcome.err);
    assert!(outcome.out.contains("imp1\tTaking Back"), "{}", outcome.out);
}

#[test]
fn an_order_that_makes_no_sense_ends_with_2_and_the_sentence() {
    let (place, server) = running();
    for (line, sentence) in [
        ("ha failover imp9", "there is no node imp9 in this group"),
        ("ha fallback imp1 --wait 60", "imp1 serves its users itself"),
    ] {
        let outcome = place.run(line);
        assert_eq!(outcome.code, 2, "{line}");
        assert!(outcome.err.contains(sentence), "{}", outcome.err);
    }
    server.pair.becomes(&[[IDLE, BACKUP]]).unwrap();
    assert_eq!(place.run("ha disable").code, 2);
    let disabled = place.run("ha disable DefaultCUPSubCluster --force --wait 60").ok();
    assert!(disabled.contains("high availability is not enabled"), "{disabled}");
    let enabled = place.run("ha enable --wait 60 --json").json();
    assert_eq!(enabled["groups"][0]["ha_enabled"], true);
}

#[test]
fn parameters_are_set_and_shown() {
    let (place, _) = running();
    let set = place.run("ha set keep_alive_interval 10s").ok();
    assert!(set.contains("keep_alive_interval\t10s\t15s\t200ms\ta heartbeat"), "{set}");
    assert!(set.contains("warning: a few late heartbeats"), "{set}");
    let shown = place.run("ha set --preset lan --json").json();
    assert_eq!(shown["parameters"][1]["value"], "lan");
    assert_eq!(place.run("ha status --parameters --json").json(), shown);
}

#[test]
fn parameters_can_be_set_before_the_first_start() {
    let place = Place::new();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    place.write("everpresent.toml", &format!("[listen]\nhttp = [\"127.0.0.1:{port}\"]\n"));
    place.run("ha set --preset lan").ok();
    place.run("ha set automatic_fallback_delay 5m").ok();
    let shown = place.run("ha status --parameters").ok();
    assert!(shown.contains("keep_alive_interval\t200ms\t15s\t200ms\t"), "{shown}");
    assert!(shown.contains("automatic_fallback_delay\t300s\t1800s\t60s\t"), "{shown}");
    let refused = place.run("ha set keep_alive_interval 1s");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("must be below keep_alive_timeout"), "{}", refused.err);
    assert_eq!(place.run("ha status").code, 69, "nobody knows how it is");
}

#[test]
fn wrong_use_ends_with_64() {
    let place = Place::new();
    for line in [
        "ha",
        "ha failover",
        "ha failover imp1 --wait 0",
        "ha failover imp1 --wait",
        "ha set",
        "ha set keep_alive_interval",
        "ha set keep_alive_interval 1s --preset lan",
        "ha set --preset wan",
        "ha status --watch --parameters",
    ] {
        assert_eq!(place.run(line).code, 64, "{line:?}");
    }
}
