//! Looking up what a sign-in is checked against, and slowing down whoever guesses.

use std::net::IpAddr;

use everpresent_session::ids::RecordNumber;
use everpresent_session::record::{Cause, Effect};
use everpresent_session::row::Row;
use everpresent_stanza::BareJid;
use everpresent_store::accounts;
use everpresent_stream::negotiation::Input;
use everpresent_stream::sasl::Password;
use everpresent_stream::scram::verify_password;
use everpresent_stream::{Credentials, ScramHash, ScramKeys};
use tokio::sync::Semaphore;

use crate::home::Home;
use crate::node::Node;

/// How many passwords are checked at once: each keeps a core busy for milliseconds.
static VERIFICATIONS: Semaphore = Semaphore::const_new(2);

/// The credentials of a user who wants to sign in. A user who does not exist has none, and a negotiation that does not
/// show it.
pub async fn credentials(node: &Node, peer: IpAddr, user: &BareJid) -> Input {
    if is_throttled(node, peer, user) {
        return Input::Unavailable;
    }
    match node.store.credentials(user).await {
        Ok(Some(stored)) if !stored.disabled => Input::Credentials(from_stored(&stored).map(Box::new)),
        Ok(_) => Input::Credentials(None),
        Err(error) => unavailable(&error),
    }
}

/// The tokens of a client installation that wants to sign in with one.
///
/// `home` is that of the user, if it is served here; else its owner has been asked already to write what it has.
pub async fn tokens(
    node: &Node,
    home: Option<&Home>,
    peer: IpAddr,
    user: &BareJid,
    user_agent: &str,
) -> Input {
    // Tokens are random: there is nothing to guess, so the account's own clients are not made to wait for others' guesses.
    if node.throttle.refuses_address(node.clock.moment(), peer) {
        return Input::Unavailable;
    }
    // A token that was handed out a moment ago may not be written yet.
    if let Some(home) = home
        && home.flushed().await.is_err()
    {
        return Input::Unavailable;
    }
    match node.store.credentials(user).await {
        Ok(Some(stored)) if !stored.disabled => {}
        Ok(_) => return Input::Tokens(Vec::new()),
        Err(error) => return unavailable(&error),
    }
    match node.store.tokens(user, user_agent).await {
        Ok(tokens) => Input::Tokens(tokens),
        Err(error) => unavailable(&error),
    }
}

/// Whose tokens these are.
pub fn user_of(rows: &[Row]) -> Option<BareJid> {
    rows.iter().find_map(|row| match row {
        Row::Token(token) => Some(token.user.clone()),
        Row::TokenGone { user, .. } => Some(user.clone()),
        _ => None,
    })
}

/// Records changes of tokens; the record to wait for, or nothing if the home is served here no more.
pub fn store_tokens(home: &Home, rows: Vec<Row>) -> Option<RecordNumber> {
    let now = home.node.clock.now();
    home.record(|state| {
        let mut transaction = state.owner.begin(now, Cause::Transport);
        for row in rows {
            transaction.effect(Effect::Store(row));
        }
        state.commit(transaction)
    })
}

/// Checks a password, on a thread for computing.
pub async fn verify(credentials: Box<Credentials>, password: Password) -> bool {
    let Ok(_permit) = VERIFICATIONS.acquire().await else { return false };
    tokio::task::spawn_blocking(move || verify_password(&credentials, password.as_str()))
        .await
        .unwrap_or(false)
}

fn is_throttled(node: &Node, peer: IpAddr, user: &BareJid) -> bool {
    let moment = node.clock.moment();
    let throttled =
        node.throttle.refuses_address(moment, peer) || node.throttle.refuses_account(moment, user);
    if throttled {
        metrics::counter!("everpresent_signins_throttled_total").increment(1);
    }
    throttled
}

fn unavailable(error: &everpresent_store::StoreError) -> Input {
    tracing::warn!(%error, "a sign-in could not be checked");
    Input::Unavailable
}

fn from_stored(stored: &accounts::Credentials) -> Option<Credentials> {
    let of = |hash: ScramHash| {
        let keys = stored.keys.iter().find(|keys| keys.hash == to_stored_hash(hash))?;
        Some(ScramKeys {
            salt: keys.salt.clone(),
            iterations: keys.iterations,
            stored_key: keys.stored_key.clone(),
            server_key: keys.server_key.clone(),
        })
    };
    Some(Credentials {
        sha1: of(ScramHash::Sha1)?,
        sha256: of(ScramHash::Sha256)?,
        sha512: of(ScramHash::Sha512)?,
    })
}

/// The keys of a password as the database keeps them.
pub fn to_stored(credentials: &Credentials) -> Vec<accounts::ScramKeys> {
    let all = [
        (ScramHash::Sha1, &credentials.sha1),
        (ScramHash::Sha256, &credentials.sha256),
        (ScramHash::Sha512, &credentials.sha512),
    ];
    let stored = all.map(|(hash, keys)| accounts::ScramKeys {
        hash: to_stored_hash(hash),
        salt: keys.salt.clone(),
        iterations: keys.iterations,
        stored_key: keys.stored_key.clone(),
        server_key: keys.server_key.clone(),
    });
    stored.into()
}

fn to_stored_hash(hash: ScramHash) -> accounts::ScramHash {
    match hash {
        ScramHash::Sha1 => accounts::ScramHash::Sha1,
        ScramHash::Sha256 => accounts::ScramHash::Sha256,
        ScramHash::Sha512 => accounts::ScramHash::Sha512,
    }
}
