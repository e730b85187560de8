//! The directory: which home a user belongs to. It remembers what was asked lately; the database knows.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use everpresent_session::ids::HomeName;
use everpresent_stanza::BareJid;
use everpresent_store::{Database, StoreError, UserHome};

/// How many users are remembered; those that nobody asked for in the longest time go first.
const MAX_KNOWN_USERS: usize = 200_000;

/// See the module.
#[derive(Debug, Default)]
pub struct Directory {
    several: AtomicBool,
    known: RwLock<Known>,
}

/// Two generations: when the younger one is half of what is kept, it becomes the older one, and that is forgotten.
#[derive(Debug, Default)]
struct Known {
    young: HashMap<BareJid, HomeName>,
    old: HashMap<BareJid, HomeName>,
}

impl Known {
    fn learn(&mut self, user: &BareJid, home: &HomeName, most: usize) {
        if self.young.len() >= most / 2 && !self.young.contains_key(user) {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(user);
        self.young.insert(user.clone(), home.clone());
    }
}

impl Directory {
    /// Whether the cluster has more than one home. While it has not, nobody has to be looked up.
    pub fn has_several_homes(&self) -> bool {
        self.several.load(Ordering::Relaxed)
    }

    /// The cluster has more than one home from now on, or has one only.
    pub fn set_several_homes(&self, several: bool) {
        self.several.store(several, Ordering::Relaxed);
    }

    /// The home of a user, if it is remembered.
    pub fn known(&self, user: &BareJid) -> Option<HomeName> {
        let known = self.read();
        known.young.get(user).or_else(|| known.old.get(user)).cloned()
    }

    /// The home of a user; nothing if there is no such user, or it belongs to no home yet.
    ///
    /// # Errors
    /// [`StoreError`] when it is not remembered and the database does not say.
    pub async fn home(&self, store: &Database, user: &BareJid) -> Result<Option<HomeName>, StoreError> {
        if let Some(home) = self.known(user) {
            return Ok(Some(home));
        }
        let UserHome::At(home) = store.user_home(user).await? else { return Ok(None) };
        self.learn(user, &home);
        Ok(Some(home))
    }

    /// The homes of many users, in no order. Who is not a user, or belongs to no home yet, is left out.
    ///
    /// # Errors
    /// As [`Directory::home`].
    pub async fn homes(
        &self,
        store: &Database,
        users: impl IntoIterator<Item = BareJid>,
    ) -> Result<Vec<(BareJid, HomeName)>, StoreError> {
        let (mut found, mut unknown) = (Vec::new(), Vec::new());
        for user in users {
            match self.known(&user) {
                Some(home) => found.push((user, home)),
                None => unknown.push(user),
            }
        }
        if unknown.is_empty() {
            return Ok(found);
        }
        let read = store.user_homes(&unknown).await?;
        for (user, home) in &read {
            self.learn(user, home);
        }
        found.extend(read);
        Ok(found)
    }

    /// Remembers where a user belongs.
    pub fn learn(&self, user: &BareJid, home: &HomeName) {
        self.write().learn(user, home, MAX_KNOWN_USERS);
    }

    /// The user was removed, or assigned to another home.
    pub fn forget(&self, user: &BareJid) {
        let mut known = self.write();
        known.young.remove(user);
        known.old.remove(user);
    }

    /// Users were assigned to other homes.
    pub fn forget_all(&self) {
        *self.write() = Known::default();
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use everpresent_session::time::Timestamp;

    use super::*;

    fn user(name: &str) -> BareJid {
        BareJid::new(&format!("{name}@example.org")).unwrap()
    }

    async fn database() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("everpresent.db").display());
        (folder, Database::open(&url).await.unwrap())
    }

    #[tokio::test]
    async fn users_are_found_where_they_were_made_and_strangers_nowhere() {
        let (_folder, store) = database().await;
        let (here, there) = (HomeName::new("imp1"), HomeName::new("imp2"));
        store.create_account(&user("alice"), &here, &[], Timestamp(1)).await.unwrap();
        store.create_account(&user("bob"), &there, &[], Timestamp(1)).await.unwrap();
        let directory = Directory::default();
        assert_eq!(directory.known(&user("bob")), None);
        assert_eq!(directory.home(&store, &user("bob")).await.unwrap(), Some(there.clone()));
        assert_eq!(directory.known(&user("bob")), Some(there.clone()));
        assert_eq!(directory.home(&store, &user("carol")).await.unwrap(), None);

        let mut all = directory.homes(&store, ["alice", "bob", "carol"].map(user)).await.unwrap();
        all.sort();
        assert_eq!(all, [(user("alice"), here), (user("bob"), there.clone())]);
        store.create_account(&user("carol"), &there, &[], Timestamp(1)).await.unwrap();
        let found = directory.home(&store, &user("carol")).await.unwrap();
        assert_eq!(found, Some(there), "that there was no carol is not remembered");
    }

    #[tokio::test]
    async fn what_is_remembered_needs_no_database_until_it_is_forgotten() {
        let (_folder, store) = database().await;
        let (here, there) = (HomeName::new("imp1"), HomeName::new("imp2"));
        store.create_account(&user("alice"), &here, &[], Timestamp(1)).await.unwrap();
        let directory = Directory::default();
        directory.home(&store, &user("alice")).await.unwrap();
        store.assign_home(&user("alice"), &there).await.unwrap();
        assert_eq!(directory.home(&store, &user("alice")).await.unwrap(), Some(here));
        directory.forget(&user("alice"));
        assert_eq!(directory.home(&store, &user("alice")).await.unwrap(), Some(there));
    }

    #[test]
    fn who_was_asked_for_long_ago_goes_first() {
        let home = HomeName::new("imp1");
        let mut known = Known::default();
        for number in 0..100 {
            known.learn(&user(&format!("user{number}")), &home, 10);
            assert!(known.young.len() + known.old.len() <= 10);
        }
        assert!(known.young.contains_key(&user("user99")) && !known.old.contains_key(&user("user0")));
    }
}
