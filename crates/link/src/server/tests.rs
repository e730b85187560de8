//! What a connection without a certificate may do.

use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::ServerName;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::Code;

use crate::carry::{Line, ToCarrier, ToOwner};
use crate::control::Control;
use crate::delivery::{self, Items};
use crate::order::{Order, OrderReply};
use crate::pki::{Certificates, Identity, JoinRequest, SigningRequest, establish};
use crate::replication::{self, Frame};
use crate::transport::{Connector, Lane};
use crate::wire::link_client::LinkClient;
use crate::{Duplex, Handled, Service, convert, listen};

/// Nobody may get through to it.
struct Untouched;

impl Service for Untouched {
    fn control(&self, peer: String, _: Duplex<Control, Control>) -> Handled {
        panic!("{peer}")
    }
    fn replicate(
        &self,
        peer: String,
        _: replication::Begin,
        _: Duplex<replication::Answer, Frame>,
    ) -> Handled {
        panic!("{peer}")
    }
    fn deliver(&self, peer: String, _: delivery::Open, _: Duplex<delivery::Answer, Items>) -> Handled {
        panic!("{peer}")
    }
    fn carry(&self, peer: String, _: Line, _: Duplex<ToCarrier, ToOwner>) -> Handled {
        panic!("{peer}")
    }
    fn order(&self, peer: String, _: Order) -> Handled<OrderReply> {
        panic!("{peer}")
    }
    fn join(&self, _: JoinRequest) -> Handled<Result<Certificates, String>> {
        panic!("joined")
    }
    fn renew(&self, peer: String, _: SigningRequest) -> Handled<Result<Certificates, String>> {
        panic!("{peer}")
    }
}

#[tokio::test]
async fn the_way_in_for_those_who_join_leads_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    establish(folder.path(), "imp1", SystemTime::now()).unwrap();
    let identity = Arc::new(Identity::load(folder.path()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    let listening = tokio::spawn(listen(listener, identity.clone(), Arc::new(Untouched), stop.clone()));
    // Even with a certificate: on this way nobody is asked for one.
    let channel = Lane::Join.channel(Connector {
        address: address.into(),
        name: ServerName::try_from("imp1").unwrap(),
        lane: Lane::Join,
        tls: Arc::new(move || identity.client_settings()),
    });
    let mut client = LinkClient::new(channel);
    let order = || convert::open::order(Order { name: "failover".into(), arguments: vec![] });
    assert_eq!(client.order(order()).await.unwrap_err().code(), Code::Unimplemented);
    let renewal = convert::open::renewal(&SigningRequest(vec![]));
    assert_eq!(client.renew(renewal).await.unwrap_err().code(), Code::Unimplemented);
    let (_sender, out) = crate::duplex::outgoing::<Control>(1, [convert::open::control()]);
    assert_eq!(client.control(out).await.unwrap_err().code(), Code::Unimplemented);
    stop.cancel();
    listening.await.unwrap();
}
