//! After the last fault everything must come right.

use std::collections::BTreeSet;

use everpresent_session::owner::Mode;
use everpresent_stanza::FullJid;

use super::client::{Client, Place};
use super::home::Home;
use super::truth::Broken;
use super::world::{Phase, World};

/// How long that may take: sessions that nobody comes back for must have expired.
const CALM_MS: u64 = 120_000;
/// How many events that may take.
const CALM_EVENTS: usize = 200_000;

impl World {
    /// Faults stop; runs until nothing is left to be done.
    pub(super) fn converge(&mut self) -> Result<(), Broken> {
        self.phase = Phase::Calm;
        self.link_cut_until = 0;
        self.database.down_until = 0;
        self.trace(|| "faults stop".to_owned());
        let end = self.clock + CALM_MS;
        for event in 0..CALM_EVENTS {
            self.step()?;
            if event % 50 == 0 && self.left_to_do().is_none() {
                return Ok(());
            }
            if self.clock > end {
                break;
            }
        }
        let left = self.left_to_do().unwrap_or_default();
        Err(Broken::new("liveness", left))
    }

    /// The first thing that is not as it should be in the end.
    fn left_to_do(&self) -> Option<String> {
        let Some(home) = &self.home else { return Some("nobody serves the home".to_owned()) };
        if !matches!(home.owner.mode(), Mode::Protected { .. }) {
            return Some(format!("the home is not protected: {:?}", home.owner.mode()));
        }
        let named = self.database.row.replica;
        if named.and_then(|named| self.replica_of(named)).is_none() {
            return Some(format!("no process that lives has the replica: {named:?} is named"));
        }
        let undone = self.clients.iter().find_map(|client| self.client_lacks(home, client));
        undone.or_else(|| self.messages_left()).or_else(|| self.database_left(home))
    }

    fn client_lacks(&self, home: &Home, client: &Client) -> Option<String> {
        let index = client.index;
        if !matches!(client.place, Place::Online { .. }) {
            return Some(format!("client {index} is not online"));
        }
        if !client.managed {
            return None;
        }
        if !client.unacknowledged().is_empty() {
            return Some(format!(
                "client {index} waits for {} acknowledgements",
                client.unacknowledged().len()
            ));
        }
        let queue = client.session.and_then(|session| home.owner.ledger().session(session));
        match queue.map(|session| session.queue.len()) {
            None => return Some(format!("client {index} believes to have a session")),
            Some(0) => {}
            Some(waiting) => return Some(format!("client {index} lacks {waiting} stanzas")),
        }
        let seen = self.who_is_seen(home, client);
        if client.sees == seen {
            None
        } else {
            Some(format!("client {index} sees {:?}, not {seen:?}", client.sees))
        }
    }

    fn who_is_seen(&self, home: &Home, by: &Client) -> BTreeSet<FullJid> {
        let user = by.jid.to_bare();
        let others =
            home.owner.ledger().sessions().filter(|other| other.jid.to_bare() != user && other.is_seen());
        others.map(|other| other.jid.clone()).collect()
    }

    fn messages_left(&self) -> Option<String> {
        let open = self.truth.open.first();
        open.map(|id| format!("{id:?} was acknowledged and not received"))
    }

    fn database_left(&self, home: &Home) -> Option<String> {
        let ledger = home.owner.ledger();
        if ledger.unfinished().len() > 0 {
            return Some(format!("{} rows are unfinished", ledger.unfinished().len()));
        }
        if let Some(row) = self.database.spool.values().next() {
            return Some(format!("the spool holds {:?} for {}", row.stanza, row.user));
        }
        let stray = self.database.heads.keys().find(|session| ledger.session(**session).is_none());
        stray.map(|session| format!("the database holds a head of {session:?}, which ended"))
    }
}
