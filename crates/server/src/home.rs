//! A home that this process serves, under one epoch: its sessions, the accounts in use, and the connections that hold
//! sessions. When the home goes to another owner, this ends, and a later one begins anew.
//!
//! One lock guards all of it. Whoever holds it decides quickly and never waits: what must be loaded is loaded before,
//! what must be written is written after.

mod account;
mod committer;
mod loading;
mod marks;
mod transports;
mod unsent;
mod whereabouts;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use everpresent_session::ids::{HomeName, Incarnation, RecordNumber, SessionId};
use everpresent_session::ledger::{Ledger, Misfit};
use everpresent_session::owner::{Owner, Transaction, WitnessOutcome};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect};
use everpresent_session::time::Moment;
use everpresent_store::Fence;
use tokio::sync::Notify;

pub use account::{Account, Accounts, Elsewhere};
pub use committer::commit_forever;
pub use marks::{Away, FLUSH_TIMEOUT};
pub use transports::{Ending, Line, Transport, Transports};
pub use unsent::{Unsent, UnsentPresence};
pub use whereabouts::Place;

use crate::node::Node;
use crate::seat::Tenure;
use crate::sweep::AuditMemory;
use marks::Marks;

/// How many durable rows may wait for the database before those who bring more have to wait.
const CROWDED_ROWS: usize = 4_000;

/// A home and its lock.
#[derive(Debug)]
pub struct Home {
    /// The node that serves it.
    pub node: Arc<Node>,
    /// Whose work this is: named in every write.
    pub fence: Fence,
    /// When this process took its sessions over from another one.
    pub taken_over: Option<Moment>,
    /// What earlier audits of its sessions saw.
    pub audit_memory: AuditMemory,
    /// Rung when something may leave for the partner.
    pub for_partner: Notify,
    /// Rung when something may leave for other homes.
    pub for_homes: Notify,
    /// Rung when the witness is to say something else of the replica.
    pub for_keeper: Notify,
    /// Rung when the fence let no write through.
    pub write_refused: Notify,
    state: Mutex<HomeState>,
    marks: Marks,
    /// Something waits for the database.
    unwritten: Notify,
    /// How many wait for a record to be confirmed or written before they can go on.
    waiting: AtomicUsize,
    /// Somebody began to wait.
    hurry: Notify,
    /// More waits for the database than it can write soon.
    crowded: AtomicBool,
    /// What the witness is to say of the replica, as the keeper was rung for it last.
    wish: Mutex<Option<Option<Incarnation>>>,
    /// The right to serve the home.
    tenure: Arc<Tenure>,
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
    /// Presence that waits because the channel to another home is full.
    pub unsent: Unsent,
    /// Sessions whose queues are full; they end at the next sweep.
    pub overfull: BTreeSet<SessionId>,
    /// Sessions that live and cannot be resumed, and whose client came back and knows it. They end when it is available
    /// again with another one.
    pub left_behind: BTreeSet<SessionId>,
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
    /// As [`Owner::commit`]; the caller passes it on to [`Home::record`].
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
    /// The home whose sessions `owner` holds. It serves as long as the tenure lasts.
    pub fn new(
        node: Arc<Node>,
        fence: Fence,
        tenure: Arc<Tenure>,
        owner: Owner,
        taken_over: Option<Moment>,
    ) -> Self {
        let limits = QueueLimits {
            unacked_stanzas: node.config.limits.unacked_stanzas,
            unacked_bytes: node.config.limits.unacked_bytes,
        };
        let marks = Marks::new(owner.confirmed());
        let state = HomeState {
            owner,
            accounts: Accounts::default(),
            transports: Transports::default(),
            unsent: Unsent::default(),
            overfull: BTreeSet::new(),
            left_behind: BTreeSet::new(),
            limits,
        };
        Self {
            node,
            fence,
            taken_over,
            audit_memory: AuditMemory::default(),
            for_partner: Notify::new(),
            for_homes: Notify::new(),
            for_keeper: Notify::new(),
            write_refused: Notify::new(),
            state: Mutex::new(state),
            marks,
            unwritten: Notify::new(),
            waiting: AtomicUsize::new(0),
            hurry: Notify::new(),
            crowded: AtomicBool::new(false),
            wish: Mutex::new(None),
            tenure,
        }
    }

    /// Its name.
    pub fn name(&self) -> &HomeName {
        &self.fence.home
    }

    /// Looks at the home's state under its lock; afterwards rings whoever has something to do.
    pub fn enter<R>(&self, work: impl FnOnce(&mut HomeState) -> R) -> R {
        let mut state = self.lock();
        let result = work(&mut state);
        self.leave(state);
        result
    }

    /// Works on the home's state, if this process still serves the home at this moment.
    pub fn serving<R>(&self, work: impl FnOnce(&mut HomeState) -> R) -> Option<R> {
        let mut state = self.lock();
        if !self.may_serve() {
            return None;
        }
        let result = work(&mut state);
        self.leave(state);
        Some(result)
    }

    /// As [`Home::serving`], for work that makes records: a record that does not fit stops the node, since its partner
    /// and its database could no longer be trusted to agree with it. Nothing if the home is served here no more.
    pub fn record<R>(&self, work: impl FnOnce(&mut HomeState) -> Result<R, Misfit>) -> Option<R> {
        match self.serving(work)? {
            Ok(result) => Some(result),
            Err(misfit) => {
                self.node.stop_broken(misfit.to_string());
                None
            }
        }
    }

    fn leave(&self, mut state: MutexGuard<'_, HomeState>) {
        for session in state.owner.take_woken() {
            if let Some(transport) = state.owner.transport(session) {
                state.transports.ring(transport);
            }
        }
        let (confirmed, stored) = (state.owner.confirmed(), state.owner.stored());
        let unwritten = state.owner.wants_batch();
        let crowded = state.owner.ledger().unfinished().len() >= CROWDED_ROWS;
        let (partner, homes) = (state.owner.has_records(), state.owner.take_routes_woken());
        let wish = state.owner.wanted_replica();
        drop(state);
        self.note_wish(wish);
        self.crowded.store(crowded, Ordering::Relaxed);
        self.marks.raise(confirmed, stored);
        if unwritten {
            self.unwritten.notify_one();
        }
        if partner {
            self.for_partner.notify_one();
        }
        if homes {
            self.for_homes.notify_one();
        }
    }

    fn note_wish(&self, wish: Option<Option<Incarnation>>) {
        let mut noted = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        if *noted != wish {
            *noted = wish;
            drop(noted);
            self.for_keeper.notify_one();
        }
    }

    /// The witness says this of the replica now.
    pub fn replica_named(&self, replica: Option<Incarnation>) {
        self.enter(|state| state.owner.replica_written(replica, WitnessOutcome::Done));
    }

    /// Whether this process may serve the home at this moment. To be asked again after every wait.
    pub fn may_serve(&self) -> bool {
        self.tenure.holds(self.node.clock.moment())
    }

    /// Makes no more records, and lets all clients go: their sessions live on with the next owner.
    pub fn pause(&self) {
        self.tenure.pause(true);
        self.let_all_go();
    }

    /// Goes on after [`Home::pause`] or after a time without the right to serve: sessions whose connections went
    /// meanwhile wait for their clients.
    pub fn go_on(&self) {
        if self.is_closed() {
            return;
        }
        self.tenure.pause(false);
        self.detach_unheld();
    }

    /// Every session without a connection waits for its client, with its full time anew: nothing could be recorded of
    /// it while this process did not serve.
    pub fn detach_unheld(&self) {
        let now = self.node.clock.now();
        self.record(|state| {
            let hold = self.node.relogin_hold_of(state);
            let mut transaction = state.owner.begin(now, Cause::Transport);
            for session in state.owner.ledger().sessions() {
                let transport = state.owner.transport(session.id);
                if transport.is_none_or(|transport| state.transports.get(transport).is_none()) {
                    let (session, wait) = (session.id, session.resume.unwrap_or(hold));
                    transaction.effect(Effect::Detached { session, wait, reason: Reason::LetGo });
                }
            }
            state.commit(transaction).map(drop)
        });
    }

    /// Closes all connections as TCP, without a word that clients would take for the end of their sessions.
    pub fn let_all_go(&self) {
        self.enter(|state| {
            let all: Vec<_> = state.transports.ids().collect();
            for transport in all {
                state.transports.end(transport, Ending::LetGo);
            }
        });
    }

    /// This process serves the home no more: whoever waits is told, and connections are let go.
    pub fn close(&self) {
        self.tenure.end();
        self.let_all_go();
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.tenure.is_over()
    }

    /// Waits until it is closed.
    pub async fn until_closed(&self) {
        self.tenure.over().await;
    }

    /// The ledger as it is now, for a process that goes on with it under a later epoch.
    pub fn ledger(&self) -> Ledger {
        self.enter(|state| state.owner.ledger().clone())
    }

    fn lock(&self) -> MutexGuard<'_, HomeState> {
        match self.state.lock() {
            Ok(state) => state,
            Err(poisoned) => {
                // A panic in the middle of a change may have left half of it: nothing here can be relied on.
                self.node.stop_broken("a thread panicked while it held the home".into());
                poisoned.into_inner()
            }
        }
    }
}
