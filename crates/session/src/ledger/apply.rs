//! The only way a ledger changes: a record, whole or not at all.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::{Ledger, Misfit};
use crate::ids::{RecordNumber, SessionId};
use crate::queue::Entry;
use crate::reason::Reason;
use crate::record::{Effect, Flag, Opening, Record, Spooled};
use crate::session::{ClientState, Session, State};
use crate::time::Timestamp;
use crate::tombstone::Tombstone;

impl Ledger {
    /// Takes one record in. The owner does this when it makes the record, its partner when the record arrives: both
    /// hold the same afterwards.
    ///
    /// # Errors
    /// [`Misfit`] when the record is not the next one of this ledger or names sessions that it cannot name; then
    /// nothing was changed.
    pub fn apply(&mut self, record: &Record) -> Result<(), Misfit> {
        if record.home != self.home || record.ledger != self.id || record.epoch != self.epoch {
            return Err(Misfit::Foreign { home: record.home.clone(), epoch: record.epoch });
        }
        let expected = RecordNumber(self.last.0 + 1);
        if record.number != expected {
            return Err(Misfit::OutOfOrder { got: record.number, expected });
        }
        self.check_sessions(record)?;
        self.last = record.number;
        for effect in &record.effects {
            self.apply_effect(record.number, effect);
        }
        Ok(())
    }

    /// Every session that the record names lives at that point of the record; checked before anything changes.
    fn check_sessions(&self, record: &Record) -> Result<(), Misfit> {
        let mut opened: BTreeSet<SessionId> = BTreeSet::new();
        let mut closed: BTreeSet<SessionId> = BTreeSet::new();
        for effect in &record.effects {
            let Some(session) = effect.session() else { continue };
            let known = self.sessions.contains_key(&session) || opened.contains(&session);
            let opens = matches!(effect, Effect::Opened(_));
            if opens == known || (!opens && closed.contains(&session)) {
                return Err(Misfit::Session { record: record.number, session });
            }
            match effect {
                Effect::Opened(_) => {
                    opened.insert(session);
                }
                Effect::Closed { .. } => {
                    closed.insert(session);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn apply_effect(&mut self, record: RecordNumber, effect: &Effect) {
        match effect {
            Effect::Opened(opening) => self.open(opening),
            Effect::Enqueued { session, stanza, spool } => self.enqueue(*session, record, stanza, *spool),
            Effect::ClientAcked { session, count } => self.client_acked(*session, record, *count),
            Effect::Closed { session, reason, at } => self.close(*session, record, *reason, *at),
            Effect::Released { session } => self.release_held(*session, record),
            Effect::Route { to, id, stanza, written } => self.route(record, to, *id, stanza, *written),
            Effect::Routed { to, up_to } => self.routed(record, to, *up_to),
            Effect::Received { from, number } => {
                let highest = self.incoming.entry(*from).or_default();
                *highest = (*highest).max(*number);
            }
            Effect::Inherited { session, from } => self.inherit(*session, *from),
            Effect::Store(row) => self.unfinished.push_back((record, row.clone())),
            Effect::Spooling { messages } => {
                self.messages_being_written(messages);
                self.routes_being_written(messages);
            }
            Effect::Stored { rows, spooled } => {
                self.unfinished.drain(..(*rows).min(self.unfinished.len()));
                self.messages_written(spooled);
                self.routes_written(spooled);
            }
            _ => self.change_session(effect),
        }
    }

    fn change_session(&mut self, effect: &Effect) {
        let Some(session) = effect.session().and_then(|id| self.sessions.get_mut(&id)) else { return };
        match effect {
            Effect::Managed { resume, .. } => {
                session.managed = true;
                session.resume = *resume;
            }
            Effect::Presence { presence, .. } => {
                session.presence.clone_from(presence);
                session.inherited = None;
            }
            Effect::Directed { to, available, .. } => session.set_directed(to, *available),
            Effect::Flag { flag, .. } => match flag {
                Flag::Carbons(on) => session.carbons = *on,
                Flag::RosterInterested => session.roster_interested = true,
                Flag::BlockListInterested => session.block_list_interested = true,
                Flag::ClientState(state) => session.client_state = *state,
            },
            Effect::Held { key, stanza, .. } => session.hold(key.clone(), stanza.clone()),
            Effect::Handled { .. } => session.handled = session.handled.wrapping_add(1),
            Effect::Detached { wait, reason, .. } => {
                session.state = State::Detached { wait: *wait };
                session.reason = *reason;
            }
            Effect::Resumed { .. } => {
                session.state = State::Open;
                session.client_state = ClientState::Active;
                session.reason = Reason::Resumed;
            }
            _ => {}
        }
    }

    fn open(&mut self, opening: &Opening) {
        let session = Session::new(opening);
        self.by_user.entry(session.jid.to_bare()).or_default().push(session.id);
        self.sessions.insert(session.id, session);
        if opening.reason == Reason::Adopted { self.totals.adopted += 1 } else { self.totals.opened += 1 }
    }

    fn enqueue(&mut self, session: SessionId, record: RecordNumber, stanza: &Bytes, spool: Option<Spooled>) {
        let Some(session) = self.sessions.get_mut(&session) else { return };
        session.queue.push(Entry { stanza: stanza.clone(), record, spool });
        let user = session.jid.to_bare();
        if let Some(spooled) = spool {
            self.message_enqueued(user, stanza, spooled);
        }
    }

    fn inherit(&mut self, heir: SessionId, from: SessionId) {
        let Some(old) = self.sessions.get_mut(&from) else { return };
        let (presence, inherited) = (old.presence.take(), old.inherited.take());
        let directed = std::mem::take(&mut old.directed);
        let Some(heir) = self.sessions.get_mut(&heir) else { return };
        heir.inherited = presence.or(inherited);
        for to in &directed {
            heir.set_directed(to, true);
        }
    }

    fn client_acked(&mut self, session: SessionId, record: RecordNumber, count: u32) {
        for _ in 0..count {
            let Some(session) = self.sessions.get_mut(&session) else { return };
            let Some(entry) = session.queue.pop(session.managed) else { return };
            self.message_left(record, &entry, true);
        }
    }

    fn release_held(&mut self, session: SessionId, record: RecordNumber) {
        let Some(session) = self.sessions.get_mut(&session) else { return };
        for held in std::mem::take(&mut session.held) {
            session.queue.push(Entry { stanza: held.stanza, record, spool: None });
        }
    }

    fn close(&mut self, id: SessionId, record: RecordNumber, reason: Reason, at: Timestamp) {
        let Some(mut session) = self.sessions.remove(&id) else { return };
        let user = session.jid.to_bare();
        if let Some(ids) = self.by_user.get_mut(&user) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_user.remove(&user);
            }
        }
        while let Some(entry) = session.queue.pop(false) {
            self.message_left(record, &entry, false);
        }
        *self.totals.closed.entry(reason).or_default() += 1;
        if session.managed || session.handled > 0 {
            self.tombstones.bury(id, Tombstone { user, reason, at, handled: session.handled });
        }
    }
}

impl Effect {
    /// The session that the effect is about, if it is about one.
    pub fn session(&self) -> Option<SessionId> {
        match self {
            Self::Opened(opening) => Some(opening.session),
            Self::Managed { session, .. }
            | Self::Presence { session, .. }
            | Self::Directed { session, .. }
            | Self::Inherited { session, .. }
            | Self::Flag { session, .. }
            | Self::Enqueued { session, .. }
            | Self::Held { session, .. }
            | Self::Released { session }
            | Self::ClientAcked { session, .. }
            | Self::Handled { session }
            | Self::Detached { session, .. }
            | Self::Resumed { session }
            | Self::Closed { session, .. } => Some(*session),
            Self::Route { .. }
            | Self::Routed { .. }
            | Self::Received { .. }
            | Self::Store(_)
            | Self::Spooling { .. }
            | Self::Stored { .. } => None,
        }
    }
}
