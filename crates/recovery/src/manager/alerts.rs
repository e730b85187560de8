//! What an operator is told at once: when it begins, and when it is over.

use std::collections::BTreeSet;
use std::fmt;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::facts::{HomeFacts, Mode};
use super::{Effect, Manager, NodeState};

/// What an operator is told at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alert {
    /// This node serves its partner's users now.
    SrmFailover,
    /// The node runs in failed mode.
    SrmFailed,
    /// Fewer sessions than there should be, for longer than clients are given to sign in again.
    SessionsBelowAssigned,
    /// A home is not protected any more: its sessions are on one node only.
    SyncLost,
    /// The witness rows cannot be read: no takeover is possible.
    WitnessUnreachable,
    /// This monitored service was down for longer than `critical_service_down_delay`.
    ServiceDown(String),
}

impl Alert {
    /// Its name, for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::SrmFailover => "SRMFailover",
            Self::SrmFailed => "SRMFailed",
            Self::SessionsBelowAssigned => "SessionsBelowAssigned",
            Self::SyncLost => "SyncLost",
            Self::WitnessUnreachable => "WitnessUnreachable",
            Self::ServiceDown(_) => "ServiceDown",
        }
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceDown(service) => write!(f, "ServiceDown: {service}"),
            other => f.write_str(other.as_str()),
        }
    }
}

/// What was told, and what it takes to know when it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Alerts {
    raised: BTreeSet<Alert>,
    /// Homes that were protected, are served here and are not protected now.
    unprotected: BTreeSet<HomeName>,
    /// Since when there are fewer sessions than there should be.
    below_since: Option<Moment>,
}

impl Alerts {
    pub(super) fn raised(&self) -> Vec<Alert> {
        self.raised.iter().cloned().collect()
    }

    pub(super) fn count_sessions(&mut self, now: Moment, served: u64, assigned: u64) {
        self.below_since = (served < assigned).then(|| self.below_since.unwrap_or(now));
    }

    /// Notes which homes have lost their second copy, and which have it again or are not served here any more.
    pub(super) fn compare(&mut self, before: &[HomeFacts], after: &[HomeFacts]) {
        let protected = |facts: &&HomeFacts| facts.served && facts.mode == Mode::Protected;
        let exposed = |facts: &&HomeFacts| facts.served && facts.mode != Mode::Protected;
        let had: BTreeSet<&HomeName> = before.iter().filter(protected).map(|facts| &facts.home).collect();
        let exposed = after.iter().filter(exposed).map(|facts| &facts.home);
        self.unprotected =
            exposed.filter(|home| had.contains(home) || self.unprotected.contains(*home)).cloned().collect();
    }
}

impl Manager {
    /// When there will have been too few sessions for long enough.
    pub(super) fn sessions_due(&self) -> Option<Moment> {
        // Without limits the node finds them itself, and the time that it takes to start is longer than any.
        let wait = self.parameters.client_relogin_upper_limit;
        let wait = wait.unwrap_or(self.parameters.initialization_keep_alive_timeout);
        self.alerts.below_since.map(|since| since.after(wait))
    }

    /// Says what has begun and what is over since the last call.
    pub(super) fn tell_alerts(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let holds = self.what_holds(now);
        for begun in holds.difference(&self.alerts.raised) {
            effects.push(Effect::Alert(begun.clone()));
        }
        for over in self.alerts.raised.difference(&holds) {
            effects.push(Effect::AlertCleared(over.clone()));
        }
        self.alerts.raised = holds;
    }

    fn what_holds(&self, now: Moment) -> BTreeSet<Alert> {
        let mut holds = BTreeSet::new();
        if !self.database {
            holds.insert(Alert::WitnessUnreachable);
        }
        holds.extend(self.overdue_services(now).into_iter().map(Alert::ServiceDown));
        if !self.enabled {
            return holds;
        }
        let both = self.partner.as_ref().is_some_and(|partner| self.served_of(partner).next().is_some());
        let backup = match self.state {
            NodeState::Backup => true,
            // Still, or again: it is one episode.
            NodeState::FallingBack | NodeState::FailingOver | NodeState::Failed | NodeState::Initializing => {
                both && self.alerts.raised.contains(&Alert::SrmFailover)
            }
            _ => false,
        };
        let conditions = [
            (backup, Alert::SrmFailover),
            (self.state == NodeState::Failed, Alert::SrmFailed),
            (self.sessions_due().is_some_and(|due| now >= due), Alert::SessionsBelowAssigned),
            (!self.alerts.unprotected.is_empty(), Alert::SyncLost),
        ];
        holds.extend(conditions.into_iter().filter(|(holds, _)| *holds).map(|(_, alert)| alert));
        holds
    }
}
