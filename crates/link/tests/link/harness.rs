//! A cluster of nodes in temporary folders, and what they receive.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use everpresent_link::carry::{Line, ToCarrier, ToOwner};
use everpresent_link::control::Control;
use everpresent_link::delivery::{self, Items};
use everpresent_link::order::{Order, OrderReply};
use everpresent_link::pki::{self, Certificates, Identity, Invitation, JoinRequest, SigningRequest};
use everpresent_link::replication::{self, Frame};
use everpresent_link::{Duplex, Handled, Peer, Service, listen};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take here before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream that somebody opened, with the name that was proved.
#[derive(Debug)]
pub(crate) enum Opened {
    Control(String, Duplex<Control, Control>),
    Replicate(String, replication::Begin, Duplex<replication::Answer, Frame>),
    Deliver(String, delivery::Open, Duplex<delivery::Answer, Items>),
    Carry(String, Line, Duplex<ToCarrier, ToOwner>),
}

/// A node's service: streams go to the test; certificates are issued as a server does it.
struct Receiver {
    dir: PathBuf,
    opened: mpsc::Sender<Opened>,
}

impl Receiver {
    fn tell(&self, opened: Opened) -> Handled {
        let sender = self.opened.clone();
        Box::pin(async move { sender.send(opened).await.unwrap_or_default() })
    }
}

impl Service for Receiver {
    fn control(&self, peer: String, duplex: Duplex<Control, Control>) -> Handled {
        self.tell(Opened::Control(peer, duplex))
    }
    fn replicate(
        &self,
        peer: String,
        begin: replication::Begin,
        duplex: Duplex<replication::Answer, Frame>,
    ) -> Handled {
        self.tell(Opened::Replicate(peer, begin, duplex))
    }
    fn deliver(
        &self,
        peer: String,
        open: delivery::Open,
        duplex: Duplex<delivery::Answer, Items>,
    ) -> Handled {
        self.tell(Opened::Deliver(peer, open, duplex))
    }
    fn carry(&self, peer: String, line: Line, duplex: Duplex<ToCarrier, ToOwner>) -> Handled {
        self.tell(Opened::Carry(peer, line, duplex))
    }
    fn order(&self, peer: String, order: Order) -> Handled<OrderReply> {
        Box::pin(async move {
            match order.name.as_str() {
                "echo" => Ok(format!("{peer}: {}", order.arguments.join(" "))),
                other => Err(format!("there is no order {other}")),
            }
        })
    }
    fn join(&self, request: JoinRequest) -> Handled<Result<Certificates, String>> {
        pki::admit(self.dir.clone(), request)
    }
    fn renew(&self, peer: String, request: SigningRequest) -> Handled<Result<Certificates, String>> {
        pki::renew_for(self.dir.clone(), peer, request)
    }
}

/// A node that listens.
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) folder: TempDir,
    pub(crate) identity: Arc<Identity>,
    pub(crate) address: SocketAddr,
    pub(crate) stop: CancellationToken,
    pub(crate) listening: JoinHandle<()>,
    opened: mpsc::Receiver<Opened>,
}

impl Node {
    /// The first node of a new cluster.
    pub(crate) async fn first(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        pki::establish(folder.path(), name, SystemTime::now()).unwrap();
        Self::start(name, folder, "127.0.0.1:0").await
    }

    /// Another node, which joins by an invitation of this one.
    pub(crate) async fn another(&self, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        pki::join(folder.path(), name, &self.invite(name)).await.unwrap();
        Self::start(name, folder, "127.0.0.1:0").await
    }

    /// A node with the files of a folder.
    pub(crate) async fn start(name: &str, folder: TempDir, address: &str) -> Self {
        let identity = Arc::new(Identity::load(folder.path()).unwrap());
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, opened) = mpsc::channel(16);
        let service = Receiver { dir: folder.path().to_owned(), opened: sender };
        let stop = CancellationToken::new();
        let listening = tokio::spawn(listen(listener, identity.clone(), Arc::new(service), stop.clone()));
        Self { name: name.to_owned(), folder, identity, address, stop, listening, opened }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn invite(&self, name: &str) -> Invitation {
        let address = self.address.to_string();
        Invitation::create(self.dir(), name, &address, SystemTime::now()).unwrap()
    }

    /// The other node as this one sees it.
    pub(crate) fn peer(&self, other: &Self) -> Peer {
        Peer::new(&other.name, &other.address.to_string(), &self.identity).unwrap()
    }

    /// The next stream that somebody opens here.
    pub(crate) async fn opened(&mut self) -> Opened {
        soon(self.opened.recv()).await.unwrap()
    }

    pub(crate) async fn opened_control(&mut self) -> (String, Duplex<Control, Control>) {
        match self.opened().await {
            Opened::Control(peer, duplex) => (peer, duplex),
            other => panic!("{other:?}"),
        }
    }

    /// Stops listening; the files stay.
    pub(crate) async fn stop(self) -> TempDir {
        self.stop.cancel();
        soon(self.listening).await.unwrap();
        self.folder
    }
}

/// Two nodes of one cluster.
pub(crate) async fn pair() -> (Node, Node) {
    let l = Node::first("imp1").await;
    let r = l.another("imp2").await;
    (l, r)
}

/// What has to happen soon.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes too long")
}

/// A message that is easy to recognise.
pub(crate) fn goodbye(reason: u8) -> Control {
    Control::Goodbye { reason }
}
