//! The operator's part: accounts, sessions and their balance, through the admin API as the commands do it.

use everpresent_console::Password;
use everpresent_console::administration::{AuditReport, SessionQuery};
use everpresent_server::config::Config;
use everpresent_stanza::BareJid;

use super::folder::Account;
use super::teller::Trouble;
use crate::failure::{Exit, Failure};
use crate::node::{Node, Sessions};

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

/// Makes the accounts that are missing. Of those that exist the passwords are set if `renew`. Returns how many are new.
pub(super) async fn accounts(
    config: &Config,
    accounts: &[Account],
    domain: &str,
    renew: bool,
) -> Result<usize, Trouble> {
    let (config, accounts, domain) = (config.clone(), accounts.to_vec(), domain.to_owned());
    ask("the accounts are made", move || {
        let node = Node::of(&config)?;
        let mut made = 0;
        for Account { user, password } in &accounts {
            let jid = BareJid::new(&format!("{user}@{domain}"));
            let jid = jid.map_err(|error| Failure::failed(error.to_string()))?;
            match node.create_user(jid.clone(), Password::new(password.clone())) {
                Ok(()) => made += 1,
                Err(failure) if failure.exit == Exit::Refused && renew => {
                    node.set_password(jid, Password::new(password.clone()))?;
                }
                Err(failure) if failure.exit == Exit::Refused => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(made)
    })
    .await
}

/// Ends what sessions of these accounts an earlier run has left, so that the story begins with nobody there.
pub(super) async fn end_sessions(config: &Config, accounts: &[Account], domain: &str) -> Result<(), Trouble> {
    let config = config.clone();
    let addresses: Vec<String> =
        accounts.iter().map(|account| format!("{}@{domain}", account.user)).collect();
    ask("old sessions are ended", move || {
        let sessions = Sessions::of(&config)?;
        for address in addresses {
            match sessions.end(&address) {
                Err(failure) if failure.exit != Exit::Refused => return Err(failure),
                // Refused: there was none.
                _ => {}
            }
        }
        Ok(())
    })
    .await
}

/// Counts transports, sessions and presences against each other.
pub(super) async fn audit(config: &Config) -> Result<AuditReport, Trouble> {
    let config = config.clone();
    ask("an audit of the sessions", move || Sessions::of(&config)?.audit()).await
}

/// How many sessions there are.
pub(super) async fn session_count(config: &Config) -> Result<u64, Trouble> {
    let config = config.clone();
    let query = SessionQuery { limit: 1, ..SessionQuery::default() };
    ask("a list of the sessions", move || Ok(Sessions::of(&config)?.list(&query)?.total)).await
}
