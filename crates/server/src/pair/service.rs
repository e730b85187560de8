//! What this node does with the streams that other nodes open.

use std::sync::Arc;

use everpresent_link::carry::{Line as CarriedLine, ToCarrier, ToOwner};
use everpresent_link::control::Control;
use everpresent_link::delivery::{self, Items};
use everpresent_link::order::{Order as LinkOrder, OrderReply};
use everpresent_link::pki::{self, Certificates, JoinRequest, SigningRequest};
use everpresent_link::replication::{self, Frame};
use everpresent_link::{Duplex, Handled, Service};
use everpresent_recovery::manager::Order;

use super::control::Line;
use crate::channels;
use crate::node::Node;
use crate::route::inbound::Origin;

/// The node as other nodes reach it.
#[derive(Debug)]
pub(crate) struct LinkService(pub(crate) Arc<Node>);

impl Service for LinkService {
    fn control(&self, peer: String, duplex: Duplex<Control, Control>) -> Handled {
        let node = self.0.clone();
        Box::pin(async move {
            if let Some(partner) = node.pair.partner().filter(|partner| partner.name.as_str() == peer) {
                partner.serve(&node, Line::Theirs, duplex).await;
            } else {
                // It may have joined a moment ago: whoever knows it connects to it.
                node.group_changed.notify_one();
            }
        })
    }

    fn replicate(
        &self,
        peer: String,
        begin: replication::Begin,
        duplex: Duplex<replication::Answer, Frame>,
    ) -> Handled {
        let node = self.0.clone();
        Box::pin(async move {
            let is_partner = node.pair.partner().is_some_and(|partner| partner.name.as_str() == peer);
            match node.seats.get(&begin.home).filter(|_| is_partner) {
                Some(seat) => seat.receive(begin, duplex, &node.parting).await,
                None => crate::seat::refuse(duplex, "this node holds no replica of that home").await,
            }
        })
    }

    fn deliver(
        &self,
        _peer: String,
        open: delivery::Open,
        duplex: Duplex<delivery::Answer, Items>,
    ) -> Handled {
        let node = self.0.clone();
        Box::pin(async move {
            let origin = Origin { home: open.from_home, ledger: open.from_ledger };
            match node.seats.get(&open.to_home).and_then(|seat| seat.served()) {
                Some(home) => channels::receive(&home, &origin, duplex).await,
                None => {
                    let _ = duplex.sender.send(delivery::Answer::NotOwner { owner: None }).await;
                }
            }
        })
    }

    fn carry(&self, _peer: String, line: CarriedLine, duplex: Duplex<ToCarrier, ToOwner>) -> Handled {
        Box::pin(crate::c2s::carrier::serve_carried(self.0.clone(), line, duplex))
    }

    fn order(&self, peer: String, order: LinkOrder) -> Handled<OrderReply> {
        let node = self.0.clone();
        Box::pin(async move {
            if node.pair.partner().is_none_or(|partner| partner.name.as_str() != peer) {
                return Err("orders are taken from the partner only".to_owned());
            }
            let Some(order) = Order::parse(&order.name, &order.arguments) else {
                return Err(format!("this node does not know the order {}", order.name));
            };
            node.pair.order(order, true).await
        })
    }

    fn join(&self, request: JoinRequest) -> Handled<Result<Certificates, String>> {
        let dir = self.0.config.link.dir.clone().unwrap_or_default();
        pki::admit(dir, request)
    }

    fn renew(&self, peer: String, request: SigningRequest) -> Handled<Result<Certificates, String>> {
        let dir = self.0.config.link.dir.clone().unwrap_or_default();
        pki::renew_for(dir, peer, request)
    }
}
