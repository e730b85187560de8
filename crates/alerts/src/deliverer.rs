//! Takes what is told, and has each channel deliver it.

mod halt;
mod postman;

use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use std::{fmt, io, thread};

use crate::channel::Channel;
use crate::memory::Memory;
use crate::notice::{Notice, State};
use crate::open::{Key, Open, Raised};
use crate::patience::Patience;
use halt::Halt;
use postman::{Parcel, Postman};

/// Most notices that wait for one channel. What does not fit is not sent there; it is logged and counted.
pub const QUEUE_LENGTH: usize = 64;
/// How long a process has to raise again what the one before had told, before it counts as over: longer than any alert of a
/// node takes to be raised.
const SETTLE: Duration = Duration::from_secs(600);
/// What is said of something that the process before told and this one did not raise.
const NOT_RAISED_AGAIN: &str = "It did not hold any more when the process had been started again.";

/// How a deliverer works.
#[derive(Debug, Clone)]
pub struct Options {
    /// File in which is kept what was told and is not over, so that it is not told again after a restart. Nothing: it is.
    pub memory: Option<PathBuf>,
    /// How long after the start something of that file counts as over if it was not raised again.
    pub settle: Duration,
    /// How long is waited for a channel, and when it is tried again.
    pub patience: Patience,
}

impl Default for Options {
    fn default() -> Self {
        Self { memory: None, settle: SETTLE, patience: Patience::default() }
    }
}

/// Delivers notices: each once, in order, without ever blocking who tells it.
pub struct Deliverer(Arc<Shared>);

struct Shared {
    desk: Mutex<Desk>,
    halt: Arc<Halt>,
}

/// What holds, and the queues: under one lock, so that all channels get the same order.
#[derive(Default)]
struct Desk {
    open: Open,
    lanes: Vec<Lane>,
}

/// The queue of one channel.
struct Lane {
    channel: &'static str,
    parcels: SyncSender<Arc<Parcel>>,
}

impl Deliverer {
    /// One that sends nothing, for where nothing is configured.
    pub fn silent() -> Self {
        Self(Arc::new(Shared { desk: Mutex::default(), halt: Arc::default() }))
    }

    /// One that delivers by these channels, with a thread for each.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(channels: Vec<Channel>, options: Options) -> io::Result<Self> {
        if channels.is_empty() {
            return Ok(Self::silent());
        }
        let memory = Memory::open(options.memory);
        let open = Open::restored(memory.told());
        let unsettled = !open.is_empty();
        let (memory, halt) = (Arc::new(Mutex::new(memory)), Arc::new(Halt::default()));
        let mut lanes = Vec::new();
        for channel in channels {
            let (parcels, inbox) = sync_channel(QUEUE_LENGTH);
            lanes.push(Lane { channel: channel.name(), parcels });
            let (memory, halt) = (memory.clone(), halt.clone());
            let patience = options.patience.clone();
            let postman = Postman { channel, inbox, patience, memory, working: halt.begin() };
            thread::Builder::new().name("alerts".to_owned()).spawn(move || postman.run())?;
        }
        let shared = Arc::new(Shared { desk: Mutex::new(Desk { open, lanes }), halt });
        if unsettled {
            let (halt, shared) = (shared.halt.clone(), Arc::downgrade(&shared));
            let settle = move || {
                if halt.wait(options.settle)
                    && let Some(shared) = shared.upgrade()
                {
                    shared.settle(SystemTime::now());
                }
            };
            thread::Builder::new().name("alerts-settle".to_owned()).spawn(settle)?;
        }
        Ok(Self(shared))
    }

    /// Something began. It is sent unless it holds already.
    pub fn raise(&self, key: &Key, at: SystemTime, text: impl Into<String>) {
        let mut desk = self.0.desk();
        if desk.lanes.is_empty() {
            return;
        }
        match desk.open.raise(key, at) {
            Raised::New => {
                desk.post(Notice { at, key: key.clone(), text: text.into(), state: State::Raised });
            }
            Raised::Known => {}
            Raised::Refused => {
                count("all", "too_many");
                tracing::error!(node = key.node, alert = key.title(), "an alert is not sent: too many hold");
            }
        }
    }

    /// Something is over. It is sent if it held.
    pub fn clear(&self, key: &Key, at: SystemTime, text: impl Into<String>) {
        let mut desk = self.0.desk();
        if let Some(since) = desk.open.clear(key) {
            desk.post(Notice { at, key: key.clone(), text: text.into(), state: State::Over { since } });
        }
    }

    /// Something happened that does not hold: it is sent each time.
    pub fn tell(&self, key: &Key, at: SystemTime, text: impl Into<String>) {
        let notice = Notice { at, key: key.clone(), text: text.into(), state: State::Happened };
        self.0.desk().post(notice);
    }

    /// Takes nothing more, and waits for what is still to be sent, for so long at most. Each of it is tried once. Returns
    /// whether the channels are through with everything. Blocks.
    pub fn finish(&self, limit: Duration) -> bool {
        self.0.desk().lanes.clear();
        self.0.halt.stop();
        self.0.halt.wait_for_all(limit)
    }
}

impl Drop for Deliverer {
    fn drop(&mut self) {
        self.0.halt.stop();
    }
}

impl fmt::Debug for Deliverer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channels: Vec<&str> = self.0.desk().lanes.iter().map(|lane| lane.channel).collect();
        f.debug_struct("Deliverer").field("channels", &channels).finish_non_exhaustive()
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Each change of the desk is whole by itself.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, at: SystemTime) {
        let mut desk = self.desk();
        for (key, since) in desk.open.settle() {
            desk.post(Notice { at, key, text: NOT_RAISED_AGAIN.to_owned(), state: State::Over { since } });
        }
    }
}

impl Desk {
    fn post(&self, notice: Notice) {
        let parcel = Arc::new(Parcel::new(notice, self.lanes.len()));
        for lane in &self.lanes {
            let Err(error) = lane.parcels.try_send(parcel.clone()) else { continue };
            let why = match error {
                TrySendError::Full(_) => "too many wait for this channel",
                TrySendError::Disconnected(_) => "its thread has ended",
            };
            parcel.pass();
            count(lane.channel, "dropped");
            let (node, alert) = (&parcel.notice.key.node, parcel.notice.key.title());
            let state = parcel.notice.state_name();
            tracing::error!(
                channel = lane.channel,
                node,
                alert,
                state,
                why,
                "a notice to operators is dropped"
            );
        }
    }
}

/// Counts what became of a notice.
fn count(channel: &'static str, result: &'static str) {
    metrics::counter!("everpresent_alert_notices_total", "channel" => channel, "result" => result)
        .increment(1);
}
