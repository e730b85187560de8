//! What a node does with the streams that other nodes open.

use std::future::Future;
use std::pin::Pin;

use crate::Duplex;
use crate::carry::{Line, ToCarrier, ToOwner};
use crate::control::Control;
use crate::delivery::{self, Items};
use crate::order::{Order, OrderReply};
use crate::pki::{Certificates, JoinRequest, SigningRequest};
use crate::replication::{self, Frame};

/// Work that goes on by itself, and ends when its stream does.
pub type Handled<T = ()> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a node does with the streams that other nodes open. `peer` is the name in the certificate that the other node
/// has proved to hold.
pub trait Service: Send + Sync + 'static {
    /// Small urgent messages.
    fn control(&self, peer: String, duplex: Duplex<Control, Control>) -> Handled;

    /// The owner of a home wants this node to hold a replica.
    fn replicate(
        &self,
        peer: String,
        begin: replication::Begin,
        duplex: Duplex<replication::Answer, Frame>,
    ) -> Handled;

    /// Another home's channel.
    fn deliver(&self, peer: String, open: delivery::Open, duplex: Duplex<delivery::Answer, Items>)
    -> Handled;

    /// A client that is connected to another node.
    fn carry(&self, peer: String, line: Line, duplex: Duplex<ToCarrier, ToOwner>) -> Handled;

    /// What an operator asked another node for.
    fn order(&self, peer: String, order: Order) -> Handled<OrderReply>;

    /// A node without a certificate, which shows an invitation: [`pki::admit`](crate::pki::admit) answers. The text of a
    /// refusal is shown to whoever asked.
    fn join(&self, request: JoinRequest) -> Handled<Result<Certificates, String>>;

    /// A node wants a new certificate for the name that it has: [`pki::renew_for`](crate::pki::renew_for) answers.
    fn renew(&self, peer: String, request: SigningRequest) -> Handled<Result<Certificates, String>>;
}
