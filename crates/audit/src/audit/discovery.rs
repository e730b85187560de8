//! A deployment that nobody wrote down: the servers are those that the logs show.
//!
//! What is not in the logs is not known then, a silent server least of all; whoever shows the verdict has to say so.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Auditor, History, Settings, SettingsError};
use crate::deployment::{Deployment, DeploymentError, MAX_SERVERS, Role, Server};
use crate::line::Event;
use crate::series::{Calls, Sessions};

/// Takes events of servers that nobody named, and makes an audit of them.
#[derive(Debug, Default)]
pub struct Discovery {
    /// By name in lower case.
    found: BTreeMap<String, Found>,
    newest: Option<Timestamp>,
    refused: u64,
}

#[derive(Debug)]
struct Found {
    name: String,
    history: History,
}

/// Why the logs make no audit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The servers that were found make no deployment.
    #[error("no server was found in the logs that counts sessions or calls")]
    Nothing,
    /// They have names that no server can have.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The rules mean nothing.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl Discovery {
    /// Nothing has been found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Events that were not taken, because there were [`MAX_SERVERS`] others already.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Takes an event of the server that the log calls so.
    pub fn observe(&mut self, name: &str, at: Timestamp, event: &Event) {
        let key = name.to_lowercase();
        let full = self.found.len() >= MAX_SERVERS;
        if full && !self.found.contains_key(&key) {
            self.refused += 1;
            return;
        }
        let new = || Found { name: name.to_owned(), history: History::new() };
        let history = &mut self.found.entry(key).or_insert_with(new).history;
        match event {
            Event::WebBridge(stats) => history.sessions.insert(at, Sessions::from(*stats)),
            Event::CallBridge(stats) => history.calls.insert(at, Calls::from(stats.cma)),
            Event::Command(command) => history.commands.insert(at, command),
        }
        self.newest = self.newest.max(Some(at));
    }

    /// The audit of what was found. Each server has the role that its counts show, and this limit. Who counted nothing is
    /// left out.
    ///
    /// # Errors
    /// [`DiscoveryError`] if nobody counted, or by these rules nothing can be judged.
    pub fn into_auditor(
        self,
        limit: u32,
        native_clients: bool,
        settings: Settings,
    ) -> Result<Auditor, DiscoveryError> {
        let mut servers = Vec::new();
        let mut histories = Vec::new();
        for found in self.found.into_values() {
            let role = match (found.history.sessions.is_empty(), found.history.calls.is_empty()) {
                (false, true) => Role::WebBridge,
                (true, false) => Role::CallBridge,
                (false, false) => Role::Both,
                (true, true) => continue,
            };
            servers.push(Server::new(found.name, role).with_limit(limit));
            histories.push(found.history);
        }
        if servers.is_empty() {
            return Err(DiscoveryError::Nothing);
        }
        let deployment = Deployment::new(servers)?.with_native_clients(native_clients);
        let auditor = Auditor::new(deployment, settings)?;
        Ok(Auditor { histories, newest: self.newest, ..auditor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Verdict;
    use crate::line::{CallBridgeStats, NowAndPeak, WebBridgeStats};

    fn moment() -> Timestamp {
        "2020-06-08T14:53:20Z".parse().unwrap()
    }

    fn sessions(sessions: u32) -> Event {
        Event::WebBridge(WebBridgeStats { sessions, c: 1, d: 1 })
    }

    fn calls(now: u32, peak: u32) -> Event {
        let cma = NowAndPeak { now, peak };
        Event::CallBridge(CallBridgeStats { cma, call_legs: None, sip: None, rest: Default::default() })
    }

    #[test]
    fn servers_have_the_roles_that_their_counts_show_whatever_the_case_of_their_names() {
        let mut discovery = Discovery::new();
        discovery.observe("Web1", moment(), &sessions(149));
        discovery.observe("web1", moment(), &sessions(148));
        discovery.observe("core1", moment(), &calls(14, 17));
        discovery.observe("cms", moment(), &calls(0, 0));
        discovery.observe("cms", moment(), &sessions(0));
        let auditor = discovery.into_auditor(149, false, Settings::default()).unwrap();
        let roles: Vec<_> =
            auditor.deployment().servers().map(|(_, server)| (server.name.as_str(), server.role)).collect();
        assert_eq!(roles, [("cms", Role::Both), ("core1", Role::CallBridge), ("Web1", Role::WebBridge)]);
        assert_eq!(auditor.newest(), Some(moment()));
        let finding = auditor.finding(moment());
        assert_eq!((finding.verdict, finding.full.len()), (Verdict::Full, 1));
        assert_eq!(finding.round.bounds().unwrap().sessions, 149);
    }

    #[test]
    fn logs_without_counts_and_logs_of_a_crowd_are_survived() {
        let mut discovery = Discovery::new();
        assert_eq!(discovery.refused(), 0);
        for number in 0..MAX_SERVERS + 3 {
            discovery.observe(&format!("server{number}"), moment(), &sessions(1));
        }
        assert_eq!(discovery.refused(), 3);
        discovery.observe("server0", moment(), &sessions(2));
        assert_eq!(discovery.refused(), 3, "who is known already is listened to");
        let auditor = discovery.into_auditor(149, true, Settings::default()).unwrap();
        assert_eq!(auditor.deployment().servers().count(), MAX_SERVERS);
        assert!(auditor.deployment().native_clients());
        let nothing = Discovery::new().into_auditor(149, false, Settings::default());
        assert_eq!(nothing.err(), Some(DiscoveryError::Nothing));
    }
}
