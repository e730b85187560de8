//! Beginning to serve a home: the claim, and the sessions that another process knew.

use std::collections::BTreeSet;
use std::time::Duration;

use everpresent_presence::resource::priority;
use everpresent_session::ids::{Epoch, HomeName, Incarnation, LedgerId};
use everpresent_session::ledger::Ledger;
use everpresent_session::owner::{Owner, Transaction};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect, Opening};
use everpresent_session::row::HeadRow;
use everpresent_session::session::Presence;
use everpresent_session::time::Now;
use everpresent_stanza::{BareJid, ns, parse_stanza};
use everpresent_store::{Database, HomeRow, StoreError};

use crate::node::Node;
use crate::random;
use crate::start::StartError;

/// The longest wait that a client is asked for before a fresh sign-in: until then its contacts see no change.
pub const RELOGIN_UPPER_LIMIT: Duration = Duration::from_secs(537);

/// Claims the home for this process: whatever another one does under an earlier epoch is refused from now on. With one
/// node in the group nobody else can be owner, so the claim waits for nothing.
///
/// # Errors
/// When the database does not answer, or another process claims at the same moment.
pub async fn claim(
    store: &Database,
    home: &HomeName,
    node: &str,
    incarnation: Incarnation,
) -> Result<Epoch, StartError> {
    let claimed = match store.read_home(home).await? {
        Some(row) => {
            let claimed = HomeRow {
                owner: node.to_owned(),
                incarnation: Some(incarnation),
                epoch: Epoch(row.epoch.0 + 1),
                beat: row.beat + 1,
                replica: None,
                ..row.clone()
            };
            store.swap_home(&row, &claimed).await?.then_some(claimed.epoch)
        }
        None => {
            let row = HomeRow {
                home: home.clone(),
                owner: node.to_owned(),
                incarnation: Some(incarnation),
                epoch: Epoch(1),
                beat: 1,
                replica: None,
                grant_seconds: 0,
            };
            store.insert_home(&row).await?.then_some(row.epoch)
        }
    };
    claimed.ok_or_else(|| StartError::Contested(home.clone()))
}

/// The home's sessions as the database knows them: they cannot be resumed, but contacts see no change until their
/// clients are back or did not come in time, and a failed resume is told its exact count.
///
/// # Errors
/// When the database does not answer.
pub async fn owner(store: &Database, home: &HomeName, epoch: Epoch, now: Now) -> Result<Owner, StartError> {
    let heads = store.heads(home).await?;
    let ledger = Ledger::new(home.clone(), LedgerId(random::id()), epoch);
    let mut owner = Owner::new(ledger, heads.iter().map(|head| head.session));
    if !heads.is_empty() {
        tracing::info!(sessions = heads.len(), "sessions from before the start wait for their clients");
        let mut transaction = owner.begin(now, Cause::Takeover);
        for head in heads {
            adopt(&mut transaction, head);
        }
        if let Err(misfit) = owner.commit(transaction) {
            tracing::error!(%misfit, "sessions from before the start could not be adopted");
        }
    }
    Ok(owner)
}

fn adopt(transaction: &mut Transaction, head: HeadRow) {
    let session = head.session;
    transaction.effect(Effect::Opened(Opening {
        session,
        jid: head.jid,
        user_agent: head.user_agent,
        at: head.opened,
        reason: Reason::Adopted,
        handled: head.handled,
    }));
    if let Some(stanza) = head.presence {
        let text = parse_stanza(&stanza).ok().and_then(|stanza| stanza.child_text("priority", ns::CLIENT));
        let presence = Presence { stanza, priority: priority(text.as_deref()), at: transaction.now().wall };
        transaction.effect(Effect::Presence { session, presence: Some(presence) });
    }
    for to in head.directed {
        transaction.effect(Effect::Directed { session, to, available: true });
    }
    transaction.effect(Effect::Detached { session, wait: RELOGIN_UPPER_LIMIT, reason: Reason::Adopted });
}

/// Brings the accounts of all adopted sessions into memory: whoever has a session is always there.
///
/// # Errors
/// When the database does not answer.
pub async fn load_accounts(node: &Node) -> Result<(), StoreError> {
    let users: BTreeSet<BareJid> = node
        .home
        .enter(|state| state.owner.ledger().sessions().map(|session| session.jid.to_bare()).collect());
    for user in users {
        node.load_stored(&user).await?;
    }
    Ok(())
}
