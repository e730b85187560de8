//! The control streams to the partner: one that this node opened, one that the partner opened. Either carries everything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use everpresent_link::control::{Control, Heartbeat};
use everpresent_link::{Duplex, Peer};
use everpresent_session::ids::{HomeName, Incarnation};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::Told;
use super::heartbeat;
use crate::node::Node;
use crate::seat::keeper::Event;

/// How long to wait before the partner is connected to again.
const FIRST_AGAIN: Duration = Duration::from_millis(50);
/// The longest such wait.
const LONGEST_AGAIN: Duration = Duration::from_secs(1);

/// The other node of the group.
#[derive(Debug)]
pub struct Partner {
    /// Its name.
    pub name: HomeName,
    /// The connections to it.
    pub peer: Peer,
    lines: Mutex<[Option<mpsc::Sender<Control>>; 2]>,
    /// Its process, as its last heartbeat said, while a stream stands.
    alive: watch::Sender<Option<Incarnation>>,
    /// The hash of the features that it offers.
    features: watch::Sender<Option<u64>>,
    /// How many sessions it serves, as its last heartbeat said.
    sessions: watch::Sender<Option<u64>>,
}

/// Who opened a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Ours = 0,
    Theirs = 1,
}

impl Partner {
    pub(super) fn new(name: HomeName, peer: Peer) -> Self {
        Self {
            name,
            peer,
            lines: Mutex::default(),
            alive: watch::Sender::new(None),
            features: watch::Sender::new(None),
            sessions: watch::Sender::new(None),
        }
    }

    /// Its process, while it is connected.
    pub fn alive(&self) -> watch::Receiver<Option<Incarnation>> {
        self.alive.subscribe()
    }

    /// How many sessions it serves, as it said last.
    pub fn sessions(&self) -> Option<u64> {
        *self.sessions.borrow()
    }

    /// Sends a message, if a stream stands; it may be lost.
    pub fn send(&self, control: &Control) {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = lines.iter().flatten().any(|line| line.try_send(control.clone()).is_ok());
        if !sent {
            metrics::counter!("everpresent_link_messages_dropped_total").increment(1);
        }
    }

    /// Whether any stream stands.
    pub fn is_connected(&self) -> bool {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).iter().any(Option::is_some)
    }

    fn set_line(&self, line: Line, sender: mpsc::Sender<Control>) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)[line as usize] = Some(sender);
    }

    /// A stream ended; a later one may have taken its place.
    fn drop_line(&self, line: Line, ended: &mpsc::Sender<Control>) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines[line as usize].take_if(|sender| sender.same_channel(ended));
    }

    /// Serves one control stream to its end.
    pub(super) async fn serve(&self, node: &Arc<Node>, line: Line, mut duplex: Duplex<Control, Control>) {
        self.set_line(line, duplex.sender.clone());
        node.pair.tell(Told::Link(true)).await;
        self.send(&heartbeat::of(node));
        while let Some(control) = duplex.receiver.recv().await {
            self.take(node, control).await;
        }
        self.drop_line(line, &duplex.sender);
        for seat in node.seats.all() {
            seat.tell(Event::LinkLost);
        }
        if !self.is_connected() {
            self.alive.send_replace(None);
            node.pair.tell(Told::Link(false)).await;
            tracing::info!(target: "everpresent::recovery", partner = self.name.as_str(), "link to the partner lost");
        }
    }

    async fn take(&self, node: &Arc<Node>, control: Control) {
        match control {
            Control::Heartbeat(heartbeat) => {
                self.alive.send_if_modified(|alive| {
                    let news = *alive != Some(heartbeat.incarnation);
                    *alive = Some(heartbeat.incarnation);
                    news
                });
                self.compare_features(node, &heartbeat);
                self.sessions.send_replace(Some(heartbeat.sessions));
                node.pair.hint(Told::Heartbeat(heartbeat));
            }
            Control::Ownership { home, message } => {
                if let Some(seat) = node.seats.get(&home) {
                    seat.tell(Event::Peer(message));
                }
            }
            Control::Goodbye { reason } => node.pair.tell(Told::Goodbye(reason)).await,
        }
    }

    /// Clients find the same at both nodes, or do after an upgrade: said once for each change.
    fn compare_features(&self, node: &Node, heartbeat: &Heartbeat) {
        let news = self.features.send_if_modified(|known| {
            let news = *known != Some(heartbeat.features);
            *known = Some(heartbeat.features);
            news
        });
        if news && heartbeat.features != node.feature_hash() {
            tracing::warn!(
                target: "everpresent::recovery", partner = self.name.as_str(), version = %heartbeat.software,
                "the partner offers its clients other features than this node: both must run the same version in the end"
            );
        }
    }

    /// Keeps a stream to the partner open until dropped.
    pub(super) async fn connect_forever(self: Arc<Self>, node: Arc<Node>) {
        let mut again = FIRST_AGAIN;
        loop {
            match self.peer.control().await {
                Ok(duplex) => {
                    again = FIRST_AGAIN;
                    self.serve(&node, Line::Ours, duplex).await;
                }
                Err(error) => tracing::debug!(%error, "the partner is not reached"),
            }
            sleep(again).await;
            again = (again * 2).min(LONGEST_AGAIN);
        }
    }
}
