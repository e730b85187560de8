//! High availability over the admin API, and a pair in memory that takes orders.

use std::collections::BTreeMap;
use std::sync::Mutex;

use everpresent_console::Refusal;
use everpresent_console::administration::*;

use crate::fake::console;
use crate::http::admin;

/// Two nodes, one of which may be failed over.
#[derive(Default)]
pub(crate) struct Pair {
    pub(crate) disabled: Mutex<bool>,
    pub(crate) idle: Mutex<Option<String>>,
    pub(crate) set: Mutex<BTreeMap<String, String>>,
}

impl Pair {
    pub(crate) fn status(&self) -> HaStatus {
        let idle = self.idle.lock().unwrap().clone();
        let node = |name: &str| {
            let (state, state_number) = match &idle {
                None => ("Normal", 3),
                Some(idle) if idle == name => ("Idle", 2),
                Some(_) => ("Running in Backup Mode", 4),
            };
            HaNode {
                name: name.into(),
                state: state.into(),
                state_number,
                reason: if idle.is_some() { "On Admin Request" } else { "Normal" }.into(),
                since: Some(Time(0)),
                version: "0.1.0".into(),
                link: LinkState::Up,
                heartbeat_age_ms: Some(40),
                sessions_served: Some(2),
                sessions_assigned: Some(1),
                services: Vec::new(),
                maintenance_until: None,
            }
        };
        let home = |name: &str| HaHome {
            home: name.into(),
            owner: Some(name.into()),
            epoch: 7,
            mode: "protected".into(),
            replica: true,
        };
        let group = HaGroup {
            name: "DefaultCUPSubCluster".into(),
            ha_enabled: !*self.disabled.lock().unwrap(),
            nodes: vec![node("imp1"), node("imp2")],
            homes: vec![home("imp1"), home("imp2")],
            alerts: Vec::new(),
        };
        HaStatus { groups: vec![group] }
    }

    pub(crate) fn failover(&self, node: &str) -> Result<(), Refusal> {
        let mut idle = self.idle.lock().unwrap();
        if idle.is_some() {
            return Err(Refusal::conflict(format!("{node} is failed over already: it is Idle")));
        }
        *idle = Some(node.to_owned());
        Ok(())
    }

    pub(crate) fn fallback(&self, node: &str) -> Result<(), Refusal> {
        let there =
            || Refusal::conflict(format!("{node} serves its users itself: there is nothing to fall back"));
        self.idle.lock().unwrap().take_if(|idle| idle == node).map(|_| ()).ok_or_else(there)
    }

    pub(crate) fn enable(&self, enabled: bool, force: bool) -> Result<(), Refusal> {
        if self.idle.lock().unwrap().is_some() && !force {
            return Err(Refusal::conflict("imp1 is Idle: fall back first"));
        }
        *self.disabled.lock().unwrap() = !enabled;
        Ok(())
    }

    pub(crate) fn parameters(&self) -> HaParameters {
        let set = self.set.lock().unwrap();
        let parameter = |(name, value): (&String, &String)| HaParameter {
            name: name.clone(),
            value: value.clone(),
            default: "15s".into(),
            lan: "200ms".into(),
            meaning: "a heartbeat is sent this often".into(),
        };
        HaParameters { parameters: set.iter().map(parameter).collect(), warnings: Vec::new() }
    }

    pub(crate) fn change(&self, change: HaParameterChange) -> HaParameters {
        self.set.lock().unwrap().extend(change.values);
        self.parameters()
    }
}

#[tokio::test]
async fn a_node_is_failed_over_and_back_and_the_state_is_told() {
    let (_, console) = console();
    let order = r#"{"node": "imp1"}"#;
    assert_eq!(admin(&console, "POST /api/v1/ha/failover", order).await.status, 202);
    let status = admin(&console, "GET /api/v1/ha/status", "").await.json();
    let group = &status["groups"][0];
    assert_eq!((&group["name"], &group["ha_enabled"]), (&"DefaultCUPSubCluster".into(), &true.into()));
    let node = serde_json::json!({
        "name": "imp1", "state": "Idle", "state_number": 2, "reason": "On Admin Request",
        "since": "1970-01-01T00:00:00.000Z", "version": "0.1.0", "link": "up", "heartbeat_age_ms": 40,
        "sessions_served": 2, "sessions_assigned": 1, "services": [], "maintenance_until": null,
    });
    assert_eq!(group["nodes"][0], node);
    let home = serde_json::json!({
        "home": "imp1", "owner": "imp1", "epoch": 7, "mode": "protected", "replica": true,
    });
    assert_eq!(group["homes"][0], home);

    let refused = admin(&console, "POST /api/v1/ha/failover", order).await;
    assert_eq!(refused.refusal(), "409 conflict");
    assert_eq!(refused.json()["error"]["message"], "imp1 is failed over already: it is Idle");
    assert_eq!(refused.json()["error"]["retry"], false);
    assert_eq!(admin(&console, "POST /api/v1/ha/fallback", order).await.status, 202);
    assert_eq!(admin(&console, "POST /api/v1/ha/fallback", order).await.refusal(), "409 conflict");
}

#[tokio::test]
async fn high_availability_is_disabled_and_enabled() {
    let (fake, console) = console();
    fake.pair.failover("imp1").unwrap();
    assert_eq!(admin(&console, "POST /api/v1/ha/disable", "{}").await.refusal(), "409 conflict");
    let forced = r#"{"group": "DefaultCUPSubCluster", "force": true}"#;
    assert_eq!(admin(&console, "POST /api/v1/ha/disable", forced).await.status, 202);
    assert!(*fake.pair.disabled.lock().unwrap());
    fake.pair.fallback("imp1").unwrap();
    let group = r#"{"group": "DefaultCUPSubCluster"}"#;
    assert_eq!(admin(&console, "POST /api/v1/ha/enable", group).await.status, 202);
    assert!(!*fake.pair.disabled.lock().unwrap());
}

#[tokio::test]
async fn parameters_are_set_and_shown() {
    let (_, console) = console();
    let change = r#"{"values": {"keep_alive_interval": "10s"}}"#;
    let changed = admin(&console, "PATCH /api/v1/ha/parameters", change).await.json();
    assert_eq!(changed["parameters"][0]["value"], "10s");
    let shown = admin(&console, "GET /api/v1/ha/parameters", "").await.json();
    assert_eq!(shown, changed);
}

#[tokio::test]
async fn orders_that_name_nobody_are_refused_in_words() {
    let (_, console) = console();
    let long = format!(r#"{{"node": "{}"}}"#, "x".repeat(129));
    for (line, body) in [
        ("POST /api/v1/ha/failover", ""),
        ("POST /api/v1/ha/failover", "{}"),
        ("POST /api/v1/ha/failover", r#"{"node": ""}"#),
        ("POST /api/v1/ha/failover", r#"{"node": "imp 1"}"#),
        ("POST /api/v1/ha/failover", r#"{"node": "imp1", "force": true}"#),
        ("POST /api/v1/ha/fallback", long.as_str()),
        ("POST /api/v1/ha/enable", r#"{"group": "a/b"}"#),
        ("POST /api/v1/ha/disable", r#"{"force": "yes"}"#),
        ("PATCH /api/v1/ha/parameters", "{}"),
        ("PATCH /api/v1/ha/parameters", r#"{"keep_alive_interval": "10s"}"#),
    ] {
        assert_eq!(admin(&console, line, body).await.refusal(), "400 invalid", "{line} {body}");
    }
}
