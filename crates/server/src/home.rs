//! The home that this node serves: its sessions, the accounts in use, and the connections that hold sessions.
//!
//! One lock guards all of it. Whoever holds it decides quickly and never waits: what must be loaded is loaded before,
//! what must be written is written after.

mod account;
mod committer;
mod transports;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use everpresent_session::ids::{RecordNumber, SessionId};
use everpresent_session::ledger::Misfit;
use everpresent_session::owner::{Owner, Transaction};
use tokio::sync::{Notify, watch};

pub use account::{Account, Accounts};
pub use committer::commit_forever;
pub use transports::{Ending, Line, Transport, Transports};

/// How long somebody may wait for what was recorded to be written, before the database counts as away.
pub const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// How many durable rows may wait for the database before those who bring more have to wait.
const CROWDED_ROWS: usize = 4_000;

/// The database does not answer in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the database does not answer in time")]
pub struct Away;

/// A home and its lock.
#[derive(Debug)]
pub struct Home {
    state: Mutex<HomeState>,
    confirmed: watch::Sender<RecordNumber>,
    /// Something waits for the database.
    unwritten: Notify,
    /// How many wait for a record to be confirmed before they can go on.
    waiting: AtomicUsize,
    /// Somebody began to wait.
    hurry: Notify,
    /// More waits for the database than it can write soon.
    crowded: AtomicBool,
    /// Set when an invariant of the record order broke: the node must stop.
    broken: watch::Sender<Option<String>>,
}

/// What the lock guards.
#[derive(Debug)]
pub struct HomeState {
    /// Sessions, records, what may leave the node.
    pub owner: Owner,
    /// Rosters, block lists and preferences of the users that somebody dealt with lately.
    pub accounts: Accounts,
    /// The connections of this process that hold a session.
    pub transports: Transports,
    /// Sessions whose queues are full; they end at the next sweep.
    pub overfull: BTreeSet<SessionId>,
    /// How much one session may keep.
    pub limits: QueueLimits,
}

/// How much may wait for one session.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// Stanzas.
    pub unacked_stanzas: usize,
    /// Bytes.
    pub unacked_bytes: usize,
}

impl HomeState {
    /// Makes and applies the record.
    ///
    /// # Errors
    /// As [`Owner::commit`]; the caller passes it on to [`Home::enter`].
    pub fn commit(&mut self, transaction: Transaction) -> Result<RecordNumber, Misfit> {
        self.owner.commit(transaction)
    }
}

/// Counted while somebody waits.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Home {
    /// The home whose sessions `owner` holds.
    pub fn new(owner: Owner, limits: QueueLimits) -> Self {
        let confirmed = watch::Sender::new(owner.confirmed());
        let state = HomeState {
            owner,
            accounts: Accounts::default(),
            transports: Transports::default(),
            overfull: BTreeSet::new(),
            limits,
        };
        Self {
            state: Mutex::new(state),
            confirmed,
            unwritten: Notify::new(),
            waiting: AtomicUsize::new(0),
            hurry: Notify::new(),
            crowded: AtomicBool::new(false),
            broken: watch::Sender::new(None),
        }
    }

    /// Works on the home's state under its lock; afterwards rings the connections that have something to do.
    pub fn enter<R>(&self, work: impl FnOnce(&mut HomeState) -> R) -> R {
        let mut state = self.lock();
        let result = work(&mut state);
        for session in state.owner.take_woken() {
            if let Some(transport) = state.owner.transport(session) {
                state.transports.ring(transport);
            }
        }
        let confirmed = state.owner.confirmed();
        let unwritten = state.owner.has_unwritten();
        let crowded = state.owner.ledger().unfinished().len() >= CROWDED_ROWS;
        drop(state);
        self.crowded.store(crowded, Ordering::Relaxed);
        if *self.confirmed.borrow() < confirmed {
            // Somebody else may have told of a later one since the lock was left: the mark never goes back.
            self.confirmed.send_if_modified(|told| {
                let rises = *told < confirmed;
                *told = confirmed.max(*told);
                rises
            });
        }
        if unwritten {
            self.unwritten.notify_one();
        }
        result
    }

    /// As [`Home::enter`], for work that makes records: a record that does not fit stops the node, since its partner
    /// and its database could no longer be trusted to agree with it.
    pub fn record<R>(&self, work: impl FnOnce(&mut HomeState) -> Result<R, Misfit>) -> Option<R> {
        match self.enter(work) {
            Ok(result) => Some(result),
            Err(misfit) => {
                self.stop_broken(misfit.to_string());
                None
            }
        }
    }

    /// Waits until the record is confirmed.
    pub async fn confirmed(&self, record: RecordNumber) {
        if *self.confirmed.borrow() >= record {
            return;
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        self.hurry.notify_one();
        // The sender lives as long as this home, so waiting cannot fail.
        let _ = self.confirmed.subscribe().wait_for(|confirmed| *confirmed >= record).await;
    }

    /// Waits until everything recorded so far is confirmed, so that the database can be read.
    ///
    /// # Errors
    /// [`Away`] when that takes longer than [`FLUSH_TIMEOUT`].
    pub async fn flushed(&self) -> Result<(), Away> {
        let last = self.enter(|state| state.owner.ledger().last());
        tokio::time::timeout(FLUSH_TIMEOUT, self.confirmed(last)).await.map_err(|_| Away)
    }

    /// Makes whoever brings more wait while more waits for the database than it can write soon: TCP then slows the
    /// sender down, and nothing has to be refused.
    pub async fn room(&self) {
        if self.crowded.load(Ordering::Relaxed) {
            // When the database is away for long, messages are refused; waiting longer would help nobody.
            let _ = self.flushed().await;
        }
    }

    /// Waits until the node must stop because something is broken, and says what.
    pub async fn broken(&self) -> String {
        let mut broken = self.broken.subscribe();
        match broken.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => std::future::pending().await,
        }
    }

    pub(crate) fn stop_broken(&self, reason: String) {
        tracing::error!(reason, "an invariant of the record order is broken; this node stops");
        self.broken.send_replace(Some(reason));
    }

    fn lock(&self) -> MutexGuard<'_, HomeState> {
        match self.state.lock() {
            Ok(state) => state,
            Err(poisoned) => {
                // A panic in the middle of a change may have left half of it: nothing here can be relied on.
                self.broken.send_if_modified(|reason| {
                    let first = reason.is_none();
                    reason.get_or_insert_with(|| "a thread panicked while it held the home".into());
                    first
                });
                poisoned.into_inner()
            }
        }
    }
}
