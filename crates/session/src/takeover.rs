//! Beginning to serve a home that somebody served before: with the replica that its owner kept up to date, or with what
//! the database holds.

use std::time::Duration;

use bytes::Bytes;

use crate::ids::{Epoch, HomeName, LedgerId, SessionId};
use crate::ledger::{Ledger, Misfit};
use crate::owner::{Owner, Transaction};
use crate::reason::Reason;
use crate::record::{Cause, Effect, Opening};
use crate::row::{HeadRow, RouteRow};
use crate::session::Presence;
use crate::time::Now;

/// What the database holds of a home's sessions.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// A head for each session.
    pub heads: Vec<HeadRow>,
    /// Stanzas that wait in channels to other homes, oldest first.
    pub routes: Vec<RouteRow>,
}

/// Goes on with a replica that was complete: every session is there, can be resumed, and has its full time anew.
/// `written_heads` are the sessions whose heads the database may hold; `relogin` is how long a session waits that cannot
/// be resumed.
///
/// # Errors
/// [`Misfit`] when the ledger's own order is broken.
pub fn with_replica(
    replica: Ledger,
    epoch: Epoch,
    written_heads: impl IntoIterator<Item = SessionId>,
    relogin: Duration,
    now: Now,
) -> Result<Owner, Misfit> {
    let mut owner = Owner::new(replica.continue_under(epoch), written_heads);
    let mut transaction = owner.begin(now, Cause::Takeover);
    for session in owner.ledger().sessions() {
        let (session, wait) = (session.id, session.resume.unwrap_or(relogin));
        transaction.effect(Effect::Detached { session, wait, reason: Reason::Adopted });
    }
    owner.commit(transaction)?;
    Ok(owner)
}

/// Begins with what the database holds: sessions cannot be resumed, but contacts see no change until their clients are
/// back or did not come within `relogin`, and a failed resume is told its exact count. `priority` reads the priority of
/// a presence stanza.
///
/// # Errors
/// [`Misfit`] when two heads are of the same session.
pub fn with_heads(
    home: HomeName,
    ledger: LedgerId,
    epoch: Epoch,
    stored: Stored,
    (relogin, priority): (Duration, impl Fn(&Bytes) -> i8),
    now: Now,
) -> Result<Owner, Misfit> {
    let ledger = Ledger::new(home, ledger, epoch);
    let mut owner = Owner::new(ledger, stored.heads.iter().map(|head| head.session));
    let mut transaction = owner.begin(now, Cause::Takeover);
    for head in stored.heads {
        let presence = head.presence.clone().map(|stanza| {
            let priority = priority(&stanza);
            Presence { stanza, priority, at: now.wall }
        });
        open_from_head(&mut transaction, head, presence, relogin);
    }
    for RouteRow { id, to, stanza } in stored.routes {
        transaction.effect(Effect::Route { to, id, stanza, written: true });
    }
    owner.commit(transaction)?;
    Ok(owner)
}

fn open_from_head(
    transaction: &mut Transaction,
    head: HeadRow,
    presence: Option<Presence>,
    relogin: Duration,
) {
    let session = head.session;
    transaction.effect(Effect::Opened(Opening {
        session,
        jid: head.jid,
        user_agent: head.user_agent,
        at: head.opened,
        reason: Reason::Adopted,
        handled: head.handled,
    }));
    if presence.is_some() {
        transaction.effect(Effect::Presence { session, presence });
    }
    for to in head.directed {
        transaction.effect(Effect::Directed { session, to, available: true });
    }
    transaction.effect(Effect::Detached { session, wait: relogin, reason: Reason::Adopted });
}
