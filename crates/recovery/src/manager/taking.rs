//! Taking users that the partner hands over: services first, then the users, and an end to the waiting for both.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::facts::Holder;
use super::{Effect, Line, Manager, NodeState, Reason};

impl Manager {
    /// How long users may be on their way: as long as services take to start, and then as long as silence is borne.
    pub(super) fn taking_time(&self) -> Duration {
        self.parameters.initialization_keep_alive_timeout + self.parameters.keep_alive_timeout
    }

    /// When the taking that is under way has failed.
    pub(super) fn taking_due(&self) -> Option<Moment> {
        let services = self.parameters.initialization_keep_alive_timeout;
        let users = self.taking_time();
        match self.state {
            NodeState::TakingOver => Some(self.since.after(users)),
            NodeState::TakingBack if !self.services.all_up() => Some(self.since.after(services)),
            NodeState::TakingBack => Some(self.since.max(self.services.all_up_since()).after(users)),
            _ => None,
        }
    }

    pub(super) fn watch_taking(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let late = self.taking_due().is_some_and(|due| now >= due);
        if late && self.enabled && !self.stopping && self.transition.is_none() {
            self.fail(now, self.taking_failure(), effects);
        }
    }

    fn taking_failure(&self) -> Reason {
        match self.state {
            NodeState::TakingBack if !self.services.all_up() => Reason::StartOfServicesFailed,
            NodeState::TakingBack => Reason::TakeBackUsersFailed,
            _ => Reason::TakeOverUsersFailed,
        }
    }

    /// Its sessions could not be taken.
    pub(super) fn not_taken(&mut self, now: Moment, home: HomeName, why: String, effects: &mut Vec<Effect>) {
        let facts = self.homes.iter().find(|facts| facts.home == home);
        let ours = facts.is_some_and(|facts| self.holder(facts, now) == Holder::Claimed);
        effects.push(Effect::Log(Line::NotTaken { home, why }));
        let taking = matches!(self.state, NodeState::TakingOver | NodeState::TakingBack);
        if self.enabled && !self.stopping && taking && ours {
            self.fail(now, self.taking_failure(), effects);
        }
    }
}
