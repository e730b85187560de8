//! Coming back to a session (XEP-0198 §5).

use std::sync::Arc;

use everpresent_session::ids::{RecordNumber, SessionId};
use everpresent_session::owner::{ResumeRefusal, TransportId};
use everpresent_stanza::{BareJid, FullJid, StreamCondition, StreamError};

use crate::home::{Ending, Home, Line};

/// A session that goes on with a new connection. Its client is told when `record` is confirmed.
#[derive(Debug)]
pub struct ResumedSession {
    /// Its id.
    pub session: SessionId,
    /// Its address.
    pub jid: FullJid,
    /// The record to wait for.
    pub record: RecordNumber,
}

/// Why a session does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotResumed {
    /// `item-not-found`, with the count if it is known.
    Gone(Option<u32>),
    /// The home is served here no more: the client is told nothing and comes again.
    NotServed,
    /// The client claims to have more than it was sent: the stream ends.
    TooHigh {
        /// What the client said.
        h: u32,
        /// What it was sent.
        sent: u32,
    },
}

impl Home {
    /// Gives a session to a connection of its user. The connection that held it ends with `conflict`.
    ///
    /// # Errors
    /// See [`NotResumed`].
    pub fn resume(
        &self,
        user: &BareJid,
        id: &str,
        h: u32,
        transport: TransportId,
        line: Arc<Line>,
    ) -> Result<ResumedSession, NotResumed> {
        let Some(session) = SessionId::parse(id) else { return Err(NotResumed::Gone(None)) };
        let now = self.node.clock.now();
        let resumed = self.serving(|state| {
            let resumed = state.owner.resume(now, user, session, h, transport);
            if matches!(resumed, Err(ResumeRefusal::Gone { .. }))
                && state.owner.ledger().session(session).is_some()
            {
                state.left_behind.insert(session);
            }
            let resumed = resumed?;
            if let Some(displaced) = resumed.displaced {
                let conflict = StreamError::new(StreamCondition::Conflict)
                    .with_text("the session was resumed elsewhere");
                state.transports.end(displaced, Ending::Error(conflict));
            }
            state.transports.add(transport, session, line);
            Ok(resumed)
        });
        match resumed.ok_or(NotResumed::NotServed)? {
            Ok(resumed) => {
                metrics::counter!("everpresent_sessions_resumed_total").increment(1);
                Ok(ResumedSession { session, jid: resumed.jid, record: resumed.record })
            }
            Err(ResumeRefusal::Unknown) => Err(NotResumed::Gone(None)),
            Err(ResumeRefusal::Gone { h }) => Err(NotResumed::Gone(Some(h))),
            Err(ResumeRefusal::TooHigh(error)) => Err(NotResumed::TooHigh { h: error.h, sent: error.sent }),
            Err(ResumeRefusal::Broken) => {
                self.node.stop_broken("a resume did not fit the ledger".into());
                Err(NotResumed::NotServed)
            }
        }
    }

    /// How many of a client's stanzas are handled and confirmed.
    pub fn confirmed_handled(&self, session: SessionId) -> u32 {
        self.enter(|state| state.owner.confirmed_handled(session)).unwrap_or_default()
    }
}
