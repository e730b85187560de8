//! One Web Bridge of the stand-in: its port for guests, which is closed while it restarts.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What a bridge does when it is told to restart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Conduct {
    /// It restarts.
    #[default]
    Restarts,
    /// It says so, and goes on as before.
    Pretends,
    /// It ends, and does not come back.
    StaysDown,
}

/// The port on which guests would be served: it takes connections and says nothing.
#[derive(Debug)]
pub(super) struct WebPort {
    address: SocketAddr,
    task: Option<JoinHandle<()>>,
}

impl WebPort {
    /// Opens a port; 0 takes a free one.
    pub(super) async fn open(address: IpAddr, port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((address, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { address, task: Some(tokio::spawn(serve(listener))) })
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Closes it. It is closed when this returns.
    pub(super) async fn close(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            // Cancelled, as was wanted; its listener is dropped by then.
            let _ = task.await;
        }
    }

    /// Opens it again.
    pub(super) async fn reopen(&mut self) -> std::io::Result<()> {
        if self.task.is_none() {
            let listener = TcpListener::bind(self.address).await?;
            self.task = Some(tokio::spawn(serve(listener)));
        }
        Ok(())
    }
}

impl Drop for WebPort {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

async fn serve(listener: TcpListener) {
    // A connection is dropped at once: whoever connects sees that the port is open.
    while listener.accept().await.is_ok() {}
}
