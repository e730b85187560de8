//! One node's view of one home: may it serve, may it claim, may it grant.
//!
//! The caller carries out effects in their order, hands every input to [`Ownership::handle`] with the present
//! moment, and calls again at [`Ownership::next_wake`]. At most one row operation is outstanding: each
//! [`Effect::Read`] or [`Effect::Change`] is answered by exactly one row input, [`Input::RowUnknown`] if the
//! database did not say. A statement whose outcome is unknown may still be carried out later; the rules allow
//! for it.

mod answers;
mod claim;
mod grants;
mod owner;
mod rebase;
#[cfg(test)]
mod tests;

use std::mem::Discriminant;
use std::sync::Arc;
use std::time::Duration;

use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_session::time::Moment;

pub use rebase::Rebase;

pub use crate::decision::{Adoption, ClaimReason, Decision, FenceReason, GrantRefusal, Waiting};
use crate::settings::{FAST_POLL_FOR_MILLISECONDS, FAST_POLL_MILLISECONDS, Settings};
use crate::witness::{Change, CompareAndSet, Expected, WitnessRow};
use claim::Claiming;
use grants::Granted;
use owner::Owning;

/// What one process tells the other about a home. Carried in heartbeats and their answers; may be lost, late
/// or doubled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeerMessage {
    /// The owner asks: promise not to take over for a while.
    Ask {
        /// Epoch that the asker owns.
        epoch: Epoch,
        /// The asker.
        incarnation: Incarnation,
        /// When it asked, on its own clock; the answer brings it back.
        asked: Moment,
    },
    /// "I will not take over for `length` from when you asked."
    Grant {
        /// As asked.
        epoch: Epoch,
        /// Who asked.
        to: Incarnation,
        /// As asked.
        asked: Moment,
        /// The whole length.
        length: Duration,
        /// Who grants.
        from: Incarnation,
    },
    /// No grant; `highest` is the highest epoch that the refuser has seen.
    Refusal {
        /// See above.
        highest: Epoch,
    },
    /// The owner has fenced itself for good under this epoch: take the home.
    Yielded {
        /// The epoch that it owned.
        epoch: Epoch,
        /// Who yields.
        incarnation: Incarnation,
    },
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// Time went by.
    Tick,
    /// The row as read; `None` if the home has none.
    RowRead(Option<WitnessRow>),
    /// The compare-and-set was carried out.
    RowChanged,
    /// The compare-and-set matched nothing.
    RowRefused,
    /// The database did not say: not reachable, timed out, connection lost.
    RowUnknown,
    /// The partner said something.
    Peer(PeerMessage),
    /// The link to the partner ended: the row is polled fast for a while.
    LinkLost,
    /// A write of this process under this epoch matched no row in its fence.
    WriteRefused {
        /// The epoch that the write named.
        epoch: Epoch,
    },
    /// The partner's process has confirmed a complete replica of this home's ledger: name it in the row. From
    /// here until [`Effect::ReplicaNamed`] says the same, the conditions of both modes hold.
    ReplicaComplete(Incarnation),
    /// The replica is to be complete no more: leave protected mode. Until [`Effect::ReplicaNamed`] says
    /// `None`, the conditions of both modes hold.
    ReplicaBehind,
    /// Give the home to the partner.
    Yield,
    /// Stop cleanly: sessions have been handed over, release what is held.
    Stop,
}

/// Something to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Write the highest epoch seen to the local disk, before anything that follows.
    Persist(Epoch),
    /// Read the row.
    Read,
    /// Carry out this statement.
    Change(CompareAndSet),
    /// Tell the partner.
    Send(PeerMessage),
    /// Serve the home under this epoch, with the sessions from there.
    Serve {
        /// The epoch, to be named in every write and record.
        epoch: Epoch,
        /// Where the sessions come from.
        adoption: Adoption,
    },
    /// Serve nothing under this epoch: let transports go (no end of any session).
    Fence {
        /// The epoch.
        epoch: Epoch,
        /// Whether it may serve again under it.
        last: bool,
    },
    /// The row names this as the complete replica now: the mode may change.
    ReplicaNamed(Option<Incarnation>),
    /// Log, count and show this.
    Decided(Decision),
    /// Nothing is held any more: the process may exit.
    Stopped,
}

/// The row as last read, and since when it was seen with the same epoch, incarnation and beat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Seen {
    row: Option<WitnessRow>,
    since: Moment,
}

/// A row operation that was not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Operation {
    /// `None` for a read.
    change: Option<CompareAndSet>,
    asked: Moment,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Standing {
    /// Somebody else's home, or nobody's.
    Watching,
    /// A claim was sent and is not settled.
    Claiming(Claiming),
    /// The row was won by this process and not lost since, as far as is known.
    Owning(Owning),
    /// Releases what it holds.
    Stopping,
    /// Holds nothing, does nothing more.
    Stopped,
}

/// One node's view of one home. See the module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ownership {
    settings: Arc<Settings>,
    incarnation: Incarnation,
    started: Moment,
    /// Highest epoch seen, as on the local disk.
    highest: Epoch,
    seen: Option<Seen>,
    operation: Option<Operation>,
    next_operation: Moment,
    next_message: Moment,
    fast_until: Moment,
    /// Until then whoever holds the replica goes first, however long its silence: the database did not answer us, and may
    /// not have answered it either.
    holder_first_until: Moment,
    /// A later epoch was heard of than the row was read with: it will be in the row when that is read again. The read that
    /// was under way then (`true`) may still be the older one.
    news: Option<bool>,
    granted: Granted,
    /// The holder that told us that it has yielded.
    yielded_to_us: Option<(Epoch, Incarnation)>,
    /// The epoch that this process served and has given up for good, and when.
    yielded: Option<(Epoch, Moment)>,
    /// The last epoch that this process served under.
    served: Option<Epoch>,
    standing: Standing,
    /// The kind of reason that was logged last.
    said: Option<Discriminant<Waiting>>,
}

impl Ownership {
    /// A process that starts: `incarnation` was given by the guardian, `highest` is the highest epoch on the
    /// local disk (0 if none). It knows nothing else of what processes before it have promised.
    pub fn new(settings: Arc<Settings>, incarnation: Incarnation, highest: Epoch, now: Moment) -> Self {
        Self {
            granted: Granted::before_start(now),
            settings,
            incarnation,
            started: now,
            highest,
            seen: None,
            operation: None,
            next_operation: now,
            next_message: now,
            fast_until: now,
            holder_first_until: now,
            news: None,
            yielded_to_us: None,
            yielded: None,
            served: None,
            standing: Standing::Watching,
            said: None,
        }
    }

    /// Takes one input in and says what to do. `now` never goes backwards.
    pub fn handle(&mut self, now: Moment, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Tick => {}
            Input::RowRead(row) => self.row_read(now, row, &mut effects),
            Input::RowChanged => self.row_changed(now, &mut effects),
            Input::RowRefused => self.row_refused(now),
            Input::RowUnknown => self.row_unknown(now),
            Input::Peer(message) => self.peer(now, message, &mut effects),
            Input::LinkLost => {
                self.fast_until = now.after(Duration::from_millis(FAST_POLL_FOR_MILLISECONDS));
                self.next_operation = now;
            }
            Input::WriteRefused { epoch } => self.write_refused(now, epoch, &mut effects),
            Input::ReplicaComplete(partner) => self.want_replica(now, Some(partner)),
            Input::ReplicaBehind => self.want_replica(now, None),
            Input::Yield => self.yield_home(now, &mut effects),
            Input::Stop => self.stop(now, &mut effects),
        }
        self.settle(now, &mut effects);
        effects
    }

    /// Whether this process may serve the home at this moment. To be asked again after every wait.
    pub fn may_serve(&self, now: Moment) -> bool {
        match &self.standing {
            Standing::Owning(owning) => !self.settings.rules.fence || owning.holds(now),
            _ => false,
        }
    }

    /// Until when this process may serve the home, unless its right is renewed; nothing if it may not now.
    pub fn serves_until(&self, now: Moment) -> Option<Moment> {
        match &self.standing {
            Standing::Owning(owning) if owning.holds(now) => owning.until(now),
            _ => None,
        }
    }

    /// Whether the group has a second node from now on, that is asked for grants.
    pub fn set_partner(&mut self, partner: bool) {
        Arc::make_mut(&mut self.settings).partner = partner;
    }

    /// The epoch that this process owns, fenced or not.
    pub fn epoch(&self) -> Option<Epoch> {
        match &self.standing {
            Standing::Owning(owning) => Some(owning.epoch),
            _ => None,
        }
    }

    /// Whether this process, as the partner, may confirm a record of this epoch. Never once a claim of its
    /// own was sent or a higher epoch was seen.
    pub fn confirms(&self, epoch: Epoch) -> bool {
        matches!(self.standing, Standing::Watching) && epoch >= self.highest && self.row().is_some()
    }

    /// Whether a claim of this process was sent and is not settled: the row may name it already.
    pub fn claims(&self) -> bool {
        matches!(self.standing, Standing::Claiming(_))
    }

    /// The row as last read.
    pub fn row(&self) -> Option<&WitnessRow> {
        self.seen.as_ref().and_then(|seen| seen.row.as_ref())
    }

    /// This process.
    pub fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    /// The highest epoch seen.
    pub fn highest(&self) -> Epoch {
        self.highest
    }

    /// When to call again with [`Input::Tick`] at the latest, if nothing else comes in.
    pub fn next_wake(&self, now: Moment) -> Option<Moment> {
        let messages = self.settings.partner.then_some(self.next_message);
        let operation = self.operation.is_none().then_some(self.next_operation);
        match &self.standing {
            Standing::Stopped => None,
            Standing::Owning(owning) => earliest([messages, operation, owning.until(now)]),
            Standing::Watching => {
                let claim = self.may_claim(now).err().and_then(|waiting| waiting.until());
                let messages = messages.filter(|_| self.yielded.is_some());
                earliest([messages, operation, claim.filter(|_| self.operation.is_none())])
            }
            Standing::Claiming(_) | Standing::Stopping => operation,
        }
    }

    fn learn(&mut self, epoch: Epoch, effects: &mut Vec<Effect>) {
        if epoch <= self.highest {
            return;
        }
        self.highest = epoch;
        effects.push(Effect::Persist(epoch));
        if self.epoch().is_some_and(|own| own < epoch) {
            self.give_up(FenceReason::HigherEpoch(epoch), effects);
        }
    }

    /// The partner knows of this epoch.
    fn hear(&mut self, epoch: Epoch, effects: &mut Vec<Effect>) {
        if epoch > self.highest {
            self.news = Some(self.operation.is_some());
        }
        self.learn(epoch, effects);
    }

    /// Remembers the row as it is known to be; `now` starts the wait for its lease if anything in it is new.
    fn note(&mut self, now: Moment, row: Option<WitnessRow>, effects: &mut Vec<Effect>) {
        let epoch = row.as_ref().map_or(Epoch(0), |row| row.epoch);
        let same = |seen: &Seen| seen.row.as_ref().map(Expected::of) == row.as_ref().map(Expected::of);
        let since = self.seen.as_ref().filter(|seen| same(seen)).map_or(now, |seen| seen.since);
        let first_sight = since == now && !self.seen.as_ref().is_some_and(same);
        if first_sight && epoch < self.highest && self.news.is_none() {
            effects.push(Effect::Decided(Decision::RowBelowHighest { row: epoch, highest: self.highest }));
        }
        self.seen = Some(Seen { row, since });
        self.learn(epoch, effects);
    }

    fn settle(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        match &self.standing {
            Standing::Owning(_) => self.settle_owning(now, effects),
            Standing::Watching => self.settle_watching(now, effects),
            Standing::Claiming(_) | Standing::Stopping | Standing::Stopped => {}
        }
        self.send_messages(now, effects);
        if self.operation.is_none() && now >= self.next_operation {
            self.next_row_operation(now, effects);
        }
    }

    fn settle_watching(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.operation.is_some() {
            return;
        }
        match self.may_claim(now) {
            Ok(why) => self.start_claim(now, why, effects),
            Err(waiting) => self.say(waiting, effects),
        }
    }

    /// Logs why there is no claim, once for each kind of reason.
    fn say(&mut self, waiting: Waiting, effects: &mut Vec<Effect>) {
        let kind = std::mem::discriminant(&waiting);
        if self.said != Some(kind) {
            effects.push(Effect::Decided(Decision::Waits(waiting)));
            self.said = Some(kind);
        }
    }

    fn next_row_operation(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let change = match &self.standing {
            Standing::Stopped => return,
            Standing::Watching => None,
            Standing::Claiming(claiming) => claiming.again.then(|| self.claim_statement(claiming)),
            Standing::Owning(owning) => (!owning.read_first).then(|| self.beat_statement(owning)).flatten(),
            Standing::Stopping => self.release_statement(),
        };
        self.start_operation(now, change, effects);
    }

    fn start_operation(&mut self, now: Moment, change: Option<CompareAndSet>, effects: &mut Vec<Effect>) {
        effects.push(change.clone().map_or(Effect::Read, Effect::Change));
        self.operation = Some(Operation { change, asked: now });
        let fast = now < self.fast_until && !matches!(self.standing, Standing::Owning(_));
        let wait = if fast { Duration::from_millis(FAST_POLL_MILLISECONDS) } else { self.settings.beat };
        self.next_operation = now.after(wait);
    }

    fn compare_and_set(&self, change: Change) -> Option<CompareAndSet> {
        let expected = Some(Expected::of(self.row()?));
        Some(CompareAndSet { home: self.settings.home.clone(), expected, change })
    }

    fn release_statement(&self) -> Option<CompareAndSet> {
        self.row().filter(|row| row.incarnation == Some(self.incarnation))?;
        self.compare_and_set(Change::Release)
    }

    fn send_messages(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if !self.settings.partner || now < self.next_message {
            return;
        }
        let incarnation = self.incarnation;
        let message = match (&self.standing, self.yielded) {
            (Standing::Owning(owning), _) => {
                PeerMessage::Ask { epoch: owning.epoch, incarnation, asked: now }
            }
            (Standing::Watching, Some((epoch, _))) => PeerMessage::Yielded { epoch, incarnation },
            _ => return,
        };
        effects.push(Effect::Send(message));
        self.next_message = now.after(self.settings.beat);
    }
}

fn earliest<const N: usize>(moments: [Option<Moment>; N]) -> Option<Moment> {
    moments.into_iter().flatten().min()
}
