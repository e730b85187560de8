//! What the server keeps in memory of the users that somebody dealt with lately.

use std::collections::BTreeMap;
use std::time::Duration;

use everpresent_presence::blocking::BlockList;
use everpresent_presence::roster::Roster;
use everpresent_session::ids::HomeName;
use everpresent_session::row::ArchivePreferences;
use everpresent_session::time::Moment;
use everpresent_stanza::BareJid;

/// How long an account without sessions is kept after its last use.
const IDLE: Duration = Duration::from_secs(300);
/// How long it is kept when there are too many; longer than it takes to read one and use it.
const CROWDED_IDLE: Duration = Duration::from_secs(20);
/// How many accounts are kept before those without sessions go sooner.
const MAX_IDLE_ACCOUNTS: usize = 20_000;

/// With so many users of other homes, those with whom an account has nothing to do any more are looked for.
const FIRST_ELSEWHERE_PRUNE_USERS: usize = 1_000;

/// What the server must know of a user to route stanzas.
#[derive(Debug)]
pub struct Account {
    /// Contacts and subscriptions.
    pub roster: Roster,
    /// Who may not reach the user.
    pub block_list: BlockList,
    /// What is archived.
    pub preferences: ArchivePreferences,
    /// About how many messages wait in the spool; exact when it was loaded.
    pub spooled: usize,
    /// Raised whenever a message is left to the spool: tells whether what was read from there is all.
    pub spool_changes: u64,
    /// Users of other homes who see this one's presence, or whose presence it sees. Complete while there are sessions.
    pub elsewhere: Elsewhere,
    /// When it was last used.
    pub touched: Moment,
}

/// Users of other homes with whom an account has to do, and their homes. Always found without a question to the database,
/// because presence is sent in moments when nobody can wait.
#[derive(Debug, Default)]
pub struct Elsewhere {
    homes: BTreeMap<BareJid, HomeName>,
    prune_at: usize,
}

impl Elsewhere {
    /// The home of a user, if it is noted here.
    pub fn home(&self, user: &BareJid) -> Option<&HomeName> {
        self.homes.get(user)
    }

    /// Whether nobody is noted.
    pub fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// The user is of this home now.
    pub fn forget(&mut self, user: &BareJid) {
        self.homes.remove(user);
    }

    /// Notes the home of a user. Now and then those go that `is_needed` does not name.
    pub fn note(&mut self, user: BareJid, home: HomeName, is_needed: impl Fn(&BareJid) -> bool) {
        if self.homes.len() >= self.prune_at.max(FIRST_ELSEWHERE_PRUNE_USERS) {
            self.homes.retain(|user, _| is_needed(user));
            self.prune_at = self.homes.len() * 2;
        }
        self.homes.insert(user, home);
    }
}

impl Account {
    /// So many more messages wait in the spool.
    pub fn spool_grew(&mut self, messages: usize) {
        if messages > 0 {
            self.spooled += messages;
            self.spool_changes += 1;
        }
    }
}

/// The accounts in memory. Those whose users have sessions stay.
#[derive(Debug, Default)]
pub struct Accounts {
    by_user: BTreeMap<BareJid, Account>,
}

impl Accounts {
    /// The account, if it is in memory.
    pub fn get(&self, user: &BareJid) -> Option<&Account> {
        self.by_user.get(user)
    }

    /// The account, to be changed.
    pub fn get_mut(&mut self, user: &BareJid) -> Option<&mut Account> {
        self.by_user.get_mut(user)
    }

    /// Keeps an account that was read from the database, unless it is here already: what is here is newer.
    pub fn insert(&mut self, user: BareJid, account: Account) {
        self.by_user.entry(user).or_insert(account);
    }

    /// Forgets an account that was removed.
    pub fn remove(&mut self, user: &BareJid) {
        self.by_user.remove(user);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_user.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_user.is_empty()
    }

    /// Forgets accounts without sessions that nobody used lately. Whoever needs one again reads it after all that was
    /// recorded for it has been written.
    pub fn forget_idle(&mut self, now: Moment, has_sessions: impl Fn(&BareJid) -> bool) {
        let idle = if self.by_user.len() > MAX_IDLE_ACCOUNTS { CROWDED_IDLE } else { IDLE };
        self.by_user.retain(|user, account| now.since(account.touched) < idle || has_sessions(user));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_of_other_homes_are_kept_as_long_as_they_are_needed() {
        let user = |number: usize| BareJid::new(&format!("user{number}@example.org")).unwrap();
        let needed = [user(0), user(1)];
        let mut elsewhere = Elsewhere::default();
        for number in 0..5_000 {
            elsewhere.note(user(number), HomeName::new("imp2"), |user| needed.contains(user));
            assert!(elsewhere.homes.len() <= FIRST_ELSEWHERE_PRUNE_USERS);
        }
        assert!(needed.iter().all(|user| elsewhere.home(user).is_some()));
    }
}
