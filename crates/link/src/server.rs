//! Takes connections of other nodes.

mod connection;
mod handshake;
mod streams;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use crate::Service;
use crate::pki::Identity;
use crate::transport::Lane;
use crate::transport::limits::*;
use crate::wire::enrolment_server::EnrolmentServer;
use crate::wire::link_server::LinkServer;
use connection::{Connection, Connections};
use streams::{Enrolment, Streams};

/// Connections of one lane that wait for their first look.
const LANE_QUEUE_CONNECTIONS: usize = 16;
/// How long is waited when the system gives no connection, because files or memory are short.
const ACCEPT_AGAIN_MILLISECONDS: u64 = 100;

/// Takes connections of other nodes and hands their streams to `service`, until `stop` is cancelled. Then all of them
/// end at once, so what has to arrive must have been answered before. Returns when all handlers have ended.
///
/// Every connection is TLS 1.3 and has to show a certificate of the cluster, except those that can only ask to join.
pub async fn listen(
    listener: TcpListener,
    identity: Arc<Identity>,
    service: Arc<dyn Service>,
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    let lanes = Lane::ALL.map(|lane| (lane, lane_server(lane, service.clone(), &tasks)));
    let door = Arc::new(Door {
        identity,
        lanes,
        connections: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        joining: Arc::new(Semaphore::new(MAX_JOINING)),
        stop: stop.clone(),
    });
    let mut handshakes: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                handshakes.retain(|handshake| !handshake.is_finished());
                if handshakes.len() >= MAX_HANDSHAKES
                    && let Some(oldest) = handshakes.pop_front()
                {
                    oldest.abort();
                }
                handshakes.push_back(tasks.spawn(door.clone().take(stream)).abort_handle());
            }
            Err(error) => {
                warn!(%error, "link cannot take a connection");
                sleep(Duration::from_millis(ACCEPT_AGAIN_MILLISECONDS)).await;
            }
        }
    }
    handshakes.iter().for_each(AbortHandle::abort);
    drop((listener, door));
    tasks.close();
    tasks.wait().await;
}

/// Serves the connections of one lane.
fn lane_server(lane: Lane, service: Arc<dyn Service>, tasks: &TaskTracker) -> mpsc::Sender<Connection> {
    let (sender, receiver) = mpsc::channel(LANE_QUEUE_CONNECTIONS);
    let connections = Connections(receiver);
    let handlers = tasks.clone();
    tasks.spawn(async move {
        let served = if lane == Lane::Join {
            let enrolment = EnrolmentServer::new(Enrolment(service));
            let enrolment = enrolment.max_decoding_message_size(lane.message_bytes());
            lane.server().serve_with_incoming(enrolment, connections).await
        } else {
            let streams = LinkServer::new(Streams { service, handlers });
            let streams = streams.max_decoding_message_size(lane.message_bytes());
            lane.server().serve_with_incoming(streams, connections).await
        };
        if let Err(error) = served {
            warn!(%error, ?lane, "link server ended");
        }
    });
    sender
}

/// What a new connection goes through.
struct Door {
    identity: Arc<Identity>,
    lanes: [(Lane, mpsc::Sender<Connection>); 4],
    connections: Arc<Semaphore>,
    joining: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Door {
    async fn take(self: Arc<Self>, stream: TcpStream) {
        let shaken =
            timeout(Duration::from_secs(HANDSHAKE_SECONDS), handshake::shake(stream, &self.identity));
        let visitor = match shaken.await {
            Ok(Ok(visitor)) => visitor,
            Ok(Err(error)) => return debug!(%error, "link handshake failed"),
            Err(_) => return debug!("link handshake took too long"),
        };
        let stop = self.stop.child_token();
        let places = if visitor.lane == Lane::Join { &self.joining } else { &self.connections };
        let Ok(place) = places.clone().try_acquire_owned() else {
            return warn!(lane = ?visitor.lane, "link refuses a connection: there are too many");
        };
        if visitor.lane == Lane::Join {
            end_in_time(stop.clone());
        }
        let lane = self.lanes.iter().find(|(lane, _)| *lane == visitor.lane);
        if let Some((_, queue)) = lane {
            // An error means that the node stops.
            let _ = queue.send(Connection::new(visitor.stream, visitor.peer, stop, place)).await;
        }
    }
}

/// A connection without a certificate does not last.
fn end_in_time(connection: CancellationToken) {
    tokio::spawn(async move {
        let waited = timeout(Duration::from_secs(JOIN_SECONDS), connection.cancelled()).await;
        if waited.is_err() {
            connection.cancel();
        }
    });
}

/// A connection is ended from this side.
fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the node ended the connection")
}

#[cfg(test)]
mod tests;
