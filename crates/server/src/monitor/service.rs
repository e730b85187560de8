//! One monitored service: whether it shall run, whether it does, and what it said last.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use everpresent_recovery::manager::Health;
use tokio::sync::{Notify, watch};

/// A fault that is made on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It ends at every step.
    Crash,
    /// It makes no step any more.
    Stuck,
}

/// What others may know of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// How it is.
    pub health: Health,
    /// Since when.
    pub since: Instant,
    /// Whether it makes no progress.
    pub stuck: bool,
    /// How often it was started again because it had crashed or was stuck.
    pub restarts: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Service {
    /// Its name, as operators know it.
    pub name: &'static str,
    state: watch::Sender<State>,
    /// Whether its task runs: what depends on it goes on.
    open: AtomicBool,
    /// Raised at every step.
    progress: AtomicU64,
    changed: Arc<Notify>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// Whether it shall run.
    pub(super) wanted: bool,
    /// Raised when it is to be started anew.
    pub(super) run: u64,
    health: Health,
    since: Instant,
    stuck: bool,
    restarts: u64,
    open: bool,
    fault: Option<Fault>,
}

impl Service {
    pub(super) fn new(name: &'static str, changed: Arc<Notify>) -> Self {
        let state = State {
            wanted: true,
            run: 0,
            health: Health::Starting,
            since: Instant::now(),
            stuck: false,
            restarts: 0,
            open: false,
            fault: None,
        };
        Self {
            name,
            state: watch::Sender::new(state),
            open: AtomicBool::new(false),
            progress: AtomicU64::new(0),
            changed,
        }
    }

    /// How it is.
    pub fn view(&self) -> View {
        let state = self.state.borrow();
        View {
            name: self.name,
            health: state.health.clone(),
            since: state.since,
            stuck: state.stuck,
            restarts: state.restarts,
        }
    }

    /// Whether what depends on it may go on.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    /// Waits until what depends on it may go on.
    pub async fn opened(&self) {
        // The sender lives as long as this.
        let _ = self.state.subscribe().wait_for(|state| state.open).await;
    }

    /// Whether it shall run.
    pub(super) fn is_wanted(&self) -> bool {
        self.state.borrow().wanted
    }

    /// Has it run from now on, or not.
    pub(super) fn want(&self, wanted: bool) {
        self.state.send_if_modified(|state| {
            let news = state.wanted != wanted;
            state.wanted = wanted;
            if news {
                state.fault = None;
            }
            news
        });
    }

    /// Starts it anew, free from faults that were made on purpose.
    pub(super) fn restart(&self) {
        self.state.send_modify(|state| {
            state.wanted = true;
            state.fault = None;
            state.run += 1;
        });
    }

    pub(super) fn break_down(&self, fault: Fault) {
        self.state.send_modify(|state| state.fault = Some(fault));
    }

    pub(super) fn state(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// To be called by its task at every step: it works. Called at least every [`super::STEP`].
    ///
    /// # Errors
    /// When it is to crash.
    pub(super) async fn step(&self) -> Result<(), String> {
        self.step_as(Health::Up).await
    }

    /// As [`Service::step`], with what the step found.
    pub(super) async fn step_as(&self, health: Health) -> Result<(), String> {
        let fault = self.state.borrow().fault;
        match fault {
            Some(Fault::Crash) => return Err("it crashed as ordered".to_owned()),
            Some(Fault::Stuck) => std::future::pending().await,
            None => {}
        }
        self.progress.fetch_add(1, Ordering::Relaxed);
        self.set(health, false);
        Ok(())
    }

    pub(super) fn progress(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }

    /// Its task runs from now on, or no longer.
    pub(super) fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::Relaxed);
        self.state.send_if_modified(|state| {
            let news = state.open != open;
            state.open = open;
            news
        });
    }

    pub(super) fn count_restart(&self) {
        metrics::counter!("everpresent_service_restarts_total", "service" => self.name).increment(1);
        self.state.send_modify(|state| state.restarts += 1);
    }

    pub(super) fn set(&self, health: Health, stuck: bool) {
        let news = self.state.send_if_modified(|state| {
            let news = state.health != health || state.stuck != stuck;
            if news {
                state.since = Instant::now();
                state.health = health;
                state.stuck = stuck;
            }
            news
        });
        if news {
            let view = self.view();
            let up = if view.health == Health::Up { 1.0 } else { 0.0 };
            metrics::gauge!("everpresent_service_up", "service" => self.name).set(up);
            tracing::info!(target: "everpresent::recovery", service = self.name, health = %view.health, "service");
            self.changed.notify_one();
        }
    }
}
