//! Whether a user is of this home.

use std::collections::BTreeSet;

use everpresent_session::ids::HomeName;
use everpresent_stanza::{BareJid, Jid};
use everpresent_store::StoreError;

use super::{Away, Home, HomeState};
use crate::node::Node;

/// Where a user is, seen from one home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In this home; its account is in memory now.
    Here,
    /// In another home.
    There(HomeName),
    /// There is no such user.
    Nowhere,
}

impl Home {
    /// Finds a user of this server, and brings its account into memory if it is of this home.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, user: &BareJid) -> Result<Place, Away> {
        if self.is_loaded(user) {
            return Ok(Place::Here);
        }
        if let Some(home) = self.look_up(user).await? {
            return Ok(Place::There(home));
        }
        Ok(if self.load(user).await? { Place::Here } else { Place::Nowhere })
    }

    /// The home of a user of another home; nothing for all others.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn elsewhere(&self, user: &BareJid) -> Result<Option<HomeName>, Away> {
        if !self.node.directory.has_several_homes() || self.is_loaded(user) {
            return Ok(None);
        }
        self.look_up(user).await
    }

    async fn look_up(&self, user: &BareJid) -> Result<Option<HomeName>, Away> {
        let node = &self.node;
        if !node.directory.has_several_homes() {
            return Ok(None);
        }
        let home = node.directory.home(&node.store, user).await.map_err(|error| {
            tracing::warn!(%error, "the home of a user could not be read");
            Away
        })?;
        Ok(home.filter(|home| home != self.name()))
    }

    /// Notes which of the people with whom these users have to do are of other homes. The accounts are in memory; from
    /// then on their presence can be sent without waiting.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn know_contacts(&self, users: &[BareJid]) -> Result<(), StoreError> {
        self.note_homes(users, false).await
    }

    /// The same after users were assigned to other homes: who came here is no longer noted as of another one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn know_contacts_anew(&self, users: &[BareJid]) -> Result<(), StoreError> {
        self.note_homes(users, true).await
    }

    async fn note_homes(&self, users: &[BareJid], anew: bool) -> Result<(), StoreError> {
        let node = &self.node;
        if !node.directory.has_several_homes() {
            return Ok(());
        }
        let people = self.enter(|state| {
            let all = users.iter().flat_map(|user| people_of(state, user));
            let local = all.filter(|who| who.node().is_some() && node.is_local(who));
            local.collect::<BTreeSet<BareJid>>()
        });
        let mut homes = node.directory.homes(&node.store, people).await?;
        homes.retain(|(_, home)| anew || home != self.name());
        homes.sort_unstable();
        self.enter(|state| {
            for user in users {
                for who in people_of(state, user) {
                    let Ok(place) = homes.binary_search_by(|(known, _)| known.cmp(&who)) else { continue };
                    let home = homes[place].1.clone();
                    if home != *self.name() {
                        state.note_elsewhere(user, who, home);
                    } else if let Some(account) = state.accounts.get_mut(user) {
                        account.elsewhere.forget(&who);
                    }
                }
            }
        });
        Ok(())
    }
}

impl Node {
    /// The cluster has other homes, perhaps only since a moment ago.
    ///
    /// # Errors
    /// When the database does not answer; it is to be tried again.
    pub async fn meet_other_homes(&self) -> Result<(), StoreError> {
        if self.directory.has_several_homes() {
            return Ok(());
        }
        self.directory.set_several_homes(true);
        for home in self.seats.served() {
            let users = home.enter(|state| {
                let sessions = state.owner.ledger().sessions();
                sessions.map(|session| session.jid.to_bare()).collect::<BTreeSet<BareJid>>()
            });
            let known = home.know_contacts(&users.into_iter().collect::<Vec<_>>()).await;
            known.inspect_err(|_| self.directory.set_several_homes(false))?;
        }
        Ok(())
    }
}

impl HomeState {
    /// Notes that somebody with whom a user of this home has to do is of another home.
    pub fn note_elsewhere(&mut self, user: &BareJid, who: BareJid, home: HomeName) {
        let Some(account) = self.accounts.get_mut(user) else { return };
        let (roster, ledger) = (&account.roster, self.owner.ledger());
        let is_needed = |who: &BareJid| {
            let shown_to = |jid: &Jid| jid.to_bare() == *who;
            roster.item(who).is_some()
                || ledger.sessions_of(user).any(|session| session.directed.iter().any(shown_to))
        };
        account.elsewhere.note(who, home, is_needed);
    }

    /// The home of somebody with whom a user of this home has to do, if it is another one.
    pub fn home_elsewhere(&self, user: &BareJid, who: &BareJid) -> Option<&HomeName> {
        let elsewhere = &self.accounts.get(user)?.elsewhere;
        if elsewhere.is_empty() { None } else { elsewhere.home(who) }
    }
}

/// Everybody in a user's roster, and everybody who was sent directed presence by one of its sessions.
fn people_of(state: &HomeState, user: &BareJid) -> Vec<BareJid> {
    let Some(account) = state.accounts.get(user) else { return Vec::new() };
    let contacts = account.roster.watchers().chain(account.roster.watched()).cloned();
    let sessions = state.owner.ledger().sessions_of(user);
    contacts.chain(sessions.flat_map(|session| session.directed.iter().map(Jid::to_bare))).collect()
}
