//! What can be done with accounts on the database alone.

use std::time::{SystemTime, UNIX_EPOCH};

use everpresent_console::administration::{ImportFailure, ImportReport, NewUser, User, UserPage, UserQuery};
use everpresent_console::{Code, Password, Refusal, Time};
use everpresent_server::assignment::{Assigner, check_removable};
use everpresent_server::signin::to_stored;
use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_stanza::BareJid;
use everpresent_store::{AccountError, Database, ScramKeys, StoreError};
use everpresent_stream::scram::{self, Credentials};

/// The accounts of the domains that are served.
pub(crate) struct Accounts {
    database: Database,
    domains: Vec<BareJid>,
    /// The node at which accounts are made.
    home: HomeName,
}

impl Accounts {
    pub(crate) fn new(database: Database, domains: Vec<BareJid>, home: HomeName) -> Self {
        Self { database, domains, home }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) async fn close(&self) {
        self.database.close().await;
    }

    pub(crate) async fn list_users(&self, query: UserQuery) -> Result<UserPage, Refusal> {
        let after = query.after.as_deref().map(account).transpose()?;
        let limit = u32::try_from(query.limit).unwrap_or(u32::MAX);
        let accounts = self.database.accounts(after.as_ref(), limit).await.map_err(broken)?;
        let last = accounts.last().map(|last| last.user.clone());
        let rest = match &last {
            Some(last) => self.database.accounts(Some(last), 1).await.map_err(broken)?,
            None => Vec::new(),
        };
        let next = last.filter(|_| !rest.is_empty()).map(|last| last.to_string());
        let users = accounts.into_iter().map(|account| User {
            jid: account.user.to_string(),
            enabled: !account.disabled,
            created: Time(account.created.0),
            sessions: None,
        });
        let total = self.database.account_count().await.map_err(broken)?;
        Ok(UserPage { users: users.collect(), next, total })
    }

    pub(crate) async fn create_user(&self, jid: BareJid, password: Password) -> Result<(), Refusal> {
        if !self.domains.iter().any(|domain| domain.domain() == jid.domain()) {
            let message = format!("{} is not served here: see `domains` in [node]", jid.domain());
            return Err(Refusal::invalid(message));
        }
        let mut assigner = Assigner::at(&self.database, &self.home).await?;
        let keys = keys(&password)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let created = Timestamp(i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
        let made = self.database.create_account(&jid, &assigner.next_home(), &keys, created).await;
        made.map_err(|error| refusal(error, &jid))
    }

    pub(crate) async fn set_password(&self, jid: BareJid, password: Password) -> Result<(), Refusal> {
        let keys = keys(&password)?;
        self.database.set_keys(&jid, &keys).await.map_err(|error| refusal(error, &jid))
    }

    pub(crate) async fn set_enabled(&self, jid: BareJid, enabled: bool) -> Result<(), Refusal> {
        self.database.set_disabled(&jid, !enabled).await.map_err(|error| refusal(error, &jid))
    }

    pub(crate) async fn remove_user(&self, jid: BareJid) -> Result<(), Refusal> {
        check_removable(&self.database, &jid).await?;
        self.database.remove_account(&jid).await.map_err(|error| refusal(error, &jid))
    }

    /// Makes what it can and names the rest. A database that does not answer ends it: the rest would fail likewise.
    pub(crate) async fn import_users(&self, users: Vec<NewUser>) -> Result<ImportReport, Refusal> {
        let mut report = ImportReport::default();
        for (index, user) in users.into_iter().enumerate() {
            let made = match account(&user.jid) {
                Ok(jid) => self.create_user(jid, user.password).await,
                Err(refusal) => Err(refusal),
            };
            match made {
                Ok(()) => report.created += 1,
                Err(refusal) if matches!(refusal.code, Code::Unavailable | Code::Internal) => {
                    return Err(refusal);
                }
                Err(refusal) => {
                    report.failed.push(ImportFailure { index, jid: user.jid, message: refusal.message });
                }
            }
        }
        Ok(report)
    }
}

fn account(text: &str) -> Result<BareJid, Refusal> {
    BareJid::new(text).map_err(|error| Refusal::invalid(format!("{text:?} is not an address: {error}")))
}

/// The salted keys of a password, for every hash function that a client may ask for.
fn keys(password: &Password) -> Result<Vec<ScramKeys>, Refusal> {
    password.check()?;
    let mut salt = [0; scram::SALT_BYTES];
    getrandom::fill(&mut salt)
        .map_err(|error| Refusal::new(Code::Internal, format!("no randomness: {error}")))?;
    let derived = Credentials::derive(password.expose(), &salt, scram::ITERATIONS);
    let derived = derived.map_err(|error| Refusal::invalid(error.to_string()))?;
    Ok(to_stored(&derived))
}

fn refusal(error: AccountError, jid: &BareJid) -> Refusal {
    match error {
        AccountError::Exists => Refusal::new(Code::Exists, format!("{jid} exists already")),
        AccountError::Missing => Refusal::not_found(format!("there is no user {jid}")),
        AccountError::Store(error) => broken(error),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an adapter for map_err")]
fn broken(error: StoreError) -> Refusal {
    let code = if error.retry_helps() { Code::Unavailable } else { Code::Internal };
    Refusal::new(code, error.to_string())
}
