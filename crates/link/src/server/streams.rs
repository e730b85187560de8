//! Requests of other nodes: whose they are, what they open, who handles them.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status, Streaming, async_trait};

use super::connection::PeerName;
use crate::carry::{ToCarrier, ToOwner};
use crate::codec::{Buffered, malformed};
use crate::control::Control;
use crate::convert::{Malformed, Message, open};
use crate::delivery::{self, Items};
use crate::duplex::{Answers, incoming, outgoing};
use crate::replication::{self, Frame};
use crate::transport::limits::*;
use crate::wire::enrolment_server;
use crate::wire::link_server::Link;
use crate::{Duplex, Handled, Service, wire};

type Answered<T> = Result<Response<T>, Status>;

/// Requests of nodes with a certificate.
pub(super) struct Streams {
    pub(super) service: Arc<dyn Service>,
    pub(super) handlers: TaskTracker,
}

impl Streams {
    /// Reads the message that opens the stream, then has the stream handled.
    async fn begin<S: Message, R: Message, O>(
        &self,
        request: Request<Streaming<R::Wire>>,
        capacity: usize,
        read: impl FnOnce(R::Wire) -> Result<O, Malformed> + Send,
        handle: impl FnOnce(&dyn Service, String, O, Duplex<S, R>) -> Handled + Send,
    ) -> Answered<Answers<S>> {
        let peer = peer(&request)?;
        let mut stream = request.into_inner();
        let opening = read(first(&mut stream).await?).map_err(refusal)?;
        let (sender, answers) = outgoing(capacity, []);
        let duplex = Duplex { sender, receiver: incoming(&peer, stream) };
        self.handlers.spawn(handle(&*self.service, peer, opening, duplex));
        Ok(Response::new(Answers(answers)))
    }
}

#[async_trait]
impl Link for Streams {
    type ControlStream = Answers<Control>;
    type ReplicateStream = Answers<replication::Answer>;
    type DeliverStream = Answers<delivery::Answer>;
    type CarryStream = Answers<ToCarrier>;

    async fn control(
        &self,
        request: Request<Streaming<wire::ControlMessage>>,
    ) -> Answered<Self::ControlStream> {
        self.begin(request, CONTROL_QUEUE_MESSAGES, open::read_control, |service, peer, (), duplex| {
            service.control(peer, duplex)
        })
        .await
    }

    async fn replicate(
        &self,
        request: Request<Streaming<wire::ReplicationFrame>>,
    ) -> Answered<Self::ReplicateStream> {
        self.begin::<_, Frame, _>(
            request,
            REPLICATION_QUEUE_FRAMES,
            open::read_replication,
            |service, peer, begin, duplex| service.replicate(peer, begin, duplex),
        )
        .await
    }

    async fn deliver(&self, request: Request<Streaming<wire::Delivery>>) -> Answered<Self::DeliverStream> {
        self.begin::<_, Items, _>(
            request,
            DELIVERY_QUEUE_MESSAGES,
            open::read_delivery,
            |service, peer, channel, duplex| service.deliver(peer, channel, duplex),
        )
        .await
    }

    async fn carry(&self, request: Request<Streaming<wire::ToOwner>>) -> Answered<Self::CarryStream> {
        self.begin::<_, ToOwner, _>(
            request,
            CARRY_QUEUE_MESSAGES,
            open::read_carry,
            |service, peer, line, duplex| service.carry(peer, line, duplex),
        )
        .await
    }

    async fn order(&self, request: Request<wire::OrderRequest>) -> Answered<wire::OrderReply> {
        let peer = peer(&request)?;
        let order = open::read_order(request.into_inner()).map_err(refusal)?;
        Ok(Response::new(open::write_order_reply(self.service.order(peer, order).await)))
    }

    async fn renew(&self, request: Request<wire::RenewRequest>) -> Answered<wire::CertificateReply> {
        let peer = peer(&request)?;
        let renewal = open::read_renewal(request.into_inner()).map_err(refusal)?;
        Ok(Response::new(open::write_certificates(self.service.renew(peer, renewal).await)))
    }
}

/// Requests of nodes without a certificate.
pub(super) struct Enrolment(pub(super) Arc<dyn Service>);

#[async_trait]
impl enrolment_server::Enrolment for Enrolment {
    async fn join(&self, request: Request<wire::JoinRequest>) -> Answered<wire::CertificateReply> {
        let request = open::read_join(request.into_inner()).map_err(refusal)?;
        Ok(Response::new(open::write_certificates(self.0.join(request).await)))
    }
}

/// The name that the node behind a request has proved.
fn peer<T>(request: &Request<T>) -> Result<String, Status> {
    let name = request.extensions().get::<PeerName>().and_then(|name| name.0.as_deref());
    name.map(str::to_owned).ok_or_else(|| Status::unauthenticated("this needs a certificate of the cluster"))
}

/// The message that opens a stream. It is on its way already when the stream begins.
async fn first<W: Buffered>(stream: &mut Streaming<W>) -> Result<W, Status> {
    let message = timeout(Duration::from_secs(OPEN_SECONDS), stream.message()).await;
    let message = message.map_err(|_| malformed("the stream was not opened in time"))??;
    message.ok_or_else(|| malformed("the stream ended before it was opened"))
}

fn refusal(problem: Malformed) -> Status {
    malformed(&problem.to_string())
}
