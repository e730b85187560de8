//! What operators are told at once, in words, and by which ways.

use std::time::{Duration, SystemTime};

use everpresent_alerts::settings::{Mail, Webhook};
use everpresent_alerts::{Channel, Deliverer, Key, Options, Settings};
use everpresent_recovery::manager::Alert;

use crate::config::{Alerts, Config};
use crate::node::Node;

/// The file within the node's data folder that says what was told and is not over.
const FILE: &str = "alerts.json";

impl Alerts {
    /// Where notices go.
    pub fn settings(&self) -> Settings {
        let webhook = self.webhook.clone();
        let webhook = webhook.map(|url| Webhook { url, token_file: self.webhook_token_file.clone() });
        let mail = self.smtp.clone().zip(self.from.clone()).map(|(relay, from)| Mail {
            relay,
            security: self.smtp_security,
            login: self.smtp_user.clone().zip(self.smtp_password_file.clone()),
            from,
            to: self.to.clone(),
        });
        Settings { webhook, mail, syslog: None, ca_file: self.ca_file.clone() }
    }
}

/// Begins to deliver as the configuration says. A node whose alerts cannot be delivered serves all the same: they are logged
/// and counted as ever.
pub(crate) fn deliverer(config: &Config) -> Deliverer {
    let options = Options { memory: Some(config.node.data_dir.join(FILE)), ..Options::default() };
    let started = Channel::all(&config.alerts.settings()).map_err(|error| error.to_string());
    let started = started.and_then(|channels| {
        for channel in &channels {
            tracing::info!(channel = channel.name(), "operators are told by this way");
        }
        Deliverer::start(channels, options).map_err(|error| error.to_string())
    });
    started.unwrap_or_else(|error| {
        tracing::error!(error, "operators cannot be told of alerts; see [alerts]");
        Deliverer::silent()
    })
}

impl Node {
    /// Tells operators that something holds from now on.
    pub(crate) fn alert_begins(&self, alert: &Alert) {
        self.alerts.raise(&self.alert_key(alert), self.civil_time(), begins(alert));
    }

    /// Tells operators that it does not hold any more.
    pub(crate) fn alert_is_over(&self, alert: &Alert) {
        self.alerts.clear(&self.alert_key(alert), self.civil_time(), is_over(alert));
    }

    fn alert_key(&self, alert: &Alert) -> Key {
        let key = Key::new(&self.config.node.name, alert.as_str());
        match alert {
            Alert::ServiceDown(service) => key.about(service),
            _ => key,
        }
    }

    fn civil_time(&self) -> SystemTime {
        let milliseconds = u64::try_from(self.clock.now().wall.0).unwrap_or_default();
        SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds)
    }
}

fn begins(alert: &Alert) -> String {
    match alert {
        Alert::SrmFailover => "This node serves the users of its partner.".into(),
        Alert::SrmFailed => {
            "This node runs in failed mode: both nodes are in trouble and nobody takes over. When the cause is mended: \
             `everpresent ha recover`."
                .into()
        }
        Alert::SessionsBelowAssigned => {
            "After a move fewer sessions came back than there were, and the time that clients are given for it is over."
                .into()
        }
        Alert::SyncLost => {
            "The sessions of a home are on this node only: if it dies, clients have to sign in anew.".into()
        }
        Alert::WitnessUnreachable => {
            "The witness rows in the database cannot be read: no takeover is possible.".into()
        }
        Alert::ServiceDown(service) => {
            format!("The service {service} has been down for longer than critical_service_down_delay.")
        }
    }
}

fn is_over(alert: &Alert) -> String {
    match alert {
        Alert::SrmFailover => "This node does not serve the users of its partner any more.".into(),
        Alert::SrmFailed => "This node does not run in failed mode any more.".into(),
        Alert::SessionsBelowAssigned => "As many sessions are there again as there should be.".into(),
        Alert::SyncLost => "No home is on this node only that has a second copy in good times.".into(),
        Alert::WitnessUnreachable => "The witness rows in the database can be read again.".into(),
        Alert::ServiceDown(service) => format!("The service {service} is not down any more."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alert_has_a_sentence_for_its_beginning_and_another_for_its_end() {
        let all = [
            Alert::SrmFailover,
            Alert::SrmFailed,
            Alert::SessionsBelowAssigned,
            Alert::SyncLost,
            Alert::WitnessUnreachable,
            Alert::ServiceDown("router".into()),
        ];
        let mut sentences: Vec<String> =
            all.iter().flat_map(|alert| [begins(alert), is_over(alert)]).collect();
        assert!(sentences.iter().all(|sentence| sentence.ends_with('.') && !sentence.contains('\n')));
        assert!(sentences[10..].iter().all(|sentence| sentence.contains("router")));
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), 12);
    }
}
