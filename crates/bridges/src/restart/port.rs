//! Watches the port on which a bridge serves guests: while it restarts, nobody answers there.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A port that does not answer in so much time is closed.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// What was seen of the port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// It was open before.
    pub(super) open_before: bool,
    /// It was closed after it had been open.
    pub(super) closed: bool,
    /// It is open now.
    pub(super) open_now: bool,
}

/// A task that looks at the port until it is dropped.
#[derive(Debug)]
pub(super) struct PortWatch {
    seen: watch::Receiver<Seen>,
    task: JoinHandle<()>,
}

impl PortWatch {
    /// Begins to look; the first look is over when this returns.
    pub(super) async fn begin(host: &str, port: u16) -> Self {
        let first = is_open(host, port).await;
        let (sender, seen) = watch::channel(Seen { open_before: first, closed: false, open_now: first });
        let host = host.to_owned();
        let task = tokio::spawn(async move {
            loop {
                sleep(LOOK_EVERY).await;
                let open = is_open(&host, port).await;
                let looked = |seen: &mut Seen| {
                    seen.closed |= seen.open_before && !open;
                    seen.open_now = open;
                };
                sender.send_modify(looked);
            }
        });
        Self { seen, task }
    }

    /// What was seen until now.
    pub(super) fn seen(&self) -> Seen {
        *self.seen.borrow()
    }

    /// Waits for the next look.
    pub(super) async fn changed(&mut self) {
        // The task ends with this value only.
        let _ = self.seen.changed().await;
    }
}

impl Drop for PortWatch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether somebody takes connections there.
pub async fn is_open(host: &str, port: u16) -> bool {
    matches!(timeout(ANSWERS_WITHIN, TcpStream::connect((host, port))).await, Ok(Ok(_)))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_port_that_closes_and_opens_again_is_seen_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut watch = PortWatch::begin("127.0.0.1", address.port()).await;
        assert_eq!(watch.seen(), Seen { open_before: true, closed: false, open_now: true });
        drop(listener);
        while !watch.seen().closed {
            watch.changed().await;
        }
        assert!(!watch.seen().open_now);
        let _listener = TcpListener::bind(address).await.unwrap();
        while !watch.seen().open_now {
            watch.changed().await;
        }
        assert!(watch.seen().closed, "that it was closed is not forgotten");
    }

    #[tokio::test]
    async fn a_port_that_was_never_open_does_not_close() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut watch = PortWatch::begin("127.0.0.1", port).await;
        for _ in 0..2 {
            watch.changed().await;
        }
        assert_eq!(watch.seen(), Seen::default());
    }
}
