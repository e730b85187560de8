//! Beginning to serve a home: its sessions, its accounts, and the tasks that go with it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use everpresent_presence::resource::priority;
use everpresent_session::ids::LedgerId;
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::Owner;
use everpresent_session::takeover::{self, Stored};
use everpresent_stanza::{BareJid, ns, parse_stanza};
use everpresent_store::{Fence, StoreError};
use thiserror::Error;

use super::replicate::replicate_forever;
use super::{Seat, Tenure};
use crate::home::Home;
use crate::node::Node;
use crate::pair::Told;
use crate::random;

/// How long to wait before a takeover that failed is tried again.
const RETRY: Duration = Duration::from_millis(50);

/// After so long the recovery manager is told that a takeover does not succeed.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(10);

/// What a new owner begins with.
#[derive(Debug)]
pub(super) enum Basis {
    /// The replica that the last owner kept complete.
    Replica(Ledger),
    /// This process's own ledger: nobody has served the home since.
    Kept(Ledger),
    /// What the database holds.
    Heads,
}

/// Why a takeover failed.
#[derive(Debug, Error)]
enum Failed {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the sessions do not fit together: {0}")]
    Misfit(#[from] everpresent_session::ledger::Misfit),
    #[error("what the last owner left could not be written: {0}")]
    Away(#[from] crate::home::Away),
}

/// Takes the home over and puts it into service; tries until it succeeds or the tenure is over.
pub(super) async fn take_over(
    node: Arc<Node>,
    seat: Arc<Seat>,
    fence: Fence,
    tenure: Arc<Tenure>,
    basis: Basis,
) {
    let began = node.clock.moment();
    let hold = node.admission.hold();
    let mut given_up = false;
    let owner = loop {
        match owner(&node, &fence, &basis).await {
            Ok(owner) => break owner,
            Err(error) => {
                tracing::warn!(%error, home = fence.home.as_str(), "a takeover is tried again");
                // It is still tried: whoever owns the home serves it as soon as it can.
                if !given_up && node.clock.moment().since(began) >= GIVEN_UP_AFTER {
                    given_up = true;
                    node.pair.tell(Told::NotTaken(fence.home.clone(), error.to_string())).await;
                }
            }
        }
        tokio::time::sleep(RETRY).await;
    };
    let (epoch, sessions) = (fence.epoch, owner.ledger().sessions().len());
    let taken_over = (sessions > 0 && !matches!(basis, Basis::Kept(_))).then_some(began);
    let home = Arc::new(Home::new(node.clone(), fence, tenure, owner, taken_over));
    in_service(&home, "writes to the database", crate::home::commit_forever(home.clone()));
    while let Err(error) = load_accounts(&home).await {
        tracing::warn!(%error, home = home.name().as_str(), "accounts are read again");
        tokio::time::sleep(RETRY).await;
    }
    let took = node.clock.moment().since(began);
    let took_milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(home = home.name().as_str(), %epoch, sessions, took_milliseconds, "home served");
    in_service(&home, "sends records to the partner", replicate_forever(home.clone()));
    in_service(&home, "sends to other homes", crate::channels::send_forever(home.clone()));
    seat.serve(Some(home));
    drop(hold);
}

/// Runs a task of a home. One that crashes leaves the home half done: the process gives up, and the partner goes on.
fn in_service(home: &Arc<Home>, what: &'static str, task: impl Future<Output = ()> + Send + 'static) {
    let (home, task) = (home.clone(), tokio::spawn(task));
    tokio::spawn(async move {
        if task.await.is_err_and(|error| error.is_panic()) {
            home.node.stop_broken(format!("what {what} for home {} crashed", home.name()));
        }
    });
}

async fn owner(node: &Node, fence: &Fence, basis: &Basis) -> Result<Owner, Failed> {
    let now = node.clock.now();
    let heads = node.store.heads(&fence.home).await?;
    match basis {
        Basis::Replica(ledger) | Basis::Kept(ledger) => {
            let written = heads.iter().map(|head| head.session);
            let hold = node.relogin_hold(ledger.sessions().len());
            Ok(takeover::with_replica(ledger.clone(), fence.epoch, written, hold, now)?)
        }
        Basis::Heads => {
            let routes = node.store.routes(&fence.home).await?;
            let hold = node.relogin_hold(heads.len());
            let stored = Stored { heads, routes };
            let id = LedgerId(random::id());
            let rest = (hold, priority_of);
            Ok(takeover::with_heads(fence.home.clone(), id, fence.epoch, stored, rest, now)?)
        }
    }
}

fn priority_of(presence: &Bytes) -> i8 {
    let text = parse_stanza(presence).ok().and_then(|stanza| stanza.child_text("priority", ns::CLIENT));
    priority(text.as_deref())
}

/// Brings the accounts of all sessions into memory: whoever has a session is always there.
async fn load_accounts(home: &Home) -> Result<(), Failed> {
    // What the last owner left to be written is part of what is read.
    home.flushed().await?;
    let users: BTreeSet<BareJid> =
        home.enter(|state| state.owner.ledger().sessions().map(|session| session.jid.to_bare()).collect());
    let users: Vec<BareJid> = users.into_iter().collect();
    for (user, stored) in home.node.store.account_states(&users).await? {
        let account = home.account(&user, stored);
        home.enter(|state| state.accounts.insert(user, account));
    }
    home.know_contacts(&users).await?;
    Ok(())
}
