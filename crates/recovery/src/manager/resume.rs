//! Going on with an order that the process before this one was carrying out.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::transition::Purpose;
use super::{Effect, Manager, NodeState, Reason, Standing};

/// What was being handed over by order when the last process ended. What was begun without an order is looked at anew:
/// its cause may be gone.
pub(super) fn interrupted(persisted: Option<Standing>) -> Option<Purpose> {
    let standing = persisted.filter(|standing| standing.reason == Reason::OnAdminRequest)?;
    match standing.state {
        NodeState::FailingOver if standing.idle => Some(Purpose::Failover),
        NodeState::FallingBack => Some(Purpose::Fallback),
        _ => None,
    }
}

impl Manager {
    /// Once it is known who serves what: begins again if all is as it was. Whether it has begun.
    pub(super) fn resume(&mut self, now: Moment, state: NodeState, effects: &mut Vec<Effect>) -> bool {
        let Some(purpose) = self.interrupted.take() else { return false };
        let Some(partner) = self.partner.clone().filter(|_| !self.stopping) else { return false };
        let Some(peer) = self.heard(now).map(|report| report.state) else { return false };
        let of = match (purpose, state) {
            (Purpose::Failover, NodeState::Normal) => self.node.clone(),
            (Purpose::Fallback, NodeState::Backup) if peer != NodeState::FailingOver => partner,
            _ => return false,
        };
        let homes: Vec<HomeName> = self.served_of(&of).map(|facts| facts.home.clone()).collect();
        if homes.is_empty() {
            return false;
        }
        self.begin(now, purpose, Reason::OnAdminRequest, homes, effects);
        true
    }
}
