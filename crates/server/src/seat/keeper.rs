//! The keeper of a seat: drives the rules of ownership for one home, and does what they say.

use std::sync::Arc;

use everpresent_recovery::ownership::{Adoption, Effect, Input, Ownership, PeerMessage};
use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_store::Fence;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use super::serve::{self, Basis};
use super::{Seat, Shown, Tenure, witness};
use crate::epochs::EpochFile;
use crate::home::Home;
use crate::node::Node;
use crate::pair::Told;

/// How many events may wait for a keeper. What the partner says may be lost; nothing else comes that often.
pub(super) const EVENTS_WAITING: usize = 256;

/// Something that a keeper is told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// The partner said something.
    Peer(PeerMessage),
    /// The link to the partner ended.
    LinkLost,
    /// The group has a second node from now on, or has none any more.
    Partner(bool),
    /// Give the home to the partner: everything was handed over.
    Yield,
    /// Stop cleanly.
    Stop,
}

/// See the module.
pub(crate) struct Keeper {
    node: Arc<Node>,
    seat: Arc<Seat>,
    ownership: Ownership,
    epochs: EpochFile,
    events: mpsc::Receiver<Event>,
    answers: (mpsc::Sender<Input>, mpsc::Receiver<Input>),
    /// The epoch of the last owner that was not this process.
    foreign: Epoch,
    term: Option<Term>,
    /// The last home that this process served, while nobody is known to have served it since.
    kept: Option<Arc<Home>>,
    /// Whether the row could be read or changed at the last try.
    witness: bool,
    /// What the rules were told of the replica last.
    told: Option<Option<Incarnation>>,
    stopped: bool,
}

/// What belongs to one epoch of this process.
struct Term {
    epoch: Epoch,
    tenure: Arc<Tenure>,
    /// The takeover that is under way.
    taking_over: Option<AbortHandle>,
}

impl Keeper {
    pub(crate) fn new(
        node: Arc<Node>,
        seat: Arc<Seat>,
        ownership: Ownership,
        epochs: EpochFile,
        events: mpsc::Receiver<Event>,
    ) -> Self {
        Self {
            node,
            seat,
            ownership,
            epochs,
            events,
            answers: mpsc::channel(1),
            foreign: Epoch(0),
            term: None,
            kept: None,
            witness: true,
            told: None,
            stopped: false,
        }
    }

    /// Keeps the seat until it was told to stop and holds nothing any more.
    pub(crate) async fn keep(mut self) {
        self.handle(Input::Tick).await;
        while !self.stopped {
            let now = self.node.clock.moment();
            let wake = self.ownership.next_wake(now).map(|at| Instant::from_std(self.node.clock.instant(at)));
            let home = self.seat.served();
            let input = tokio::select! {
                Some(event) = self.events.recv() => self.input_of(event).await,
                Some(answer) = self.answers.1.recv() => Some(self.answered(answer)),
                () = changed(home.as_deref()) => self.replica_wish(home.as_deref()),
                () = refused(home.as_deref()) => self.write_refused(home.as_deref()),
                () = sleep(wake) => Some(Input::Tick),
            };
            if let Some(input) = input {
                self.handle(input).await;
            }
        }
        self.end_term();
    }

    async fn input_of(&mut self, event: Event) -> Option<Input> {
        match event {
            Event::Peer(message) => Some(Input::Peer(message)),
            Event::LinkLost => Some(Input::LinkLost),
            Event::Partner(partner) => {
                self.ownership.set_partner(partner);
                Some(Input::Tick)
            }
            Event::Yield => Some(Input::Yield),
            Event::Stop => {
                self.write_kept().await;
                Some(Input::Stop)
            }
        }
    }

    /// A home that was yielded, and that nobody took: what only this process has of it goes to the database.
    async fn write_kept(&mut self) {
        let Some(home) = self.kept.take() else { return };
        let ours = self.ownership.row().is_some_and(|row| row.incarnation == Some(self.node.incarnation));
        if ours && let Err(error) = home.write_all().await {
            tracing::error!(%error, home = home.name().as_str(), "not everything could be written before the stop");
        }
    }

    /// The database said something of the row, or did not.
    fn answered(&mut self, answer: Input) -> Input {
        let reachable = answer != Input::RowUnknown;
        if reachable != self.witness {
            self.witness = reachable;
            self.node.pair.hint(Told::Database(reachable));
        }
        answer
    }

    /// What the home wants the witness to say of its replica.
    fn replica_wish(&mut self, home: Option<&Home>) -> Option<Input> {
        let wish = home.and_then(|home| home.enter(|state| state.owner.wanted_replica()));
        if self.told == wish {
            return None;
        }
        self.told = wish;
        wish.map(|replica| replica.map_or(Input::ReplicaBehind, Input::ReplicaComplete))
    }

    fn write_refused(&self, home: Option<&Home>) -> Option<Input> {
        let home = home?;
        Some(Input::WriteRefused { epoch: home.fence.epoch })
    }

    async fn handle(&mut self, input: Input) {
        if let Some(row) = self.ownership.row().filter(|row| row.incarnation != Some(self.node.incarnation)) {
            self.foreign = row.epoch;
            // Somebody else has served it since, or may have.
            if row.incarnation.is_some() {
                self.kept = None;
            }
        }
        let now = self.node.clock.moment();
        let effects = self.ownership.handle(now, input);
        // Before anything is done: from here on nothing of an epoch that is being claimed may be confirmed.
        self.seat.accept_records_of(self.accepted_epoch());
        if let Some(term) = &self.term {
            let lapsed = !term.tenure.runs(now);
            term.tenure.set_until(self.ownership.serves_until(now));
            if lapsed
                && term.tenure.runs(now)
                && let Some(home) = self.seat.served()
            {
                // What connections lost meanwhile could not be recorded.
                home.detach_unheld();
            }
        }
        if self.ownership.claims() {
            // Before the database can know of it: whoever finds the row changed finds this too.
            self.publish();
        }
        for effect in effects {
            self.carry_out(effect).await;
        }
        self.publish();
    }

    fn accepted_epoch(&self) -> Option<Epoch> {
        let epoch = self.ownership.row()?.epoch.max(self.ownership.highest());
        self.ownership.confirms(epoch).then_some(epoch)
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Persist(epoch) => {
                if let Err(error) = self.epochs.persist(epoch) {
                    let home = self.seat.name();
                    self.node
                        .stop_broken(format!("the epoch of home {home} cannot be kept on disk: {error}"));
                }
            }
            Effect::Read => {
                let (node, home) = (self.node.clone(), self.seat.name().clone());
                self.ask(async move { witness::read(&node.store, &home).await });
            }
            Effect::Change(statement) => {
                let (node, seen) = (self.node.clone(), self.ownership.row().cloned());
                self.ask(async move { witness::change(&node.store, &statement, seen.as_ref()).await });
            }
            Effect::Send(message) => self.node.pair.tell_partner(self.seat.name(), message),
            Effect::Serve { epoch, adoption } => self.serve(epoch, adoption),
            Effect::Fence { last, .. } => self.fence(last),
            Effect::ReplicaNamed(replica) => {
                if let Some(home) = self.seat.served() {
                    home.replica_named(replica);
                }
            }
            Effect::Decided(decision) => {
                let home = self.seat.name().as_str();
                if decision.is_alert() {
                    tracing::error!(target: "everpresent::recovery", home, "{decision}");
                } else {
                    tracing::info!(target: "everpresent::recovery", home, "{decision}");
                }
            }
            Effect::Stopped => self.stopped = true,
        }
    }

    /// One operation on the row at a time; its answer comes in like any other event.
    fn ask(&self, operation: impl Future<Output = Input> + Send + 'static) {
        let answers = self.answers.0.clone();
        tokio::spawn(async move {
            let answer = operation.await;
            // Nobody listens any more when the node has stopped.
            let _ = answers.send(answer).await;
        });
    }

    fn serve(&mut self, epoch: Epoch, adoption: Adoption) {
        if self.term.as_ref().is_some_and(|term| term.epoch == epoch) {
            // A takeover that is under way goes on with what it began with.
            if let Some(home) = self.seat.served() {
                home.go_on();
            }
            return;
        }
        self.end_term();
        let tenure = Arc::new(Tenure::default());
        tenure.set_until(self.ownership.serves_until(self.node.clock.moment()));
        let basis = match adoption {
            Adoption::Replica => self.seat.take_replica(self.foreign).map(Basis::Replica),
            Adoption::Kept => self.kept.take().map(|home| Basis::Kept(home.ledger())),
            Adoption::Heads => None,
        };
        if basis.is_none() && adoption != Adoption::Heads {
            tracing::error!(home = self.seat.name().as_str(), "the ledger to go on with is not there");
        }
        self.kept = None;
        let fence = Fence { home: self.seat.name().clone(), epoch, incarnation: self.node.incarnation };
        let (node, seat, over) = (self.node.clone(), self.seat.clone(), tenure.clone());
        let takeover = serve::take_over(node, seat, fence, over, basis.unwrap_or(Basis::Heads));
        let taking_over = Some(tokio::spawn(takeover).abort_handle());
        self.told = None;
        self.term = Some(Term { epoch, tenure, taking_over });
    }

    fn fence(&mut self, last: bool) {
        if last {
            self.kept = self.seat.served().or(self.kept.take());
            self.end_term();
        } else if let Some(home) = self.seat.served() {
            home.let_all_go();
        }
    }

    fn end_term(&mut self) {
        if let Some(term) = self.term.take() {
            term.tenure.end();
            if let Some(taking_over) = term.taking_over {
                taking_over.abort();
            }
        }
        self.seat.serve(None);
    }

    /// What others may know of the seat.
    fn publish(&self) {
        self.seat.show(Shown {
            row: self.ownership.row().cloned(),
            own: self.term.as_ref().map(|term| term.epoch),
            claiming: self.ownership.claims(),
        });
    }
}

async fn changed(home: Option<&Home>) {
    match home {
        Some(home) => home.for_keeper.notified().await,
        None => std::future::pending().await,
    }
}

async fn refused(home: Option<&Home>) {
    match home {
        Some(home) => home.write_refused.notified().await,
        None => std::future::pending().await,
    }
}

async fn sleep(wake: Option<Instant>) {
    match wake {
        Some(wake) => sleep_until(wake).await,
        None => std::future::pending().await,
    }
}
