//! The first half of the way to a user of another home: into the channel that leads there.

use std::collections::BTreeMap;

use bytes::Bytes;
use everpresent_session::channel::Outgoing;
use everpresent_session::ids::HomeName;
use everpresent_session::owner::Transaction;
use everpresent_session::record::Effect;
use everpresent_stanza::{BareJid, ErrorCondition, StanzaError};

use super::envelope;
use crate::home::HomeState;

/// How many contacts one presence in a channel is for. Those beyond get it in a further one.
const MAX_CONTACTS_PER_PRESENCE: usize = 500;

/// Puts a stanza into the channel to another home. It bears the addresses of sender and recipient.
pub fn send(transaction: &mut Transaction, to: &HomeName, stanza: Bytes) {
    metrics::counter!("everpresent_channel_stanzas_sent_total").increment(1);
    let id = transaction.row_id();
    transaction.effect(Effect::Route { to: to.clone(), id, stanza, written: false });
}

/// Sends a presence, a broadcast or a probe, to those of a user's contacts that are of other homes: to each home once,
/// with a list.
pub fn send_to_contacts<'a>(
    state: &HomeState,
    transaction: &mut Transaction,
    user: &BareJid,
    presence: &Bytes,
    contacts: impl IntoIterator<Item = &'a BareJid>,
) {
    let Some(account) = state.accounts.get(user).filter(|account| !account.elsewhere.is_empty()) else {
        return;
    };
    let mut by_home: BTreeMap<&HomeName, Vec<&BareJid>> = BTreeMap::new();
    for contact in contacts {
        if let Some(home) = account.elsewhere.home(contact) {
            by_home.entry(home).or_default().push(contact);
        }
    }
    for (home, contacts) in by_home {
        for some in contacts.chunks(MAX_CONTACTS_PER_PRESENCE) {
            send(transaction, home, envelope::for_many(some.iter().copied(), presence));
        }
    }
}

/// Whether the channel takes no new messages and requests.
pub fn is_full(state: &HomeState, to: &HomeName) -> bool {
    state.owner.ledger().outgoing().get(to).is_some_and(Outgoing::is_full)
}

/// The error for what a full channel does not take: the client may try again.
pub fn full() -> StanzaError {
    StanzaError::new(ErrorCondition::ResourceConstraint)
        .with_text("the node that serves this user cannot be reached at present")
}
