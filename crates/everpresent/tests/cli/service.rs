//! `everpresent service`, beside services in memory.

use std::sync::Mutex;

use everpresent_console::Refusal;
use everpresent_console::administration::*;

use crate::harness::{Place, running};

/// Whether `router` and `presence-engine` run, and what was ordered.
#[derive(Default)]
pub(crate) struct Services {
    down: Mutex<Vec<String>>,
    ordered: Mutex<Vec<ServiceAct>>,
}

impl Services {
    pub(crate) fn list(&self) -> ServiceList {
        let down = self.down.lock().unwrap();
        let service = |name: &str| {
            let is_down = down.iter().any(|down| down == name);
            ServiceInfo {
                name: name.to_owned(),
                state: if is_down { ServiceState::Down } else { ServiceState::Up },
                why: is_down.then(|| "stopped by order".to_owned()),
                since: Some(Time(0)),
                restarts: Some(2),
            }
        };
        ServiceList { node: "imp1".into(), services: ["router", "presence-engine"].map(service).into() }
    }

    pub(crate) fn order(&self, name: &str, act: ServiceAct) -> Result<ServiceList, Refusal> {
        if !["router", "presence-engine"].contains(&name) {
            return Err(Refusal::not_found(format!("there is no service {name}")));
        }
        self.ordered.lock().unwrap().push(act);
        let mut down = self.down.lock().unwrap();
        down.retain(|other| other != name);
        if !matches!(act, ServiceAct::Start | ServiceAct::Restart) {
            down.push(name.to_owned());
        }
        drop(down);
        Ok(self.list())
    }
}

#[test]
fn a_service_is_stopped_and_shown_with_the_reason() {
    let (place, _server) = running();
    let shown = place.run("service stop router").ok();
    assert!(shown.starts_with("Services of imp1:\nSERVICE\tSTATE\tSINCE\tRESTARTS\tWHY\n"), "{shown}");
    assert!(shown.contains("router\tdown\t1970-01-01T00:00:00.000Z\t2\tstopped by order\n"), "{shown}");
    assert!(shown.contains("presence-engine\tup\t1970-01-01T00:00:00.000Z\t2\t-\n"), "{shown}");
    let list = place.run("service list --json").json();
    assert_eq!(list["services"][0]["state"], "down");
    assert_eq!(place.run("service start router --json").json()["services"][0]["state"], "up");
}

#[test]
fn a_service_is_broken_in_the_way_that_is_asked_for() {
    let (place, server) = running();
    place.run("service break router").ok();
    place.run("service break router --fault stuck").ok();
    place.run("service restart router").ok();
    let ordered = server.services.ordered.lock().unwrap().clone();
    assert_eq!(ordered, [ServiceAct::Crash, ServiceAct::Stick, ServiceAct::Restart]);
}

#[test]
fn a_service_that_there_is_not_is_refused_and_so_is_a_node_that_does_not_run() {
    let (place, _server) = running();
    let refused = place.run("service stop rooter");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("there is no service rooter"), "{}", refused.err);
    let stopped = Place::new();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    stopped.write("everpresent.toml", &format!("[listen]\nhttp = [\"127.0.0.1:{port}\"]\n"));
    assert_eq!(stopped.run("service list").code, 69);
}
