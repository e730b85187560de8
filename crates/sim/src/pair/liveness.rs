//! After the last fault everything must come right.

use std::collections::BTreeSet;

use everpresent_session::owner::Mode;

use super::client::Place;
use super::people::NODES;
use super::serving::Serving;
use super::tally::Count;
use super::truth::Broken;
use super::world::{Phase, World};

/// How long that may take: sessions that nobody comes back for must have expired.
const CALM_MS: u64 = 60_000;
/// How often it is looked.
const LOOK_EVERY_MS: u64 = 100;

impl World {
    /// Faults stop; runs until nothing is left to be done.
    pub(super) fn converge(&mut self) -> Result<(), Broken> {
        self.phase = Phase::Calm;
        self.link_cut = Default::default();
        self.database_cut = Default::default();
        self.database.down_until = 0;
        self.trace(|| "faults stop".to_owned());
        if self.profile.leaver {
            let index = self.rng.usize(..self.clients.len());
            self.leaves_for_good(index);
        }
        let end = self.clock + CALM_MS;
        let mut look = self.clock + LOOK_EVERY_MS;
        while self.clock < end {
            self.step()?;
            if self.clock >= look {
                look = self.clock + LOOK_EVERY_MS;
                if self.left_to_do().is_none() {
                    return Ok(());
                }
            }
        }
        let left = self.left_to_do().unwrap_or_default();
        Err(Broken::new("liveness", left))
    }

    /// The first thing that is not as it should be in the end.
    pub(super) fn left_to_do(&self) -> Option<String> {
        let mut homes = Vec::with_capacity(NODES);
        for home in 0..NODES {
            let Some(node) = self.who_serves(home) else { return Some(format!("nobody serves home {home}")) };
            let serving = self.nodes[node].seat(home).and_then(|seat| seat.serving.as_ref())?;
            homes.push(serving);
        }
        let by_home = homes.iter().enumerate().find_map(|(home, serving)| self.home_lacks(home, serving));
        by_home
            .or_else(|| (0..self.clients.len()).find_map(|client| self.client_lacks(&homes, client)))
            .or_else(|| self.messages_left())
    }

    fn home_lacks(&self, home: usize, serving: &Serving) -> Option<String> {
        let (mode, ledger) = (serving.owner.mode(), serving.owner.ledger());
        if home < 2 {
            let Mode::Protected { partner } = mode else {
                return Some(format!("home {home} is not protected: {mode:?}"));
            };
            let named = self.database.row(home).and_then(|row| row.replica);
            if named != Some(partner) || self.replica_of(partner, home).is_none() {
                return Some(format!("home {home} is protected by {partner:.8}, and {named:?} is named"));
            }
        }
        let waiting = ledger.outgoing().iter().find(|(_, channel)| !channel.is_empty());
        if let Some((to, channel)) = waiting {
            return Some(format!("{} stanzas wait in the channel from {home} to {to}", channel.len()));
        }
        if ledger.unfinished().len() > 0 {
            return Some(format!("{} rows of home {home} are unfinished", ledger.unfinished().len()));
        }
        if self.tally.get(Count::LostWrites) > 0 {
            // Rows that were deleted may be back.
            return None;
        }
        let rows = &self.database.homes[home];
        if let Some(row) = rows.routes.values().next() {
            return Some(format!("the database keeps {:?} of home {home}", row.stanza));
        }
        if let Some(stray) = rows.heads.keys().find(|session| ledger.session(**session).is_none()) {
            return Some(format!("the database holds a head of {stray:?}, which ended"));
        }
        let left = rows.spool.values().find(|row| {
            let person = self.people.persons.iter().position(|person| person.jid == row.user);
            person.is_some_and(|person| self.somebody_stays(person))
        });
        left.map(|row| format!("the spool holds {:?} for {}", row.stanza, row.user))
    }

    /// Whether a person has a client that did not go for good.
    fn somebody_stays(&self, person: usize) -> bool {
        let clients = self.people.clients.iter().zip(&self.clients);
        clients.into_iter().any(|(address, client)| address.person == person && !client.gone)
    }

    fn client_lacks(&self, homes: &[&Serving], index: usize) -> Option<String> {
        let client = &self.clients[index];
        let address = &self.people.clients[index];
        let ledger = homes[client.home].owner.ledger();
        if client.gone {
            let ghost = ledger.session_at(&address.jid);
            return ghost.map(|_| format!("client {index} has gone and has a session"));
        }
        if !matches!(client.place, Place::Online { .. }) {
            return Some(format!("client {index} is not online"));
        }
        let seen = self.who_is_seen(homes, index);
        let is_ghost = |other: &usize| self.clients[*other].gone && self.truth.ghosts.contains(other);
        let sees: BTreeSet<_> = client.sees.iter().copied().filter(|other| !is_ghost(other)).collect();
        // Heads that were deleted may be back: a session that ended before may have been adopted, and have expired.
        if sees != seen && self.tally.get(Count::LostWrites) == 0 {
            return Some(format!("client {index} sees {sees:?}, not {seen:?}"));
        }
        if !client.managed {
            return None;
        }
        if !client.unacknowledged().is_empty() {
            let waits = client.unacknowledged().len();
            return Some(format!("client {index} waits for {waits} acknowledgements"));
        }
        let session = client.session.and_then(|session| ledger.session(session));
        match session.map(|session| session.queue.len()) {
            None => Some(format!("client {index} believes to have a session")),
            Some(0) => None,
            Some(waiting) => Some(format!("client {index} lacks {waiting} stanzas")),
        }
    }

    /// The clients of others whose sessions are seen.
    fn who_is_seen(&self, homes: &[&Serving], by: usize) -> BTreeSet<usize> {
        let person = self.people.clients[by].person;
        let sessions = homes.iter().flat_map(|serving| serving.owner.ledger().sessions());
        let seen = sessions.filter(|session| session.is_seen());
        let clients = seen.filter_map(|session| self.people.client_at(&session.jid));
        clients.filter(|client| self.people.clients[*client].person != person).collect()
    }

    fn messages_left(&self) -> Option<String> {
        let open = self.truth.open.iter().find(|id| {
            let fate = &self.truth.messages[*id];
            self.somebody_stays(fate.to)
        });
        open.map(|id| format!("{id:?} was acknowledged and not received"))
    }
}
