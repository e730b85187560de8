//! Services that stay down: who moves then, and who does not.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;
use thiserror::Error;

use super::facts::{HomeFacts, Mode};
use super::services::DATABASE_SERVICE;
use super::transition::Purpose;
use super::{Effect, Line, Manager, NodeState, PeerReport, Reason};

/// What was down on this node for longer than `critical_service_down_delay`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
pub enum Fault {
    /// The database is out of this node's reach. That comes before all else: its loss may be why others are down.
    #[error("the database is out of reach")]
    Database,
    /// These services.
    #[error("services are down: {}", .0.join(", "))]
    Services(Vec<String>),
}

/// Why nobody moves though there is a [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Staying {
    /// Planned work.
    #[error("this node is in maintenance")]
    Maintenance,
    /// Nobody is there to take them.
    #[error("the peer is not heard")]
    PeerNotHeard,
    /// The peer is no better off, or does not say.
    #[error("the peer does not have all services up either")]
    PeerNotHealthy,
    /// It may be the end of an outage that both saw.
    #[error("the peer reaches it only since a moment")]
    PeerHasItLately,
    /// The peer is busy, or was set aside.
    #[error("the peer is {0}")]
    PeerIs(NodeState),
    /// Sessions would be left behind.
    #[error("the partner does not have all sessions yet")]
    NotProtected,
}

impl Fault {
    fn reason(&self) -> Reason {
        match self {
            Self::Database => Reason::DatabaseFailure,
            Self::Services(_) => Reason::CriticalServiceDown,
        }
    }

    /// Why roles are swapped if the backup has it.
    fn swap_reason(&self) -> Reason {
        match self {
            Self::Database => Reason::AutoRecoverDatabaseFailure,
            Self::Services(_) => Reason::AutoRecoverServiceDown,
        }
    }

    /// Whether the peer says that what is down here runs there. Silence about a service is not a yes.
    fn is_up_at(&self, peer: &PeerReport) -> bool {
        match self {
            Self::Database => peer.runs(DATABASE_SERVICE),
            Self::Services(names) => names.iter().all(|name| peer.runs(name)),
        }
    }
}

impl Manager {
    /// What has been down here for too long.
    pub(super) fn fault(&self, now: Moment) -> Option<Fault> {
        let down = self.overdue_services(now);
        let database = self.database_due().is_some_and(|due| now >= due);
        if database || down.iter().any(|name| name == DATABASE_SERVICE) {
            Some(Fault::Database)
        } else if down.is_empty() {
            None
        } else {
            Some(Fault::Services(down))
        }
    }

    /// Hands users over if this node cannot serve them well and the partner can.
    pub(super) fn react_to_faults(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let calm = self.enabled
            && self.settled
            && !self.stopping
            && self.transition.is_none()
            && self.failed.is_none()
            && self.homes.iter().any(|facts| facts.served);
        let fault = self.fault(now).filter(|_| calm);
        let Some(fault) = fault else {
            self.stays = None;
            return;
        };
        match self.consider_fault(now, &fault) {
            Ok(Answer::HandOver(homes, reason)) => {
                self.stays = None;
                self.begin(now, Purpose::Failover, reason, homes, effects);
            }
            Ok(Answer::Fail) => self.fail(now, fault.reason(), effects),
            Err(why) => {
                let stays = Some((fault, why));
                if self.stays != stays {
                    self.stays.clone_from(&stays);
                    effects.extend(stays.map(|(fault, why)| Effect::Log(Line::Stays { fault, why })));
                }
            }
        }
    }

    fn consider_fault(&self, now: Moment, fault: &Fault) -> Result<Answer, Staying> {
        if self.maintenance.is_some() {
            return Err(Staying::Maintenance);
        }
        let peer = self.heard(now).ok_or(Staying::PeerNotHeard)?;
        let able = fault.is_up_at(peer) && peer.all_up();
        let wanted = match self.state {
            NodeState::Normal => NodeState::Normal,
            NodeState::Backup => NodeState::FailedOver,
            state => return Err(Staying::PeerIs(state)),
        };
        let lately = self.peer_has_database_due().is_none_or(|due| now < due);
        if *fault == Fault::Database && able && lately {
            return Err(Staying::PeerHasItLately);
        }
        if self.state == NodeState::Backup && !(able && peer.state == wanted) {
            return self.backup_without_help(fault, peer);
        }
        if !able {
            return Err(Staying::PeerNotHealthy);
        }
        if peer.state != wanted {
            return Err(Staying::PeerIs(peer.state));
        }
        let served: Vec<&HomeFacts> = self.homes.iter().filter(|facts| facts.served).collect();
        if served.iter().any(|facts| facts.mode != Mode::Protected) {
            return Err(Staying::NotProtected);
        }
        let homes: Vec<HomeName> = served.into_iter().map(|facts| facts.home.clone()).collect();
        let backup = self.state == NodeState::Backup;
        let reason = if backup { fault.swap_reason() } else { fault.reason() };
        Ok(Answer::HandOver(homes, reason))
    }

    /// A backup whose peer cannot take over has failed. Not if the peer misses the database as well, or is on its way.
    fn backup_without_help(&self, fault: &Fault, peer: &PeerReport) -> Result<Answer, Staying> {
        if !peer.state.is_failed_over() {
            return Err(Staying::PeerIs(peer.state));
        }
        if *fault == Fault::Database && !fault.is_up_at(peer) {
            return Err(Staying::PeerNotHealthy);
        }
        Ok(Answer::Fail)
    }
}

enum Answer {
    HandOver(Vec<HomeName>, Reason),
    Fail,
}
