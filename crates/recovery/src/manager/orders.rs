//! Orders: what they are, and when they make no sense.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;
use thiserror::Error;

use super::facts::{HomeFacts, Mode};
use super::transition::Purpose;
use super::{Effect, Manager, NodeState, Reason};

/// Something that an operator orders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Order {
    /// The users of this node are to be served by its partner; its services stop.
    Failover(HomeName),
    /// The users of this node are to be served at home again.
    Fallback(HomeName),
    /// Enable high availability in the group.
    Enable,
    /// Disable it.
    Disable {
        /// Also while a node is failed over: its users then stay where they are.
        force: bool,
    },
}

/// Who gives an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// An operator, at this node.
    Operator,
    /// An operator at the peer, which passed it on.
    Peer,
}

impl Order {
    /// Its name between nodes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Failover(_) => "ha-failover",
            Self::Fallback(_) => "ha-fallback",
            Self::Enable => "ha-enable",
            Self::Disable { .. } => "ha-disable",
        }
    }

    /// Its arguments between nodes.
    pub fn arguments(&self) -> Vec<String> {
        match self {
            Self::Failover(node) | Self::Fallback(node) => vec![node.to_string()],
            Self::Enable => Vec::new(),
            Self::Disable { force } => vec![force.to_string()],
        }
    }

    /// The order of this name with these arguments; nothing if there is none.
    pub fn parse(name: &str, arguments: &[String]) -> Option<Self> {
        match (name, arguments) {
            ("ha-failover", [node]) => Some(Self::Failover(HomeName::new(node))),
            ("ha-fallback", [node]) => Some(Self::Fallback(HomeName::new(node))),
            ("ha-enable", []) => Some(Self::Enable),
            ("ha-disable", [force]) => Some(Self::Disable { force: force.parse().ok()? }),
            _ => None,
        }
    }
}

/// Why an order is not carried out. `to_string()` is the sentence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Error)]
#[expect(missing_docs, reason = "the sentences say it, and the fields are named as in them")]
pub enum OrderRefusal {
    #[error("this node has no partner")]
    NoPartner,
    #[error("high availability is not enabled: `everpresent ha enable` enables it")]
    NotEnabled,
    #[error("high availability is enabled already")]
    AlreadyEnabled,
    #[error("there is no node {node} in this group: it has {own} and {partner}")]
    NoSuchNode { node: HomeName, own: HomeName, partner: HomeName },
    #[error("{node} is stopping")]
    Stopping { node: HomeName },
    #[error("{node} is {state}: wait until that is over")]
    InTransition { node: HomeName, state: NodeState },
    #[error("{node} is still initializing: wait until it is Normal")]
    Initializing { node: HomeName },
    #[error("{node} owns its home and may not serve it at the moment, for it holds neither grant nor lease")]
    Fenced { node: HomeName },
    #[error("{peer} is not connected: if it is down its users are taken over without an order")]
    PeerNotConnected { peer: HomeName },
    #[error("{node} is failed over already: it is {state}")]
    AlreadyFailedOver { node: HomeName, state: NodeState },
    #[error("{node} serves the users of {partner} too: nobody could take them; fall back {partner} first")]
    ServesPartner { node: HomeName, partner: HomeName },
    #[error("{node} serves its users itself: there is nothing to fall back")]
    NotFailedOver { node: HomeName },
    #[error("critical services of {node} do not run: it could not serve its users")]
    ServicesDown { node: HomeName },
    #[error("{node} cannot take users now: it is {state}")]
    CannotTake { node: HomeName, state: NodeState },
    #[error("the database cannot be reached: without it no home can change its owner")]
    DatabaseUnreachable,
    #[error(
        "home {home} is {mode}: the partner does not have all of its sessions yet; wait until it is protected"
    )]
    NotProtected { home: HomeName, mode: Mode },
    #[error("the order is for {node}, not for this node")]
    NotForThisNode { node: HomeName },
    #[error("{node} is {state}: fall back first, or use --force to leave users where they are")]
    FailedOverNow { node: HomeName, state: NodeState },
}

/// What to do about an order.
enum Verdict {
    Begin(Purpose, Vec<HomeName>),
    Forward,
    Store(bool),
}

impl Manager {
    pub(super) fn order(&mut self, now: Moment, order: Order, asker: Asker, effects: &mut Vec<Effect>) {
        let verdict = match &order {
            Order::Failover(node) => self.consider_failover(now, node, asker),
            Order::Fallback(node) => self.consider_fallback(now, node, asker),
            Order::Enable => self.consider_enable(now),
            Order::Disable { force } => self.consider_disable(now, *force),
        };
        match verdict {
            Ok(Verdict::Begin(purpose, homes)) => {
                effects.push(Effect::OrderAccepted);
                self.begin(now, purpose, Reason::OnAdminRequest, homes, effects);
            }
            Ok(Verdict::Forward) => effects.push(Effect::Forward(order)),
            Ok(Verdict::Store(enabled)) => {
                effects.push(Effect::OrderAccepted);
                effects.push(Effect::StoreEnabled(enabled));
            }
            Err(refusal) => effects.push(Effect::OrderRefused(refusal)),
        }
    }

    /// The partner, if the group has this node and there can be a transition at all.
    fn partner_for(&self, node: &HomeName) -> Result<&HomeName, OrderRefusal> {
        let partner = self.partner.as_ref().ok_or(OrderRefusal::NoPartner)?;
        if node != partner && *node != self.node {
            let (node, own, partner) = (node.clone(), self.node.clone(), partner.clone());
            return Err(OrderRefusal::NoSuchNode { node, own, partner });
        }
        if !self.enabled {
            return Err(OrderRefusal::NotEnabled);
        }
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
        } else {
            Ok(())
        }
    }

    /// The peer's state, if it is connected and nothing is going on there.
    fn calm_peer(&self, now: Moment, partner: &HomeName) -> Result<NodeState, OrderRefusal> {
        let state = self.heard(now).map(|report| report.state);
        let state = state.ok_or_else(|| OrderRefusal::PeerNotConnected { peer: partner.clone() })?;
        self.check_calm(partner, state)?;
        if !self.database {
            return Err(OrderRefusal::DatabaseUnreachable);
        }
        Ok(state)
    }

    fn consider_failover(&self, now: Moment, node: &HomeName, asker: Asker) -> Result<Verdict, OrderRefusal> {
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
        if !here && let Some(refusal) = already(peer) {
            return Err(refusal);
        }
        let (taker, state) = if here { (partner, peer) } else { (&self.node, self.state) };
        if !here && peer == NodeState::Backup {
            let (node, partner) = (node.clone(), self.node.clone());
            return Err(OrderRefusal::ServesPartner { node, partner });
        }
        if state != NodeState::Normal {
            return Err(OrderRefusal::CannotTake { node: taker.clone(), state });
        }
        if here { self.begin_with(node, Purpose::Failover) } else { passed_on(node, asker) }
    }

    fn consider_fallback(&self, now: Moment, node: &HomeName, asker: Asker) -> Result<Verdict, OrderRefusal> {
        let partner = self.partner_for(node)?;
        let here = *node == self.node;
        if here && !self.state.is_failed_over() {
            return Err(OrderRefusal::NotFailedOver { node: node.clone() });
        }
        let peer = self.calm_peer(now, partner)?;
        let home = if here { self.state } else { peer };
        match home {
            NodeState::Idle | NodeState::FailedOver => {}
            NodeState::FailedOverWithoutServices => {
                return Err(OrderRefusal::ServicesDown { node: node.clone() });
            }
            _ => return Err(OrderRefusal::NotFailedOver { node: node.clone() }),
        }
        if here {
            return passed_on(node, asker);
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

    fn consider_enable(&self, now: Moment) -> Result<Verdict, OrderRefusal> {
        let partner = self.partner.as_ref().ok_or(OrderRefusal::NoPartner)?;
        if self.enabled {
            return Err(OrderRefusal::AlreadyEnabled);
        }
        if self.heard(now).is_none() {
            return Err(OrderRefusal::PeerNotConnected { peer: partner.clone() });
        }
        if !self.database {
            return Err(OrderRefusal::DatabaseUnreachable);
        }
        Ok(Verdict::Store(true))
    }

    fn consider_disable(&self, now: Moment, force: bool) -> Result<Verdict, OrderRefusal> {
        let partner = self.partner.as_ref().ok_or(OrderRefusal::NoPartner)?;
        if !self.enabled {
            return Err(OrderRefusal::NotEnabled);
        }
        let peer = self.heard(now).map(|report| (partner, report.state));
        for (node, state) in [(&self.node, self.state)].into_iter().chain(peer) {
            let node = node.clone();
            if state.is_transition() {
                return Err(OrderRefusal::InTransition { node, state });
            }
            if !force && (state.is_failed_over() || state == NodeState::Backup) {
                return Err(OrderRefusal::FailedOverNow { node, state });
            }
        }
        Ok(Verdict::Store(false))
    }
}

/// Gives an order to the peer, unless that is where it came from.
fn passed_on(node: &HomeName, asker: Asker) -> Result<Verdict, OrderRefusal> {
    match asker {
        Asker::Operator => Ok(Verdict::Forward),
        Asker::Peer => Err(OrderRefusal::NotForThisNode { node: node.clone() }),
    }
}
