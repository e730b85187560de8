//! Accounts: who may sign in, and with which keys. Passwords are not stored, only what SCRAM derives from them.

use std::fmt;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_stanza::BareJid;
use sqlx::{AnyConnection, AssertSqlSafe, query};

use crate::database::{Database, WRITE_TIMEOUT_SECONDS, commit, within};
use crate::error::StoreError;
use crate::fields::Fields;

/// The most accounts that [`Database::accounts`] gives at once.
pub const ACCOUNTS_PAGE_MAX_ROWS: u32 = 1_000;

/// Every table that holds rows of an account, but for the archive, which is too large for one transaction.
const ACCOUNT_TABLES: [&str; 9] = [
    "scram_keys",
    "archive_preferences",
    "spool",
    "roster",
    "roster_versions",
    "blocked",
    "tokens",
    "heads",
    "users",
];

/// The hash function of a SCRAM mechanism (RFC 5802, RFC 7677).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScramHash {
    /// SCRAM-SHA-1.
    Sha1,
    /// SCRAM-SHA-256.
    Sha256,
    /// SCRAM-SHA-512.
    Sha512,
}

impl ScramHash {
    const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// The mechanism's name without `-PLUS`, such as `SCRAM-SHA-256`.
    pub fn mechanism(self) -> &'static str {
        match self {
            Self::Sha1 => "SCRAM-SHA-1",
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha512 => "SCRAM-SHA-512",
        }
    }
}

/// What a server keeps of a password (RFC 5802 §3).
#[derive(Clone, PartialEq, Eq)]
pub struct ScramKeys {
    /// The hash function that they were made with.
    pub hash: ScramHash,
    /// The salt.
    pub salt: Vec<u8>,
    /// The iteration count of the key derivation.
    pub iterations: u32,
    /// `H(ClientKey)`: checks the client's proof.
    pub stored_key: Vec<u8>,
    /// Proves the server to the client.
    pub server_key: Vec<u8>,
}

/// The keys stay out of logs.
impl fmt::Debug for ScramKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramKeys")
            .field("hash", &self.hash)
            .field("iterations", &self.iterations)
            .finish_non_exhaustive()
    }
}

/// What is needed to check a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The account exists but may not be used.
    pub disabled: bool,
    /// At most one per hash function.
    pub keys: Vec<ScramKeys>,
}

/// An account as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its address.
    pub user: BareJid,
    /// It may not be used at present.
    pub disabled: bool,
    /// When it was made.
    pub created: Timestamp,
    /// The home that it is assigned to, if it was.
    pub home: Option<HomeName>,
}

/// Why an account could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is one of this address.
    #[error("the account exists already")]
    Exists,
    /// There is none of this address.
    #[error("there is no such account")]
    Missing,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Accounts are changed by operators, on any node, and so without a fence. Whoever disables or removes an account ends
/// its sessions first.
impl Database {
    /// Makes an account and assigns it to a home. Whatever a former account of that address may have left is removed first.
    ///
    /// # Errors
    /// [`AccountError::Exists`]; [`StoreError`].
    pub async fn create_account(
        &self,
        user: &BareJid,
        home: &HomeName,
        keys: &[ScramKeys],
        created: Timestamp,
    ) -> Result<(), AccountError> {
        const WHAT: &str = "create an account";
        if self.account(user).await?.is_some() {
            return Err(AccountError::Exists);
        }
        self.clear_archive(user).await?;
        let mut lease = self.writer(WHAT).await?;
        let made = within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let connection = self.begin(&mut lease).await?;
            let sql = "INSERT INTO users (account, disabled, created_ms, home) VALUES ($1, 0, $2, $3) \
                       ON CONFLICT DO NOTHING";
            let insert = query(sql).bind(user.as_str()).bind(created.0).bind(home.as_str());
            let made = insert.execute(&mut *connection).await?.rows_affected() == 1;
            if made {
                let leftovers = ACCOUNT_TABLES.iter().filter(|table| **table != "users");
                clear(connection, user, leftovers).await?;
                insert_keys(connection, user, keys).await?;
            }
            commit(connection).await?;
            Ok(made)
        })
        .await?;
        lease.give_back();
        if made { Ok(()) } else { Err(AccountError::Exists) }
    }

    /// Gives an account new keys in place of all that it had, and removes its sign-in tokens.
    ///
    /// # Errors
    /// [`AccountError::Missing`]; [`StoreError`].
    pub async fn set_keys(&self, user: &BareJid, keys: &[ScramKeys]) -> Result<(), AccountError> {
        const WHAT: &str = "set an account's keys";
        let mut lease = self.writer(WHAT).await?;
        let known = within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let connection = self.begin(&mut lease).await?;
            // An update that changes nothing, for its lock: nobody removes the account meanwhile.
            let touch = query("UPDATE users SET account = account WHERE account = $1").bind(user.as_str());
            let known = touch.execute(&mut *connection).await?.rows_affected() == 1;
            if known {
                clear(connection, user, ["scram_keys", "tokens"].iter()).await?;
                insert_keys(connection, user, keys).await?;
            }
            commit(connection).await?;
            Ok(known)
        })
        .await?;
        lease.give_back();
        if known { Ok(()) } else { Err(AccountError::Missing) }
    }

    /// Disables an account, or enables it again. Its data stays.
    ///
    /// # Errors
    /// [`AccountError::Missing`]; [`StoreError`].
    pub async fn set_disabled(&self, user: &BareJid, disabled: bool) -> Result<(), AccountError> {
        let update = query("UPDATE users SET disabled = $1 WHERE account = $2")
            .bind(i64::from(disabled))
            .bind(user.as_str());
        match self.change("disable or enable an account", update).await? {
            0 => Err(AccountError::Missing),
            _ => Ok(()),
        }
    }

    /// Removes an account with everything that belongs to it. If this is interrupted the account is gone, and what is
    /// left of its archive goes with the next call, or before the address is used again.
    ///
    /// # Errors
    /// [`AccountError::Missing`]; [`StoreError`].
    pub async fn remove_account(&self, user: &BareJid) -> Result<(), AccountError> {
        const WHAT: &str = "remove an account";
        let mut lease = self.writer(WHAT).await?;
        let removed = within(WHAT, WRITE_TIMEOUT_SECONDS, async {
            let connection = self.begin(&mut lease).await?;
            let removed = clear(connection, user, ACCOUNT_TABLES.iter()).await?;
            commit(connection).await?;
            Ok(removed)
        })
        .await?;
        lease.give_back();
        self.clear_archive(user).await?;
        if removed { Ok(()) } else { Err(AccountError::Missing) }
    }

    /// What is needed to check a sign-in; nothing if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn credentials(&self, user: &BareJid) -> Result<Option<Credentials>, StoreError> {
        const WHAT: &str = "read an account's keys";
        let sql = "SELECT users.disabled, mechanism, salt, iterations, stored_key, server_key \
                   FROM users LEFT JOIN scram_keys ON scram_keys.account = users.account WHERE users.account = $1";
        let rows = self.rows(WHAT, query(sql).bind(user.as_str().to_owned())).await?;
        let mut credentials = None;
        for row in &rows {
            let fields = Fields::new(WHAT, row);
            let found =
                credentials.get_or_insert(Credentials { disabled: fields.flag(0)?, keys: Vec::new() });
            let Some(mechanism) = fields.optional_text(1)? else { continue };
            let hash = ScramHash::ALL.into_iter().find(|hash| hash.mechanism() == mechanism);
            // Keys of a hash that a newer version knows are for that version.
            let Some(hash) = hash else { continue };
            found.keys.push(ScramKeys {
                hash,
                salt: fields.bytes(2)?.to_vec(),
                iterations: fields.small_count(3)?,
                stored_key: fields.bytes(4)?.to_vec(),
                server_key: fields.bytes(5)?.to_vec(),
            });
        }
        Ok(credentials)
    }

    /// One account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account(&self, user: &BareJid) -> Result<Option<Account>, StoreError> {
        const WHAT: &str = "read an account";
        let sql = "SELECT account, disabled, created_ms, home FROM users WHERE account = $1";
        let row = self.optional(WHAT, query(sql).bind(user.as_str().to_owned())).await?;
        row.as_ref().map(|row| account(&Fields::new(WHAT, row))).transpose()
    }

    /// Accounts by address, those after `after`, at most `limit` and [`ACCOUNTS_PAGE_MAX_ROWS`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accounts(&self, after: Option<&BareJid>, limit: u32) -> Result<Vec<Account>, StoreError> {
        const WHAT: &str = "list accounts";
        let sql = "SELECT account, disabled, created_ms, home FROM users WHERE account > $1 ORDER BY account LIMIT $2";
        let after = after.map_or("", |user| user.as_str()).to_owned();
        let select = query(sql).bind(after).bind(i64::from(limit.min(ACCOUNTS_PAGE_MAX_ROWS)));
        let rows = self.rows(WHAT, select).await?;
        rows.iter().map(|row| account(&Fields::new(WHAT, row))).collect()
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_count(&self) -> Result<u64, StoreError> {
        const WHAT: &str = "count accounts";
        let row = self.optional(WHAT, query("SELECT COUNT(*) FROM users")).await?;
        row.map_or(Ok(0), |row| Fields::new(WHAT, &row).count(0))
    }
}

fn account(fields: &Fields<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        user: fields.bare_jid(0)?,
        disabled: fields.flag(1)?,
        created: fields.time(2)?,
        home: fields.home(3)?,
    })
}

/// Removes an account's rows from these tables; whether there were any in the last one.
async fn clear(
    connection: &mut AnyConnection,
    user: &BareJid,
    tables: impl Iterator<Item = &&'static str>,
) -> Result<bool, sqlx::Error> {
    let mut last = 0;
    for table in tables {
        let delete =
            query(AssertSqlSafe(format!("DELETE FROM {table} WHERE account = $1"))).bind(user.as_str());
        last = delete.execute(&mut *connection).await?.rows_affected();
    }
    Ok(last > 0)
}

async fn insert_keys(
    connection: &mut AnyConnection,
    user: &BareJid,
    keys: &[ScramKeys],
) -> Result<(), sqlx::Error> {
    for keys in keys {
        let sql = "INSERT INTO scram_keys (account, mechanism, salt, iterations, stored_key, server_key) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let insert = query(sql).bind(user.as_str()).bind(keys.hash.mechanism()).bind(keys.salt.as_slice());
        let insert = insert.bind(i64::from(keys.iterations)).bind(keys.stored_key.as_slice());
        insert.bind(keys.server_key.as_slice()).execute(&mut *connection).await?;
    }
    Ok(())
}
