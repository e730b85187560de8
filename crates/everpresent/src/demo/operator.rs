//! The operator's part: accounts and parameters on the database before the start; states, orders, sessions and their
//! balance through the admin API, as the commands do it.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use everpresent_console::administration::{AuditReport, HaParameterChange, HaStatus, SessionQuery};
use everpresent_link::pki::establish;
use everpresent_server::config::Config;
use everpresent_server::parameters;
use everpresent_server::signin::to_stored;
use everpresent_server::tls::ensure_self_signed;
use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_stanza::BareJid;
use everpresent_store::{AccountError, Database, ScramKeys};
use everpresent_stream::scram::{Credentials, ITERATIONS, SALT_BYTES};

use super::folder::{Folder, NODES};
use super::stage::DOMAIN;
use super::teller::Trouble;
use crate::failure::{Exit, Failure};
use crate::node::{Recovery, Sessions};

/// Most sessions that are asked for at once.
const SESSION_PAGE: usize = 1000;

/// An account to be made.
pub(super) struct NewAccount {
    pub(super) user: String,
    pub(super) node: usize,
    pub(super) keys: Vec<ScramKeys>,
}

/// Does operator's work on a thread that may block.
async fn ask<T: Send + 'static>(
    expected: &str,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Trouble> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(failure)) => Err(Trouble::new(expected, failure.message)),
        Err(error) => Err(Trouble::new(expected, error.to_string())),
    }
}

/// Makes the certificates: one for each node, of a cluster of their own, and one that both show to clients. Those of an
/// earlier run stay.
///
/// # Errors
/// When they cannot be made.
pub(super) fn certificates(folder: &Folder, config: &Config) -> Result<(), Trouble> {
    let failed = |error: String| Trouble::new("the nodes get certificates", error);
    let [first, second] = [folder.cluster(0), folder.cluster(1)];
    let is_equipped = |dir: &Path| dir.join(everpresent_link::pki::NODE_KEY).exists();
    if !is_equipped(&first) || !is_equipped(&second) {
        // Half a cluster is of no use: an earlier run ended in between.
        for dir in [&first, &second].into_iter().filter(|dir| dir.exists()) {
            std::fs::remove_dir_all(dir).map_err(|error| failed(error.to_string()))?;
        }
        let now = SystemTime::now();
        let authority = establish(&first, NODES[0], now).map_err(|error| failed(error.to_string()))?;
        authority.equip(&second, NODES[1], now).map_err(|error| failed(error.to_string()))?;
    }
    let made = ensure_self_signed(&folder.certificate(), &folder.key(), &config.node.domains);
    made.map(drop).map_err(|error| failed(error.to_string()))
}

/// The salted keys of a password. One salt serves a whole crowd with one password, so that it costs no more than one
/// person.
///
/// # Errors
/// When the password cannot be used.
pub(super) fn keys(password: &str, salt: &[u8; SALT_BYTES]) -> Result<Vec<ScramKeys>, Trouble> {
    let derived = Credentials::derive(password, salt, ITERATIONS);
    let derived = derived.map_err(|error| Trouble::new("keys of a password", error.to_string()))?;
    Ok(to_stored(&derived))
}

/// Sets the preset `lan` and makes the accounts that are missing, each on its node, on the database: no node runs yet.
/// Those that exist get their keys anew if `renew`. Returns how many are new.
pub(super) async fn prepare(config: &Config, accounts: &[NewAccount], renew: bool) -> Result<usize, Trouble> {
    let failed = |error: String| Trouble::new("the database is prepared", error);
    let database = Database::open(config.database.url.expose()).await;
    let database = database.map_err(|error| failed(error.to_string()))?;
    let lan = HaParameterChange { preset: Some("lan".to_owned()), ..HaParameterChange::default() };
    let set = parameters::change(&database, lan).await;
    let made = match set {
        Ok(_) => make(&database, accounts, renew).await.map_err(|error| failed(error.to_string())),
        Err(refusal) => Err(failed(refusal.message)),
    };
    database.close().await;
    made
}

async fn make(database: &Database, accounts: &[NewAccount], renew: bool) -> Result<usize, AccountError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp(i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
    let mut made = 0;
    for NewAccount { user, node, keys } in accounts {
        let Ok(user) = BareJid::new(&format!("{user}@{DOMAIN}")) else { continue };
        let home = HomeName::new(NODES[*node]);
        match database.create_account(&user, &home, keys, now).await {
            Ok(()) => made += 1,
            Err(AccountError::Exists) if renew => database.set_keys(&user, keys).await?,
            Err(AccountError::Exists) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(made)
}

/// Lets the nodes take over from each other.
pub(super) async fn enable(config: &Config) -> Result<(), Trouble> {
    let config = config.clone();
    ask("high availability is enabled", move || Recovery::of(&config)?.enable(None)).await
}

/// Orders that a node takes its users back.
pub(super) async fn fallback(config: &Config, node: usize) -> Result<(), Trouble> {
    let config = config.clone();
    ask("the order to fall back is taken", move || Recovery::of(&config)?.fallback(NODES[node])).await
}

/// The states of both nodes, as the one of this configuration sees them.
pub(super) async fn status(config: &Config) -> Result<HaStatus, Trouble> {
    let config = config.clone();
    ask("the states of the nodes", move || Recovery::of(&config)?.status()).await
}

/// Ends what sessions an earlier run has left on a node, so that the story begins with nobody there.
pub(super) async fn end_sessions(config: &Config) -> Result<(), Trouble> {
    let config = config.clone();
    ask("old sessions are ended", move || {
        let sessions = Sessions::of(&config)?;
        let query = SessionQuery { limit: SESSION_PAGE, ..SessionQuery::default() };
        loop {
            let page = sessions.list(&query)?;
            if page.sessions.is_empty() {
                return Ok(());
            }
            for session in page.sessions {
                match sessions.end(&session.jid) {
                    Err(failure) if failure.exit != Exit::Refused => return Err(failure),
                    // Refused: it has ended meanwhile.
                    _ => {}
                }
            }
        }
    })
    .await
}

/// Counts transports, sessions and presences against each other.
pub(super) async fn audit(config: &Config) -> Result<AuditReport, Trouble> {
    let config = config.clone();
    ask("an audit of the sessions", move || Sessions::of(&config)?.audit()).await
}

/// How many sessions there are on a node.
pub(super) async fn session_count(config: &Config) -> Result<u64, Trouble> {
    let config = config.clone();
    let query = SessionQuery { limit: 1, ..SessionQuery::default() };
    ask("a list of the sessions", move || Ok(Sessions::of(&config)?.list(&query)?.total)).await
}
