//! Bringing accounts into memory.

use everpresent_presence::blocking::BlockList;
use everpresent_presence::roster::Roster;
use everpresent_stanza::BareJid;
use everpresent_store::{AccountState, StoreError};

use super::{Account, Away, Elsewhere, Home};

impl Home {
    /// Whether the account is in memory. If so, it stays there for a while.
    pub(super) fn is_loaded(&self, user: &BareJid) -> bool {
        let moment = self.node.clock.moment();
        self.enter(|state| match state.accounts.get_mut(user) {
            Some(account) => {
                account.touched = moment;
                true
            }
            None => false,
        })
    }

    /// Brings the account of a user of this home into memory. Returns whether there is such a user.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn load(&self, user: &BareJid) -> Result<bool, Away> {
        if self.is_loaded(user) {
            return Ok(true);
        }
        // What was recorded for this account and not written yet must be part of what is read.
        self.flushed().await?;
        self.load_stored(user).await.map_err(|error| {
            tracing::warn!(%error, "an account could not be read");
            Away
        })
    }

    /// Reads an account from the database, at a time when nothing for it waits to be written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn load_stored(&self, user: &BareJid) -> Result<bool, StoreError> {
        let Some(stored) = self.node.store.account_state(user).await? else { return Ok(false) };
        let of_another_home = stored.account.home.as_ref().is_some_and(|home| home != self.name());
        if of_another_home && self.node.directory.has_several_homes() {
            return Ok(false);
        }
        let account = self.account(user, stored);
        self.enter(|state| state.accounts.insert(user.clone(), account));
        Ok(true)
    }

    pub(crate) fn account(&self, user: &BareJid, stored: AccountState) -> Account {
        Account {
            roster: Roster::load(user.clone(), stored.roster_version, stored.roster),
            block_list: BlockList::load(user.clone(), stored.blocked),
            preferences: stored.archive_preferences,
            spooled: usize::try_from(stored.spool.rows).unwrap_or(usize::MAX),
            spool_changes: 0,
            elsewhere: Elsewhere::default(),
            touched: self.node.clock.moment(),
        }
    }
}
