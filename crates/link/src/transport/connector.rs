//! Makes the connection that gRPC runs on.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::codegen::Service;
use tonic::transport::Uri;

use super::{Lane, set_options};

/// Gives the settings of TLS for a new connection: they change when certificates do.
pub(crate) type TlsSettings = Arc<dyn Fn() -> Arc<ClientConfig> + Send + Sync>;

/// Connects to one node.
#[derive(Clone)]
pub(crate) struct Connector {
    /// host:port.
    pub(crate) address: Arc<str>,
    /// The name that the certificate must have.
    pub(crate) name: ServerName<'static>,
    pub(crate) lane: Lane,
    pub(crate) tls: TlsSettings,
}

impl Connector {
    async fn connect(self) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
        let stream = TcpStream::connect(&*self.address).await?;
        set_options(&stream)?;
        let mut settings = ClientConfig::clone(&(self.tls)());
        settings.alpn_protocols = vec![self.lane.protocol().to_vec()];
        let stream = TlsConnector::from(Arc::new(settings)).connect(self.name, stream).await?;
        Ok(TokioIo::new(stream))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TlsStream<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}
