//! One channel's thread: takes notices in order, tries each until it has arrived or is given up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use super::count;
use super::halt::Working;
use crate::channel::{Channel, Outcome};
use crate::memory::Memory;
use crate::notice::Notice;
use crate::patience::Patience;

/// A notice on its way through all channels.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) notice: Notice,
    /// How many channels are not through with it.
    left: AtomicUsize,
}

impl Parcel {
    pub(super) fn new(notice: Notice, channels: usize) -> Self {
        Self { notice, left: AtomicUsize::new(channels) }
    }

    /// One channel more is through with it; whether all are.
    pub(super) fn pass(&self) -> bool {
        self.left.fetch_sub(1, Ordering::AcqRel) == 1
    }
}

pub(super) struct Postman {
    pub(super) channel: Channel,
    pub(super) inbox: Receiver<Arc<Parcel>>,
    pub(super) patience: Patience,
    pub(super) memory: Arc<Mutex<Memory>>,
    pub(super) working: Working,
}

impl Postman {
    /// Runs until nobody can send any more and everything was tried.
    pub(super) fn run(self) {
        while let Ok(parcel) = self.inbox.recv() {
            self.deliver(&parcel.notice);
            if parcel.pass() {
                self.memory.lock().unwrap_or_else(PoisonError::into_inner).through(&parcel.notice);
            }
        }
    }

    fn deliver(&self, notice: &Notice) {
        let (channel, node) = (self.channel.name(), notice.key.node.as_str());
        let (alert, state) = (notice.key.title(), notice.state_name());
        let mut delivery = self.channel.begin(notice);
        for attempt in 1.. {
            let (why, wait) = match delivery.attempt(self.patience.deadline) {
                Outcome::Delivered => {
                    count(channel, "delivered");
                    tracing::info!(channel, node, alert, state, attempt, "a notice was sent to operators");
                    return;
                }
                Outcome::Later(why) => (why, self.patience.wait_after(attempt)),
                Outcome::Never(why) => (why, None),
            };
            let Some(wait) = wait else {
                count(channel, "undelivered");
                tracing::error!(
                    channel,
                    node,
                    alert,
                    state,
                    attempt,
                    why,
                    "a notice to operators is given up"
                );
                return;
            };
            tracing::warn!(channel, node, alert, state, attempt, why, "a notice to operators did not arrive");
            if !self.working.wait(wait) {
                count(channel, "undelivered");
                tracing::error!(
                    channel,
                    node,
                    alert,
                    state,
                    "a notice to operators is given up: the process ends"
                );
                return;
            }
        }
    }
}
