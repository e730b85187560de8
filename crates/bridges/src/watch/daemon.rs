//! The loop: lines, a round each minute, orders, restarts on schedule.

mod notices;
mod restarts;
mod round;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use everpresent_alerts::Deliverer;
use everpresent_audit::Settings;
use everpresent_audit::audit::SettingsError;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use tokio::sync::mpsc;

use super::ingest::Ingest;
use super::knowledge::Knowledge;
use super::listening::Listening;
use super::lock::{Lock, LockError};
use super::metrics::{MetricsServer, Page};
use super::recorder::Recorder;
use super::resolving;
use super::whose::Register;
use crate::clock::Clock;
use crate::inventory::{Inventory, InventoryError};
use crate::sources::Lines;
use crate::sources::syslog::{Admission, Admit};
use restarts::Restarts;
use round::Before;

/// How often is audited.
pub const ROUND: Duration = Duration::from_secs(60);
/// When the first audit is made: what the logs hold is read by then, unless they are long.
const FIRST_ROUND: Duration = Duration::from_secs(5);
/// How often names are looked up anew, in rounds.
const RESOLVE_EVERY_ROUNDS: u32 = 10;
/// Lines that are taken before anything else has its turn.
const LINES_AT_ONCE: usize = 512;
/// How long a stop waits for a run of restarts. What is not known then is in the journal.
const WAIT_FOR_RESTARTS: Duration = Duration::from_secs(20);
/// How long a stop waits for notices to be delivered.
const WAIT_FOR_NOTICES: Duration = Duration::from_secs(5);

/// What somebody wants of the watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// To end in good order.
    Stop,
    /// To read the inventory again.
    Reload,
}

/// What the watch tells whoever started it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// It takes lines.
    Ready {
        /// Where metrics are served.
        metrics: Option<std::net::SocketAddr>,
    },
    /// A round is over: it is alive, and this is the verdict.
    Round(String),
    /// The inventory is being read again.
    Reloading,
    /// It ends.
    Stopping,
}

/// Why there is no watch.
#[derive(Debug, Error)]
pub enum WatchError {
    /// Another one runs.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The inventory cannot be used.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The audit cannot be made as it is set.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Metrics cannot be served.
    #[error("metrics cannot be served on {address}: {error}; see `metrics` in [watch]")]
    Metrics {
        /// Where.
        address: std::net::SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
}

/// How a watch is run.
pub struct Options {
    /// The file of the inventory.
    pub inventory: PathBuf,
    /// The time.
    pub clock: Clock,
    /// How often is audited, by the clock.
    pub round: Duration,
}

/// A watch that runs.
struct Watch {
    options: Options,
    inventory: Arc<Inventory>,
    knowledge: Knowledge,
    admission: Admission,
    listening: Listening,
    lines: Lines,
    recorder: Recorder,
    deliverer: Deliverer,
    page: Page,
    metrics: Option<MetricsServer>,
    since: Timestamp,
    rounds: u32,
    before: Before,
    /// Why the inventory on disk is not the one in use.
    refused: Option<String>,
    restarts: Restarts,
    /// Whether lines can still come.
    has_sources: bool,
}

/// Runs until it is ordered to stop.
///
/// # Errors
/// [`WatchError`], only at the start: what fails later is told to operators, and the watch goes on.
pub async fn run(
    options: Options,
    mut orders: mpsc::Receiver<Order>,
    mut tell: impl FnMut(Sign),
) -> Result<(), WatchError> {
    let inventory = Inventory::load(&options.inventory)?;
    let _lock = Lock::take(&inventory.journal)?;
    let mut watch = Watch::begin(options, inventory).await?;
    tell(Sign::Ready { metrics: watch.metrics.as_ref().map(MetricsServer::address) });
    let mut next = after(watch.options.clock.now(), FIRST_ROUND);
    loop {
        let wait = until(&watch.options.clock, next);
        tokio::select! {
            biased;
            order = orders.recv() => match order {
                None | Some(Order::Stop) => break,
                Some(Order::Reload) => {
                    tell(Sign::Reloading);
                    watch.reload().await;
                    tell(Sign::Ready { metrics: watch.metrics.as_ref().map(MetricsServer::address) });
                }
            },
            () = tokio::time::sleep(wait) => {
                let now = watch.options.clock.now();
                next = after(now, watch.options.round);
                let verdict = watch.round(now).await;
                tell(Sign::Round(verdict));
            }
            done = watch.restarts.ended() => {
                let now = watch.options.clock.now();
                watch.restarted(done, now).await;
            }
            line = watch.lines.next(), if watch.has_sources => match line {
                Some(line) => watch.take(line),
                None => watch.has_sources = false,
            },
        }
    }
    tell(Sign::Stopping);
    watch.end().await;
    Ok(())
}

impl Watch {
    async fn begin(options: Options, inventory: Inventory) -> Result<Self, WatchError> {
        let inventory = Arc::new(inventory);
        let (now, page) = (options.clock.now(), Page::default());
        let (knowledge, recorder, admission) = prepare(&inventory, now).await?;
        let metrics = serve_metrics(&inventory, &page).await?;
        let (listening, lines) = Listening::begin(&inventory, &admission, &options.clock);
        Ok(Self {
            deliverer: notices::deliverer(&inventory),
            restarts: Restarts::new(&inventory, now),
            options,
            inventory,
            knowledge,
            admission,
            listening,
            lines,
            recorder,
            page,
            metrics,
            since: now,
            rounds: 0,
            before: Before::default(),
            refused: None,
            has_sources: true,
        })
    }

    /// Takes a line and those that wait behind it.
    fn take(&mut self, line: crate::sources::Line) {
        let mut ingest = self.knowledge.lock();
        let mut next = Some(line);
        for _ in 0..LINES_AT_ONCE {
            let Some(mut line) = next else { break };
            // A clock that runs fast in a rehearsal dates its lines too.
            line.received = self.options.clock.now();
            if let Some((server, record)) = ingest.take(&line) {
                self.knowledge.tell(server, record);
            }
            next = self.lines.next_waiting();
        }
        // One that was fetched in the last turn is taken all the same.
        if let Some(line) = next
            && let Some((server, record)) = ingest.take(&line)
        {
            self.knowledge.tell(server, record);
        }
    }

    /// Reads the inventory again. One that cannot be used changes nothing and is told to operators.
    async fn reload(&mut self) {
        if self.restarts.go_on() {
            self.refused = Some("a run of restarts goes on; send SIGHUP again when it is over".to_owned());
            return;
        }
        match self.replaced().await {
            Ok(()) => {
                self.refused = None;
                tracing::info!(path = %self.options.inventory.display(), "the inventory was read again");
            }
            Err(error) => {
                tracing::error!(%error, "the inventory was not read again; the one before stays in use");
                self.refused = Some(error.to_string());
            }
        }
    }

    async fn replaced(&mut self) -> Result<(), WatchError> {
        let inventory = Arc::new(Inventory::load(&self.options.inventory)?);
        let now = self.options.clock.now();
        self.record(Default::default(), now).await;
        let (knowledge, recorder, admission) = prepare(&inventory, now).await?;
        let metrics = match (&self.metrics, inventory.watch.metrics) {
            (Some(_), Some(address)) if self.inventory.watch.metrics == Some(address) => self.metrics.take(),
            _ => serve_metrics(&inventory, &self.page).await?,
        };
        let (listening, lines) = (&mut self.listening, &mut self.lines);
        // The old sources end first: their ports are taken again by the new ones.
        std::mem::replace(listening, Listening::none()).end().await;
        (*listening, *lines) = Listening::begin(&inventory, &admission, &self.options.clock);
        self.has_sources = true;
        std::mem::replace(&mut self.recorder, recorder).close().await;
        // The new one reads what the old one has told.
        finish(std::mem::replace(&mut self.deliverer, Deliverer::silent())).await;
        self.deliverer = notices::deliverer(&inventory);
        self.restarts.set_schedule(&inventory, now);
        (self.knowledge, self.admission, self.metrics, self.inventory) =
            (knowledge, admission, metrics, inventory);
        // What holds goes on holding: it is over when a round finds it so.
        self.before.forget_counts();
        self.since = now;
        Ok(())
    }

    /// Looks names up anew.
    async fn resolve(&mut self) {
        let resolved = resolving::addresses(&self.inventory).await;
        let register = Register::new(&self.inventory, &resolved);
        self.admission.replace(Admit::Only(register.senders()));
        self.knowledge.lock().set_register(register);
    }

    async fn end(mut self) {
        let now = self.options.clock.now();
        if let Ok(done) = tokio::time::timeout(WAIT_FOR_RESTARTS, self.restarts.wait()).await
            && let Some(done) = done
        {
            self.restarted(done, now).await;
        }
        self.listening.end().await;
        let batch = self.knowledge.lock().take_batch();
        let lost = self.recorder.record(batch, now).await;
        if let Some(lost) = lost {
            tracing::error!(rows = lost.len(), "counts could not be recorded before the end");
        }
        self.recorder.close().await;
        finish(self.deliverer).await;
    }
}

/// What is made anew for an inventory: what is known, the history, who may send.
async fn prepare(
    inventory: &Arc<Inventory>,
    now: Timestamp,
) -> Result<(Knowledge, Recorder, Admission), WatchError> {
    let resolved = resolving::addresses(inventory).await;
    let register = Register::new(inventory, &resolved);
    let admission = Admission::new(Admit::Only(register.senders()));
    let settings = Settings { zone: inventory.zone.clone(), ..Settings::default() };
    let mut ingest = Ingest::new(inventory.clone(), register, &settings)?;
    let rules = &inventory.watch;
    let mut recorder = Recorder::new(rules.history.clone(), rules.retention.duration());
    recorder.recall(&mut ingest, now).await;
    Ok((Knowledge::new(ingest), recorder, admission))
}

async fn serve_metrics(inventory: &Inventory, page: &Page) -> Result<Option<MetricsServer>, WatchError> {
    let Some(address) = inventory.watch.metrics else { return Ok(None) };
    let server = MetricsServer::start(address, page.clone()).await;
    server.map(Some).map_err(|error| WatchError::Metrics { address, error })
}

/// Waits for notices to be delivered, for a while.
async fn finish(deliverer: Deliverer) {
    let finished = tokio::task::spawn_blocking(move || deliverer.finish(WAIT_FOR_NOTICES)).await;
    if !finished.unwrap_or(false) {
        tracing::warn!("notices to operators may not have been delivered");
    }
}

/// How long to wait on the wall for a moment of the clock.
fn until(clock: &Clock, at: Timestamp) -> Duration {
    clock.real_time(Duration::try_from(at.duration_since(clock.now())).unwrap_or_default())
}

fn after(now: Timestamp, length: Duration) -> Timestamp {
    let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
    now.checked_add(length).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
