//! The monitored services of this node.

use everpresent_console::administration::{ServiceAct, ServiceInfo, ServiceList, ServiceState};
use everpresent_console::{Refusal, Time};

use crate::monitor::{Fault, Health, ServiceRefusal, View};
use crate::node::Node;

/// How they are.
pub(super) fn list(node: &Node) -> ServiceList {
    let now = node.clock.now().wall.0;
    let services = node.monitor.views().into_iter().map(|view| info(view, now)).collect();
    ServiceList { node: node.config.node.name.clone(), services }
}

/// Has something become of one.
pub(super) fn order(node: &Node, name: &str, act: ServiceAct) -> Result<ServiceList, Refusal> {
    let monitor = &node.monitor;
    let done = match act {
        ServiceAct::Start => monitor.start(name),
        ServiceAct::Stop => monitor.stop(name),
        ServiceAct::Restart => monitor.restart(name),
        ServiceAct::Crash => monitor.break_down(name, Fault::Crash),
        ServiceAct::Stick => monitor.break_down(name, Fault::Stuck),
    };
    done.map_err(|refusal| match refusal {
        ServiceRefusal::Unknown { .. } => Refusal::not_found(refusal.to_string()),
        ServiceRefusal::NotOurs | ServiceRefusal::Already { .. } => Refusal::conflict(refusal.to_string()),
    })?;
    Ok(list(node))
}

fn info(view: View, now: i64) -> ServiceInfo {
    let ago = i64::try_from(view.since.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (state, why) = match view.health {
        Health::Starting => (ServiceState::Starting, None),
        Health::Up => (ServiceState::Up, None),
        Health::Down(why) => (ServiceState::Down, Some(why)),
    };
    ServiceInfo {
        name: view.name.to_owned(),
        state,
        why,
        since: Some(Time(now.saturating_sub(ago))),
        restarts: Some(view.restarts),
    }
}
