//! A request in hand, and the steps that answers to all protocols share.

use everpresent_session::owner::Transaction;
use everpresent_stanza::{BareJid, Child, Element, ErrorCondition, IqType, Jid, RawStanza, StanzaError};
use everpresent_store::commit::KEY_MAX_BYTES;

use super::Addressee;
use crate::deliver;
use crate::home::{Account, Accounts, HomeState};
use crate::turn::{Lost, Turn};

/// A request and who it is addressed to.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// The client that asks.
    pub(super) turn: &'a Turn<'a>,
    /// The stanza.
    pub(super) iq: &'a RawStanza,
    /// Its one child.
    pub(super) payload: &'a Child,
    /// `get` or `set`.
    pub(super) kind: IqType,
    /// To whom.
    pub(super) to: Addressee,
}

/// Why an answer ended before anything was recorded.
#[derive(Debug)]
pub(super) enum Stop {
    /// The client is told this.
    Refused(Box<StanzaError>),
    /// The client is gone.
    Lost(Lost),
}

impl From<StanzaError> for Stop {
    fn from(error: StanzaError) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<Lost> for Stop {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl Request<'_> {
    /// The payload as a tree; its depth and size are within the limits of the stream.
    ///
    /// # Errors
    /// `bad-request`, which the framer rules out.
    pub(super) fn element(&self) -> Result<Element, StanzaError> {
        let element = self.iq.child_element(self.payload);
        element.map_err(|error| StanzaError::new(ErrorCondition::BadRequest).with_text(&error.to_string()))
    }

    /// Passes requests of this type only.
    ///
    /// # Errors
    /// As [`only`].
    pub(super) fn only(&self, kind: IqType) -> Result<(), StanzaError> {
        only(self.kind, kind)
    }

    /// Passes requests to the sender's own account only.
    ///
    /// # Errors
    /// `service-unavailable` from the server, which has no such thing of its own.
    pub(super) fn own_account(&self) -> Result<(), StanzaError> {
        match self.to {
            Addressee::OwnAccount => Ok(()),
            Addressee::Server => Err(StanzaError::new(ErrorCondition::ServiceUnavailable)),
        }
    }

    /// Answers with this payload, possibly empty, and does nothing else.
    pub(super) fn result(&self, payload: &[u8]) -> Result<(), Stop> {
        Ok(self.turn.result(self.iq, payload)?)
    }

    /// Makes the record: `work` adds what the request does and its [`Request::add_result`]. If it fails it must have
    /// changed nothing; the client is told its error.
    pub(super) fn record(
        &self,
        work: impl FnOnce(&mut HomeState, &mut Transaction) -> Result<(), StanzaError>,
    ) -> Result<(), Stop> {
        Ok(self.turn.record(|state, transaction| {
            if let Err(error) = work(state, transaction) {
                let condition = error.condition.name();
                metrics::counter!("everpresent_stanzas_refused_total", "condition" => condition).increment(1);
                if let Some(reply) = self.iq.error_reply(&error) {
                    deliver::to_session(state, transaction, self.turn.session, reply, None);
                }
            }
        })?)
    }

    /// Adds the answer with this payload, possibly empty, to a record.
    pub(super) fn add_result(&self, state: &mut HomeState, transaction: &mut Transaction, payload: &[u8]) {
        if let Some(reply) = self.iq.result_reply(payload) {
            deliver::to_session(state, transaction, self.turn.session, reply, None);
        }
    }
}

/// Passes requests of one type only.
///
/// # Errors
/// `bad-request`.
pub(super) fn only(given: IqType, wanted: IqType) -> Result<(), StanzaError> {
    if given == wanted {
        return Ok(());
    }
    let text = if wanted == IqType::Get {
        "this can be asked for, not set"
    } else {
        "this can be set, not asked for"
    };
    Err(StanzaError::new(ErrorCondition::BadRequest).with_text(text))
}

/// Passes addresses that the database can hold as keys.
///
/// # Errors
/// `policy-violation`.
pub(super) fn storable<'a>(addresses: impl IntoIterator<Item = &'a Jid>) -> Result<(), StanzaError> {
    if addresses.into_iter().all(|address| address.as_str().len() <= KEY_MAX_BYTES) {
        return Ok(());
    }
    let text = format!("addresses of more than {KEY_MAX_BYTES} bytes are not kept here");
    Err(StanzaError::new(ErrorCondition::PolicyViolation).with_text(&text))
}

/// The account of a client's user, which is in memory while there is a session.
///
/// # Errors
/// `internal-server-error` when it was removed in this moment.
pub(super) fn account<'a>(
    accounts: &'a mut Accounts,
    user: &BareJid,
) -> Result<&'a mut Account, StanzaError> {
    let gone = || StanzaError::new(ErrorCondition::InternalServerError).with_text("the account is gone");
    accounts.get_mut(user).ok_or_else(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_no_key_can_hold_is_refused_before_it_is_recorded() {
        let fits = Jid::new("bob@example.org").unwrap();
        let long = Jid::new(&format!("bob@example.org/{}", "x".repeat(1_000))).unwrap();
        let longer = Jid::new(&format!("{}@example.org/{}", "b".repeat(1_000), "x".repeat(1_000))).unwrap();
        assert!(storable([&fits, &long]).is_ok());
        let refused = storable([&fits, &longer]).unwrap_err();
        assert_eq!(refused.condition, ErrorCondition::PolicyViolation);
    }
}
