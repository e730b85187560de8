//! The checkers: they look on after every event.

use everpresent_session::audit::{Balance, differences};
use everpresent_session::ids::{Incarnation, SessionId};
use everpresent_session::ledger::Ledger;
use everpresent_session::row::Row;

use super::truth::{Broken, Fate};
use super::world::World;

impl World {
    pub(super) fn check(&mut self) -> Result<(), Broken> {
        self.check_safe()?;
        self.check_nobody_left_behind()
    }

    /// P2: what was acknowledged is received, in the database, or in the replica that would be adopted.
    fn check_safe(&mut self) -> Result<(), Broken> {
        let truth = &mut self.truth;
        let messages = &truth.messages;
        truth.open.retain(|id| messages.get(id).is_some_and(|fate| !fate.is_settled()));
        if self.truth.open.is_empty() {
            return Ok(());
        }
        let replica = match self.database.row.replica {
            None => None,
            Some(named) => match self.replica_of(named) {
                Some(replica) => Some(replica),
                // The partner died and the owner is about to notice: one more fault is not promised to be survived.
                None => return Ok(()),
            },
        };
        for id in &self.truth.open {
            let fate = &self.truth.messages[id];
            let safe = replica.is_some_and(|replica| holds(replica, fate))
                || self.database.spool.values().any(|row| row.stanza == fate.bytes)
                || self.taking_over().is_some_and(|ledger| holds(ledger, fate));
            if !safe {
                return Err(Broken::new("P2", format!("{id:?} was acknowledged and is nowhere")));
            }
        }
        Ok(())
    }

    /// The replica of this process, if it lives and does not serve.
    pub(super) fn replica_of(&self, incarnation: Incarnation) -> Option<&Ledger> {
        let mut processes = self.processes.iter().flatten();
        processes.find(|process| process.incarnation == incarnation)?.replica.as_ref()
    }

    /// The ledger of an owner that has taken over and did not yet get everything to a second place.
    fn taking_over(&self) -> Option<&Ledger> {
        self.home.as_ref().filter(|home| !home.settled).map(|home| home.owner.ledger())
    }

    /// P6: every session has a transport or a deadline, and the counts add up.
    fn check_nobody_left_behind(&self) -> Result<(), Broken> {
        let Some(home) = &self.home else { return Ok(()) };
        let found = differences(&home.owner, &home.holding());
        if let Some(first) = found.first() {
            return Err(Broken::new("P6", format!("{first:?}")));
        }
        let balance = Balance::of(home.owner.ledger());
        if balance.holds() { Ok(()) } else { Err(Broken::new("P6", format!("{balance:?}"))) }
    }

    /// P3: the partner's replica is what the owner had at that record.
    pub(super) fn compare_replica(&mut self, incarnation: Incarnation) -> Result<(), Broken> {
        let process = self.processes.iter().flatten().find(|process| process.incarnation == incarnation);
        let Some((process, replica)) = process.and_then(|process| Some((process, process.replica.as_ref()?)))
        else {
            return Ok(());
        };
        let Some(shadow) = self.truth.shadow_at(process.stream, replica.last())? else { return Ok(()) };
        if shadow.last() == replica.last() && shadow != replica {
            let what = format!("the replica differs from its original at record {}", replica.last().0);
            return Err(Broken::new("P3", what));
        }
        self.tally.compared += 1;
        Ok(())
    }

    /// P3: a session may be refused only if it ended or its owner died in spooled mode.
    pub(super) fn check_refusal(&self, session: SessionId) -> Result<(), Broken> {
        if self.truth.unresumable.contains(&session) {
            return Ok(());
        }
        Err(Broken::new("P3", format!("{session:?} could not be resumed")))
    }

    /// P2: `h` never goes back and never exceeds what was sent; what it covers is safe from now on.
    pub(super) fn told(&mut self, client: usize, session: SessionId, h: u32) -> Result<(), Broken> {
        let client = &mut self.clients[client];
        if client.session != Some(session) {
            return Ok(());
        }
        if h < client.told {
            let what = format!("client {} was told {} and then {h}", client.index, client.told);
            return Err(Broken::new("P2", what));
        }
        if h as usize > client.sent.len() {
            let what = format!("client {} sent {} and was told {h}", client.index, client.sent.len());
            return Err(Broken::new("P2", what));
        }
        for frame in &client.sent[client.told as usize..h as usize] {
            if let super::connection::FromClient::Message(id, _) = frame {
                self.truth.acknowledged(*id);
            }
        }
        client.told = h;
        Ok(())
    }
}

/// Whether a ledger would deliver the message, or have it written.
fn holds(ledger: &Ledger, fate: &Fate) -> bool {
    let spooled = |row: &Row| matches!(row, Row::Spool(row) if row.stanza == fate.bytes);
    ledger.messages().any(|(_, message)| message.stanza == fate.bytes && message.user == fate.to)
        || ledger.unfinished().any(|(_, row)| spooled(row))
}
