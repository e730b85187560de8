//! What a client switches on or off in its session.

use everpresent_session::ids::SessionId;
use everpresent_session::owner::TransportId;
use everpresent_session::record::{Cause, Effect, Flag};
use everpresent_session::session::ClientState;
use everpresent_stream::management::Enabled;

use crate::home::Home;

impl Home {
    /// Turns stream management on (XEP-0198 §3), and waits until that is confirmed; nothing if it is on already or the connection lost the session.
    pub async fn enable_management(
        &self,
        session: SessionId,
        transport: TransportId,
        resume: bool,
    ) -> Option<Enabled> {
        let now = self.node.clock.now();
        let resume = resume.then_some(self.node.config.session.resume);
        let recorded = self.record(|state| {
            let off = state.owner.ledger().session(session).is_some_and(|session| !session.managed);
            if !off || !state.owner.holds(session, transport) {
                return Ok(None);
            }
            let mut transaction = state.owner.begin(now, Cause::Client(session));
            transaction.effect(Effect::Managed { session, resume });
            state.commit(transaction).map(Some)
        });
        let safe = self.confirmed(recorded.flatten()?).await;
        safe.then(|| self.enabled(session, resume))
    }

    /// Notes whether somebody is looking at the client (XEP-0352). What was held goes out when somebody does.
    pub fn set_client_state(&self, session: SessionId, transport: TransportId, client_state: ClientState) {
        let now = self.node.clock.now();
        self.record(|state| {
            let Some(known) = state.owner.ledger().session(session) else { return Ok(()) };
            let holds_back = !known.held.is_empty();
            if known.client_state == client_state || !state.owner.holds(session, transport) {
                return Ok(());
            }
            let mut transaction = state.owner.begin(now, Cause::Client(session));
            transaction.effect(Effect::Flag { session, flag: Flag::ClientState(client_state) });
            if client_state == ClientState::Active && holds_back {
                transaction.effect(Effect::Released { session });
            }
            state.commit(transaction).map(drop)
        });
    }
}
