//! Another node, as seen by one that opens streams to it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::ServerName;
use tokio::time::timeout;
use tonic::transport::Channel;
use tonic::{Response, Status, Streaming};

use crate::carry::{Line, ToCarrier, ToOwner};
use crate::control::Control;
use crate::convert::{Message, open};
use crate::delivery::{self, Items};
use crate::duplex::{Outgoing, incoming, outgoing};
use crate::order::{Order, OrderReply};
use crate::pki::{Certificates, Identity, SigningRequest};
use crate::replication::{self, Frame};
use crate::transport::limits::*;
use crate::transport::{Connector, Lane};
use crate::wire::link_client::LinkClient;
use crate::{Duplex, LinkError};

/// Another node. It is connected to when the first stream is opened, and again after a connection broke. Cheap to
/// clone; all clones use the same connections: one for what is urgent, one for what is large, one for carried clients.
#[derive(Debug, Clone)]
pub struct Peer {
    name: Arc<str>,
    address: Arc<str>,
    urgent: Channel,
    bulk: Channel,
    carry: Channel,
}

impl Peer {
    /// The node `name` at `address` (host:port). Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`LinkError::Address`] if the name cannot stand in a certificate.
    pub fn new(name: &str, address: &str, identity: &Arc<Identity>) -> Result<Self, LinkError> {
        let server_name = ServerName::try_from(name.to_owned())
            .map_err(|_| LinkError::Address(format!("{name:?} cannot be the name of a node")))?;
        let address: Arc<str> = address.into();
        let channel = |lane: Lane| {
            let identity = identity.clone();
            lane.channel(Connector {
                address: address.clone(),
                name: server_name.clone(),
                lane,
                tls: Arc::new(move || identity.client_settings()),
            })
        };
        let (urgent, bulk, carry) = (channel(Lane::Urgent), channel(Lane::Bulk), channel(Lane::Carry));
        Ok(Self { name: name.into(), address, urgent, bulk, carry })
    }

    /// Its name. Whoever answers has proved it with a certificate of the cluster.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is connected to, as host:port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Opens the stream for small urgent messages.
    ///
    /// # Errors
    /// [`LinkError`], as for every stream.
    pub async fn control(&self) -> Result<Duplex<Control, Control>, LinkError> {
        let mut client = client(&self.urgent, Lane::Urgent);
        self.open(CONTROL_QUEUE_MESSAGES, open::control(), async |out| client.control(out).await).await
    }

    /// Opens a stream of records to the partner.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn replicate(
        &self,
        begin: replication::Begin,
    ) -> Result<Duplex<Frame, replication::Answer>, LinkError> {
        let mut client = client(&self.bulk, Lane::Bulk);
        let first = open::replication(&begin);
        self.open(REPLICATION_QUEUE_FRAMES, first, async |out| client.replicate(out).await).await
    }

    /// Opens a channel to another home.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn deliver(
        &self,
        channel: delivery::Open,
    ) -> Result<Duplex<Items, delivery::Answer>, LinkError> {
        let mut client = client(&self.bulk, Lane::Bulk);
        let first = open::delivery(&channel);
        self.open(DELIVERY_QUEUE_MESSAGES, first, async |out| client.deliver(out).await).await
    }

    /// Opens the way to its owner for one client.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn carry(&self, line: Line) -> Result<Duplex<ToOwner, ToCarrier>, LinkError> {
        let mut client = client(&self.carry, Lane::Carry);
        let first = open::carry(&line);
        self.open(CARRY_QUEUE_MESSAGES, first, async |out| client.carry(out).await).await
    }

    /// Has an order carried out there.
    ///
    /// # Errors
    /// [`LinkError`]; a refusal of the order is none.
    pub async fn order(&self, order: Order) -> Result<OrderReply, LinkError> {
        let mut client = client(&self.urgent, Lane::Urgent);
        let reply = self.within(client.order(open::order(order))).await?;
        open::order_reply(reply).map_err(|what| self.malformed(what.to_string()))
    }

    /// Asks the node that holds the cluster's key for a new certificate.
    ///
    /// # Errors
    /// [`LinkError`]; [`LinkError::Refused`] also when that node does not hold the key.
    pub async fn renew(&self, request: &SigningRequest) -> Result<Certificates, LinkError> {
        let mut client = client(&self.bulk, Lane::Bulk);
        let reply = self.within(client.renew(open::renewal(request))).await?;
        open::certificates(reply)
            .map_err(|what| self.malformed(what.to_string()))?
            .map_err(|problem| LinkError::Refused { node: self.name.to_string(), problem })
    }

    async fn open<S: Message, R: Message>(
        &self,
        capacity: usize,
        first: S::Wire,
        call: impl AsyncFnOnce(Outgoing<S>) -> Result<Response<Streaming<R::Wire>>, Status>,
    ) -> Result<Duplex<S, R>, LinkError> {
        let (sender, out) = outgoing(capacity, [first]);
        let stream = self.within(call(out)).await?;
        Ok(Duplex { sender, receiver: incoming(&self.name, stream) })
    }

    async fn within<T>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, LinkError> {
        match timeout(Duration::from_secs(OPEN_SECONDS), call).await {
            Ok(Ok(response)) => Ok(response.into_inner()),
            Ok(Err(status)) => Err(LinkError::from_status(&self.name, &status)),
            Err(_) => Err(LinkError::Unreachable {
                node: self.name.to_string(),
                problem: format!("no answer within {OPEN_SECONDS} seconds"),
            }),
        }
    }

    fn malformed(&self, what: String) -> LinkError {
        LinkError::Malformed { node: self.name.to_string(), what }
    }
}

fn client(channel: &Channel, lane: Lane) -> LinkClient<Channel> {
    LinkClient::new(channel.clone()).max_decoding_message_size(lane.message_bytes())
}
