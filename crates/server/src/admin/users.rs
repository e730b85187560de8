//! Accounts, as operators manage them.

use std::sync::Arc;

use everpresent_console::administration::{ImportFailure, ImportReport, NewUser, User, UserPage, UserQuery};
use everpresent_console::{Code, Password, Refusal, Time};
use everpresent_session::ids::SessionId;
use everpresent_session::reason::Reason;
use everpresent_session::record::Cause;
use everpresent_stanza::{BareJid, StreamCondition, StreamError};
use everpresent_store::accounts::AccountError;
use everpresent_stream::Credentials;
use everpresent_stream::scram::{ITERATIONS, SALT_BYTES};

use super::away;
use crate::assignment::{Assigner, check_removable};
use crate::home::{Ending, Home};
use crate::node::Node;
use crate::random;
use crate::signin::to_stored;

pub(super) async fn list(node: &Node, query: UserQuery) -> Result<UserPage, Refusal> {
    let after = query.after.as_deref().map(BareJid::new).transpose();
    let after = after.map_err(|error| Refusal::invalid(format!("after: {error}")))?;
    let limit = u32::try_from(query.limit).unwrap_or(u32::MAX);
    let accounts = node.store.accounts(after.as_ref(), limit).await.map_err(away)?;
    let total = node.store.account_count().await.map_err(away)?;
    let next =
        (accounts.len() == query.limit).then(|| accounts.last().map(|last| last.user.to_string())).flatten();
    let homes = node.seats.served();
    let sessions = |user: &BareJid| -> u64 {
        let of = |home: &Arc<Home>| home.enter(|state| state.owner.ledger().sessions_of(user).count());
        homes.iter().map(of).sum::<usize>() as u64
    };
    let shown = accounts.into_iter().map(|account| User {
        sessions: Some(sessions(&account.user)),
        jid: account.user.to_string(),
        enabled: !account.disabled,
        created: Time(account.created.0),
    });
    let users = shown.collect();
    Ok(UserPage { users, next, total })
}

pub(super) async fn create(node: &Node, user: BareJid, password: Password) -> Result<(), Refusal> {
    check_address(node, &user)?;
    let mut assigner = Assigner::at(&node.store, &node.name()).await?;
    create_at(node, user, password, &mut assigner).await
}

async fn create_at(
    node: &Node,
    user: BareJid,
    password: Password,
    assigner: &mut Assigner,
) -> Result<(), Refusal> {
    check_address(node, &user)?;
    let credentials = derive(password).await?;
    let now = node.clock.now().wall;
    // Taken on a copy first: an account that is not made counts nowhere.
    let mut counted = assigner.clone();
    let home = counted.next_home();
    node.store.create_account(&user, &home, &to_stored(&credentials), now).await.map_err(refusal)?;
    *assigner = counted;
    Ok(())
}

pub(super) async fn set_password(node: &Node, user: BareJid, password: Password) -> Result<(), Refusal> {
    let credentials = derive(password).await?;
    // Tokens that are recorded and not written yet must not outlive the password.
    flushed(node).await?;
    node.store.set_keys(&user, &to_stored(&credentials)).await.map_err(refusal)
}

pub(super) async fn set_enabled(node: &Node, user: BareJid, enabled: bool) -> Result<(), Refusal> {
    node.store.set_disabled(&user, !enabled).await.map_err(refusal)?;
    if !enabled {
        end_all(node, &user);
    }
    Ok(())
}

pub(super) async fn remove(node: &Node, user: BareJid) -> Result<(), Refusal> {
    check_removable(&node.store, &user).await?;
    node.store.set_disabled(&user, true).await.map_err(refusal)?;
    end_all(node, &user);
    flushed(node).await?;
    node.store.remove_account(&user).await.map_err(refusal)?;
    node.directory.forget(&user);
    for home in node.seats.served() {
        home.enter(|state| state.accounts.remove(&user));
    }
    Ok(())
}

pub(super) async fn import(node: &Node, users: Vec<NewUser>) -> Result<ImportReport, Refusal> {
    let mut report = ImportReport { created: 0, failed: Vec::new() };
    let mut assigner = Assigner::at(&node.store, &node.name()).await?;
    for (index, user) in users.into_iter().enumerate() {
        let made = match BareJid::new(&user.jid) {
            Ok(jid) => create_at(node, jid, user.password, &mut assigner).await,
            Err(error) => Err(Refusal::invalid(error.to_string())),
        };
        match made {
            Ok(()) => report.created += 1,
            Err(refusal) => {
                report.failed.push(ImportFailure { index, jid: user.jid, message: refusal.message });
            }
        }
    }
    Ok(report)
}

/// A user of this server has a name and one of its domains.
fn check_address(node: &Node, user: &BareJid) -> Result<(), Refusal> {
    if user.node().is_none() {
        return Err(Refusal::invalid("the address has no user name before an @"));
    }
    if !node.is_local(user) {
        return Err(Refusal::invalid(format!("{} is not a domain of this server", user.domain())));
    }
    Ok(())
}

/// The keys of a password; deriving them takes milliseconds of a core on purpose.
async fn derive(password: Password) -> Result<Credentials, Refusal> {
    password.check()?;
    let salt: [u8; SALT_BYTES] = random::bytes();
    let derived =
        tokio::task::spawn_blocking(move || Credentials::derive(password.expose(), &salt, ITERATIONS)).await;
    derived
        .map_err(|_| Refusal::unavailable("the password could not be prepared"))?
        .map_err(|error| Refusal::invalid(error.to_string()))
}

fn refusal(error: AccountError) -> Refusal {
    match error {
        AccountError::Exists => Refusal::new(Code::Exists, "there is an account of this address already"),
        AccountError::Missing => Refusal::not_found("there is no account of this address"),
        AccountError::Store(error) => away(error),
    }
}

/// What is recorded for accounts and not written yet must not come after what is written now.
async fn flushed(node: &Node) -> Result<(), Refusal> {
    for home in node.seats.served() {
        home.flushed().await.map_err(|away| Refusal::unavailable(away.to_string()))?;
    }
    Ok(())
}

fn end_all(node: &Node, user: &BareJid) {
    for home in node.seats.served() {
        let sessions: Vec<SessionId> =
            home.enter(|state| state.owner.ledger().sessions_of(user).map(|session| session.id).collect());
        for session in sessions {
            let error = StreamError::new(StreamCondition::NotAuthorized).with_text("the account was closed");
            home.end_session(session, Cause::Order, Reason::AccountClosed, Ending::Error(error));
        }
    }
}
