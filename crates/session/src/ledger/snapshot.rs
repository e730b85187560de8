//! Snapshots: a ledger in parts, as it goes to a partner, and how it is put together there.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Ledger, QueuedMessage, Totals};
use crate::channel::{Outgoing, Routed, Waiting};
use crate::ids::{Epoch, HomeName, LedgerId, RecordNumber, RowId, SessionId};
use crate::row::Row;
use crate::session::Session;
use crate::tombstone::Tombstone;

/// How many small things one part holds.
pub const PART_ITEMS: usize = 256;

/// A part of a snapshot. The first is a [`Part::Beginning`]; the order of the others is that of
/// [`Ledger::into_parts`].
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Which ledger, and where it is cut.
    Beginning(Beginning),
    /// A live session. Sessions of one user come oldest first.
    Session(Box<Session>),
    /// Ended sessions, oldest first.
    Tombstones(Vec<(SessionId, Tombstone)>),
    /// Messages in queues.
    Messages(Vec<(RowId, QueuedMessage)>),
    /// Durable rows that the database is not known to hold, oldest first.
    Unfinished(Vec<(RecordNumber, Row)>),
    /// Stanzas of a channel to another home, in order, each with whether the database holds it and whether it may.
    Outgoing {
        /// The other home.
        to: HomeName,
        /// The last number that was given.
        last: u64,
        /// What waits.
        waiting: Vec<(Waiting, bool, bool)>,
    },
    /// The highest numbers taken from other ledgers' channels.
    Incoming(Vec<(LedgerId, u64)>),
}

/// The first part of a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Beginning {
    /// Whose users these are.
    pub home: HomeName,
    /// The ledger.
    pub ledger: LedgerId,
    /// Under which owner.
    pub epoch: Epoch,
    /// The last record that is in it.
    pub last: RecordNumber,
    /// How many sessions came and went.
    pub totals: Totals,
}

/// Parts that make no ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AssemblyError {
    /// Something came before the beginning, or a second beginning.
    #[error("a snapshot begins once, with its beginning")]
    Beginning,
    /// The same session, row or channel came twice.
    #[error("a part of a snapshot came twice")]
    Twice,
}

impl Ledger {
    /// The ledger in parts, in the order in which they are put together.
    pub fn into_parts(self) -> impl Iterator<Item = Part> {
        let beginning = Part::Beginning(Beginning {
            home: self.home,
            ledger: self.id,
            epoch: self.epoch,
            last: self.last,
            totals: self.totals,
        });
        let mut sessions = self.sessions;
        let ids = self.by_user.into_values().flatten();
        let sessions = ids.filter_map(move |id| sessions.remove(&id)).map(Box::new).map(Part::Session);
        let tombstones: Vec<_> = self.tombstones.iter().map(|(id, stone)| (id, stone.clone())).collect();
        let routes = self.routes;
        let outgoing =
            self.outgoing.into_iter().flat_map(move |(to, channel)| channel_parts(to, &channel, &routes));
        std::iter::once(beginning)
            .chain(sessions)
            .chain(chunks(tombstones).map(Part::Tombstones))
            .chain(chunks(self.messages.into_iter().collect()).map(Part::Messages))
            .chain(chunks(self.unfinished.into()).map(Part::Unfinished))
            .chain(outgoing)
            .chain(chunks(self.incoming.into_iter().collect()).map(Part::Incoming))
    }
}

fn chunks<T>(items: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let mut items = items.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<T> = items.by_ref().take(PART_ITEMS).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// A channel is told even if nothing waits in it: its numbers go on.
fn channel_parts(to: HomeName, channel: &Outgoing, routes: &BTreeMap<RowId, Routed>) -> Vec<Part> {
    let state = |waiting: &Waiting| {
        routes.get(&waiting.id).map_or((false, false), |routed| (routed.written, routed.unsure))
    };
    let all: Vec<_> = channel
        .waiting_from(0)
        .map(|waiting| {
            let (written, unsure) = state(waiting);
            (waiting.clone(), written, unsure)
        })
        .collect();
    let last = channel.last();
    if all.is_empty() {
        return vec![Part::Outgoing { to, last, waiting: all }];
    }
    chunks(all).map(|waiting| Part::Outgoing { to: to.clone(), last, waiting }).collect()
}

/// A snapshot that is being put together.
#[derive(Debug, Default)]
pub struct Assembly {
    ledger: Option<Ledger>,
    outgoing: BTreeMap<HomeName, (u64, Vec<Waiting>)>,
}

impl Assembly {
    /// Adds the next part.
    ///
    /// # Errors
    /// [`AssemblyError`]; the assembly is useless then.
    pub fn add(&mut self, part: Part) -> Result<(), AssemblyError> {
        if let Part::Beginning(beginning) = part {
            if self.ledger.is_some() {
                return Err(AssemblyError::Beginning);
            }
            let mut ledger = Ledger::new(beginning.home, beginning.ledger, beginning.epoch);
            ledger.last = beginning.last;
            ledger.totals = beginning.totals;
            self.ledger = Some(ledger);
            return Ok(());
        }
        let ledger = self.ledger.as_mut().ok_or(AssemblyError::Beginning)?;
        match part {
            Part::Beginning(_) => {}
            Part::Session(session) => {
                let ids = ledger.by_user.entry(session.jid.to_bare()).or_default();
                ids.push(session.id);
                once(ledger.sessions.insert(session.id, *session))?;
            }
            Part::Tombstones(stones) => {
                stones.into_iter().for_each(|(id, stone)| ledger.tombstones.bury(id, stone));
            }
            Part::Messages(messages) => {
                for (id, message) in messages {
                    once(ledger.messages.insert(id, message))?;
                }
            }
            Part::Unfinished(rows) => ledger.unfinished.extend(rows),
            Part::Outgoing { to, last, waiting } => {
                for (waiting, written, unsure) in &waiting {
                    let (number, to) = (waiting.number, to.clone());
                    let routed = Routed { to, number, written: *written, unsure: *unsure };
                    once(ledger.routes.insert(waiting.id, routed))?;
                }
                let channel = self.outgoing.entry(to).or_default();
                channel.0 = last;
                channel.1.extend(waiting.into_iter().map(|(waiting, _, _)| waiting));
            }
            Part::Incoming(numbers) => ledger.incoming.extend(numbers),
        }
        Ok(())
    }

    /// The whole ledger.
    ///
    /// # Errors
    /// [`AssemblyError::Beginning`] when nothing came.
    pub fn finish(self) -> Result<Ledger, AssemblyError> {
        let mut ledger = self.ledger.ok_or(AssemblyError::Beginning)?;
        let outgoing = self.outgoing.into_iter();
        ledger.outgoing =
            outgoing.map(|(to, (last, waiting))| (to, Outgoing::from_parts(last, waiting))).collect();
        Ok(ledger)
    }
}

fn once<T>(before: Option<T>) -> Result<(), AssemblyError> {
    before.map_or(Ok(()), |_| Err(AssemblyError::Twice))
}
