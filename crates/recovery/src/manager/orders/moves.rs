//! Orders that move users: failover and fallback.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::consider::Verdict;
use super::{Asker, Manager, OrderRefusal};
use crate::manager::facts::{HomeFacts, Mode};
use crate::manager::transition::Purpose;
use crate::manager::{NodeState, PeerReport};

impl Manager {
    /// The partner, if the group has this node and there can be a transition at all.
    fn partner_for(&self, node: &HomeName) -> Result<&HomeName, OrderRefusal> {
        let partner = self.group_of(node)?;
        self.check_calm(&self.node, self.state)?;
        Ok(partner)
    }

    fn check_calm(&self, node: &HomeName, state: NodeState) -> Result<(), OrderRefusal> {
        let node = node.clone();
        if self.stopping {
            Err(OrderRefusal::Stopping { node: self.node.clone() })
        } else if state.is_transition() {
            Err(OrderRefusal::InTransition { node, state })
        } else if state == NodeState::Initializing {
            Err(OrderRefusal::Initializing { node })
        } else if state == NodeState::Failed {
            Err(OrderRefusal::FailedMode { node })
        } else {
            Ok(())
        }
    }

    /// The peer, if it is connected and nothing is going on there.
    fn calm_peer(&self, now: Moment, partner: &HomeName) -> Result<&PeerReport, OrderRefusal> {
        let report =
            self.heard(now).ok_or_else(|| OrderRefusal::PeerNotConnected { peer: partner.clone() })?;
        self.check_calm(partner, report.state)?;
        if self.database { Ok(report) } else { Err(OrderRefusal::DatabaseUnreachable) }
    }

    pub(super) fn consider_failover(
        &self,
        now: Moment,
        node: &HomeName,
        asker: Asker,
    ) -> Result<Verdict, OrderRefusal> {
        let partner = self.partner_for(node)?;
        let already = |state: NodeState| {
            let node = node.clone();
            state.is_failed_over().then_some(OrderRefusal::AlreadyFailedOver { node, state })
        };
        let here = *node == self.node;
        if here && let Some(refusal) = already(self.state) {
            return Err(refusal);
        }
        if here && self.state == NodeState::Backup {
            let (node, partner) = (node.clone(), partner.clone());
            return Err(OrderRefusal::ServesPartner { node, partner });
        }
        let peer = self.calm_peer(now, partner)?;
        if !here && let Some(refusal) = already(peer.state) {
            return Err(refusal);
        }
        if !here && peer.state == NodeState::Backup {
            let (node, partner) = (node.clone(), self.node.clone());
            return Err(OrderRefusal::ServesPartner { node, partner });
        }
        let (taker, state, well) = if here {
            (partner, peer.state, peer.all_up())
        } else {
            (&self.node, self.state, self.is_well())
        };
        if state != NodeState::Normal {
            return Err(OrderRefusal::CannotTake { node: taker.clone(), state });
        }
        if !well {
            return Err(OrderRefusal::ServicesDown { node: taker.clone() });
        }
        if here { self.begin_with(node, Purpose::Failover) } else { self.pass_on(now, node, asker) }
    }

    pub(super) fn consider_fallback(
        &self,
        now: Moment,
        node: &HomeName,
        asker: Asker,
    ) -> Result<Verdict, OrderRefusal> {
        let partner = self.partner_for(node)?;
        let here = *node == self.node;
        if here && !self.state.is_failed_over() {
            return Err(OrderRefusal::NotFailedOver { node: node.clone() });
        }
        let peer = self.calm_peer(now, partner)?.state;
        let home = if here { self.state } else { peer };
        match home {
            NodeState::Idle | NodeState::FailedOver => {}
            NodeState::FailedOverWithoutServices => {
                return Err(OrderRefusal::ServicesDown { node: node.clone() });
            }
            _ => return Err(OrderRefusal::NotFailedOver { node: node.clone() }),
        }
        if here {
            return self.pass_on(now, node, asker);
        }
        if self.served_of(node).next().is_none() {
            return Err(OrderRefusal::Fenced { node: self.node.clone() });
        }
        self.begin_with(node, Purpose::Fallback)
    }

    /// Hands over what this node serves of the homes of `node`, if the partner has it all.
    fn begin_with(&self, node: &HomeName, purpose: Purpose) -> Result<Verdict, OrderRefusal> {
        let homes: Vec<&HomeFacts> = self.served_of(node).collect();
        if homes.is_empty() {
            return Err(OrderRefusal::Fenced { node: self.node.clone() });
        }
        if let Some(behind) = homes.iter().find(|facts| facts.mode != Mode::Protected) {
            return Err(OrderRefusal::NotProtected { home: behind.home.clone(), mode: behind.mode });
        }
        Ok(Verdict::Begin(purpose, homes.into_iter().map(|facts| facts.home.clone()).collect()))
    }
}
