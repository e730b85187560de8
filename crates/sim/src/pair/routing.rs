//! What stanzas do: a small stand-in for the server's routing. Each is one record.

use bytes::Bytes;
use everpresent_session::ids::SessionId;
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::Transaction;
use everpresent_session::record::{Effect, Spooled};
use everpresent_session::row::{Row, SpoolRow};

use super::content::{Content, Envelope};
use super::people::People;
use super::truth::Broken;

impl People {
    /// A stanza for a person, wherever its home is.
    pub(super) fn deliver(
        &self,
        ledger: &Ledger,
        transaction: &mut Transaction,
        home: usize,
        to: usize,
        content: Content,
    ) {
        let person = &self.persons[to];
        if person.home != home {
            self.route(transaction, person.home, Envelope::Deliver { to, content });
            return;
        }
        let stanza = content.to_bytes();
        let recipients = available(ledger, self, to);
        if !matches!(content, Content::Message(_)) {
            for recipient in recipients {
                transaction.enqueue(recipient, stanza.clone(), None);
            }
            return;
        }
        let (id, at) = (transaction.row_id(), transaction.now().wall);
        if recipients.is_empty() {
            let user = person.jid.clone();
            transaction.store(Row::Spool(SpoolRow { user, id, at, archived: false, stanza }));
            return;
        }
        for recipient in recipients {
            let spooled = Spooled { id, at, archived: false, written: false };
            transaction.enqueue(recipient, stanza.clone(), Some(spooled));
        }
    }

    fn route(&self, transaction: &mut Transaction, to: usize, envelope: Envelope) {
        let id = transaction.row_id();
        let (to, stanza) = (self.homes[to].clone(), envelope.to_bytes());
        transaction.effect(Effect::Route { to, id, stanza, written: false });
    }

    /// What another home's channel brings.
    pub(super) fn route_in(
        &self,
        ledger: &Ledger,
        transaction: &mut Transaction,
        home: usize,
        stanza: &Bytes,
    ) -> Result<(), Broken> {
        match Envelope::parse(stanza) {
            Some(Envelope::Deliver { to, content }) => self.deliver(ledger, transaction, home, to, content),
            Some(Envelope::Probe { of, by }) => {
                for seen in self.seen_of(ledger, of) {
                    self.deliver(ledger, transaction, home, by, Content::Available(seen));
                }
            }
            None => return Err(Broken::new("P4", "a channel brings something that nobody sent")),
        }
        Ok(())
    }

    /// Tells everybody but its own person of a client's presence.
    pub(super) fn broadcast(
        &self,
        ledger: &Ledger,
        transaction: &mut Transaction,
        home: usize,
        client: usize,
        content: Content,
    ) {
        let person = self.clients[client].person;
        for to in (0..self.persons.len()).filter(|to| *to != person) {
            self.deliver(ledger, transaction, home, to, content);
        }
    }

    /// A session that becomes available asks who is there.
    pub(super) fn probe_all(
        &self,
        ledger: &Ledger,
        transaction: &mut Transaction,
        (home, session, client): (usize, SessionId, usize),
    ) {
        let by = self.clients[client].person;
        for (of, person) in self.persons.iter().enumerate().filter(|(of, _)| *of != by) {
            if person.home != home {
                self.route(transaction, person.home, Envelope::Probe { of, by });
                continue;
            }
            for seen in self.seen_of(ledger, of) {
                transaction.enqueue(session, Content::Available(seen).to_bytes(), None);
            }
        }
    }

    /// A person's clients that others see.
    fn seen_of<'a>(&'a self, ledger: &'a Ledger, person: usize) -> impl Iterator<Item = usize> + 'a {
        let sessions = ledger.sessions_of(&self.persons[person].jid);
        sessions.filter(|session| session.is_seen()).filter_map(|session| self.client_at(&session.jid))
    }
}

/// A person's sessions that take messages.
pub(super) fn available(ledger: &Ledger, people: &People, person: usize) -> Vec<SessionId> {
    let sessions = ledger.sessions_of(&people.persons[person].jid);
    sessions.filter(|session| session.is_available()).map(|session| session.id).collect()
}

/// A stanza of this session's client is dealt with.
pub(super) fn handled(ledger: &Ledger, transaction: &mut Transaction, session: SessionId) {
    if ledger.session(session).is_some_and(|session| session.managed) {
        transaction.effect(Effect::Handled { session });
    }
}
