//! Binding a resource: a session begins (RFC 6120 §7, XEP-0386).

use std::sync::Arc;
use std::time::Duration;

use everpresent_session::ids::{RecordNumber, SessionId};
use everpresent_session::ledger::Misfit;
use everpresent_session::owner::{Transaction, TransportId};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect, Flag, Opening};
use everpresent_session::session::ClientState;
use everpresent_stanza::{StreamCondition, StreamError};
use everpresent_stream::bind::{BindError, BindRequest, Bound};
use everpresent_stream::management::Enabled;

use super::end::{close, end};
use crate::home::{Ending, Home, HomeState, Line};
use crate::random;

/// A session that was bound. Its client is told when `record` is confirmed.
#[derive(Debug)]
pub struct BoundSession {
    /// Its id.
    pub session: SessionId,
    /// The record to wait for.
    pub record: RecordNumber,
    /// What the client is told.
    pub bound: Bound,
}

impl Home {
    /// Opens a session for a client that signed in. From then on the connection holds it.
    ///
    /// # Errors
    /// When the user has as many sessions as allowed, or the node is stopping.
    pub async fn bind(
        &self,
        request: &BindRequest,
        transport: TransportId,
        line: Arc<Line>,
    ) -> Result<BoundSession, BindError> {
        let user = request.jid.to_bare();
        match self.load(&user).await {
            Ok(true) => {}
            Ok(false) => return Err(BindError::NotAllowed),
            Err(_) => return Err(BindError::Internal),
        }
        if let Err(error) = self.know_contacts(std::slice::from_ref(&user)).await {
            tracing::warn!(%error, "the homes of a user's contacts could not be read");
            return Err(BindError::Internal);
        }
        let session = SessionId(random::id());
        let now = self.node.clock.now();
        let recorded = self.record(|state| {
            // An operator assigned the user to another home a moment ago: the client finds it there.
            if state.accounts.get(&user).is_none() {
                return Ok(Err(BindError::Internal));
            }
            let most = self.node.config.limits.sessions_per_user;
            let Some(replaced) = predecessors(state, request, most) else {
                return Ok(Err(BindError::ResourceConstraint));
            };
            // Each end is a record of its own: it may send something to sessions that end next.
            for old in replaced.elsewhere {
                let mut transaction = state.owner.begin(now, Cause::Client(session));
                end(state, &mut transaction, old, Reason::Replaced, Ending::Error(signed_in_anew()));
                state.commit(transaction)?;
            }
            let mut transaction = state.owner.begin(now, Cause::Client(session));
            self.open(&mut transaction, session, request);
            if let Some(old) = replaced.same_address {
                transaction.effect(Effect::Inherited { session, from: old });
                close(state, &mut transaction, old, Reason::Replaced, Ending::Error(signed_in_anew()));
            }
            let number = state.commit(transaction)?;
            state.owner.attach(session, transport);
            state.transports.add(transport, session, line);
            Ok::<_, Misfit>(Ok(number))
        });
        let record: RecordNumber = recorded.ok_or(BindError::Internal)??;
        metrics::counter!("everpresent_sessions_opened_total").increment(1);
        let enabled = request.enable.as_ref().map(|_| self.enabled(session, self.resume_time(request)));
        Ok(BoundSession {
            session,
            record,
            bound: Bound { jid: request.jid.clone(), enabled, inline: Vec::new() },
        })
    }

    fn open(&self, transaction: &mut Transaction, session: SessionId, request: &BindRequest) {
        transaction.effect(Effect::Opened(Opening {
            session,
            jid: request.jid.clone(),
            user_agent: request.user_agent.id.clone(),
            at: transaction.now().wall,
            reason: Reason::SignedIn,
            handled: 0,
        }));
        if request.enable.is_some() {
            transaction.effect(Effect::Managed { session, resume: self.resume_time(request) });
        }
        if request.carbons {
            transaction.effect(Effect::Flag { session, flag: Flag::Carbons(true) });
        }
        if request.inactive {
            transaction.effect(Effect::Flag { session, flag: Flag::ClientState(ClientState::Inactive) });
        }
    }

    /// How long the session of this request may be without a connection.
    fn resume_time(&self, request: &BindRequest) -> Option<Duration> {
        let enable = request.enable.as_ref()?;
        enable.resume.then_some(self.node.config.session.resume)
    }

    /// The answer to `<enable/>`.
    pub fn enabled(&self, session: SessionId, resume: Option<Duration>) -> Enabled {
        Enabled {
            id: resume.map(|_| session.to_string()),
            max_seconds: resume.map(|time| u32::try_from(time.as_secs()).unwrap_or(u32::MAX)),
        }
    }
}

/// The sessions that a new one replaces.
#[derive(Debug, Default)]
struct Predecessors {
    /// The one whose address it takes.
    same_address: Option<SessionId>,
    /// Others of the same client installation, and those that make room for it.
    elsewhere: Vec<SessionId>,
}

/// The sessions that this one replaces: of the same address, or of the same client installation. If the user has `most`
/// others, those that have waited longest for a client make room, so that nobody is locked out by what a broken client
/// left behind; nothing if there are not enough of them.
fn predecessors(state: &HomeState, request: &BindRequest, most: usize) -> Option<Predecessors> {
    let mut replaced = Predecessors::default();
    let (mut staying, mut waiting) = (0, Vec::new());
    for session in state.owner.ledger().sessions_of(&request.jid.to_bare()) {
        let installation = session.user_agent.is_some() && session.user_agent == request.user_agent.id;
        if session.jid == request.jid {
            replaced.same_address = Some(session.id);
        } else if installation {
            replaced.elsewhere.push(session.id);
        } else {
            staying += 1;
            waiting.extend(state.owner.deadline(session.id).map(|deadline| (deadline, session.id)));
        }
    }
    let surplus = (staying + 1_usize).saturating_sub(most);
    if surplus > waiting.len() {
        return None;
    }
    waiting.sort_by_key(|(deadline, _)| *deadline);
    replaced.elsewhere.extend(waiting.into_iter().take(surplus).map(|(_, session)| session));
    Some(replaced)
}

fn signed_in_anew() -> StreamError {
    StreamError::new(StreamCondition::Conflict).with_text("the same client signed in anew")
}
