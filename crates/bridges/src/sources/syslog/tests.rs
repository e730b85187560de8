//! The receivers on loopback: floods, half-open and slow peers, lies, certificates.

mod certificates;
mod datagrams;
mod streams;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::sources::{Inlet, Line, Lines, Report, Status, queue};

/// Longer than anything here takes on a machine that does much else.
const SOON: Duration = Duration::from_secs(20);

/// A receiver over TCP and what comes out of it.
struct Receiver {
    address: SocketAddr,
    lines: Lines,
    inlet: Inlet,
    _task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    async fn start(acceptor: Option<TlsAcceptor>, limits: Limits, admit: Admit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (inlet, lines) = queue(Arc::new(Status::new("syslog")));
        let filled = inlet.clone();
        let task = tokio::spawn(async move {
            stream::run(&listener, acceptor, &Admission::new(admit), limits, &filled).await.unwrap();
        });
        Self { address, lines, inlet, _task: task }
    }

    async fn plain(limits: Limits) -> Self {
        Self::start(None, limits, Admit::All).await
    }

    async fn next(&mut self) -> Line {
        timeout(SOON, self.lines.next()).await.expect("a line comes").unwrap()
    }

    async fn next_text(&mut self) -> String {
        String::from_utf8_lossy(&self.next().await.bytes).into_owned()
    }

    fn report(&self) -> Report {
        self.inlet.status().report()
    }
}
