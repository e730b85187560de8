//! The first half of the way to a user of another home: into the channel that leads there.

use std::collections::BTreeMap;

use bytes::Bytes;
use everpresent_session::channel::{MAX_CHANNEL_STANZAS, Outgoing};
use everpresent_session::ids::HomeName;
use everpresent_session::owner::Transaction;
use everpresent_session::record::Effect;
use everpresent_stanza::{BareJid, ErrorCondition, Jid, StanzaError, parse_stanza};

use super::envelope;
use crate::home::{HomeState, UnsentPresence};

/// How many presences that had to wait are sent in one record.
const MAX_UNSENT_TOGETHER: usize = 2_000;
/// How many contacts one presence in a channel is for. Those beyond get it in a further one.
const MAX_CONTACTS_PER_PRESENCE: usize = 500;

/// Puts a stanza into the channel to another home. It bears the addresses of sender and recipient.
pub fn send(transaction: &mut Transaction, to: &HomeName, stanza: Bytes) {
    metrics::counter!("everpresent_channel_stanzas_sent_total").increment(1);
    let id = transaction.row_id();
    transaction.effect(Effect::Route { to: to.clone(), id, stanza, written: false });
}

/// Sends a presence, a broadcast or a probe, of a user of this home to those of its contacts that are of other homes: to
/// each home once, with a list.
pub fn send_to_contacts<'a>(
    state: &mut HomeState,
    transaction: &mut Transaction,
    (user, from): (&BareJid, &Jid),
    presence: &Bytes,
    contacts: impl IntoIterator<Item = &'a BareJid>,
) {
    let Some(account) = state.accounts.get(user).filter(|account| !account.elsewhere.is_empty()) else {
        return;
    };
    let mut by_home: BTreeMap<HomeName, Vec<&BareJid>> = BTreeMap::new();
    for contact in contacts {
        if let Some(home) = account.elsewhere.home(contact) {
            by_home.entry(home.clone()).or_default().push(contact);
        }
    }
    for (home, contacts) in by_home {
        if has_to_wait(state, &home) {
            for contact in contacts {
                let unsent = UnsentPresence { stanza: presence.clone(), is_addressed: false };
                let to = Jid::from(contact.clone());
                state.unsent.keep(&home, (from.clone(), to, is_probe(presence)), unsent);
            }
            continue;
        }
        for some in contacts.chunks(MAX_CONTACTS_PER_PRESENCE) {
            send(transaction, &home, envelope::for_many(some.iter().copied(), presence));
        }
    }
}

/// Sends a presence that bears its recipient's address.
pub fn send_presence(
    state: &mut HomeState,
    transaction: &mut Transaction,
    home: &HomeName,
    (from, to): (&Jid, &Jid),
    stanza: Bytes,
) {
    if has_to_wait(state, home) {
        let pair = (from.clone(), to.clone(), is_probe(&stanza));
        state.unsent.keep(home, pair, UnsentPresence { stanza, is_addressed: true });
    } else {
        send(transaction, home, stanza);
    }
}

/// Sends presence that had to wait, if there is room again.
pub fn send_unsent(state: &mut HomeState, transaction: &mut Transaction, home: &HomeName) {
    if !state.unsent.is_for(home) {
        return;
    }
    let waiting = state.owner.ledger().outgoing().get(home).map_or(0, Outgoing::len);
    if waiting > MAX_CHANNEL_STANZAS / 2 || is_full(state, home) {
        return;
    }
    for ((_, to, _), unsent) in state.unsent.take(home, MAX_UNSENT_TOGETHER) {
        let stanza = match unsent.is_addressed {
            true => unsent.stanza,
            false => envelope::for_many([&to.to_bare()], &unsent.stanza),
        };
        send(transaction, home, stanza);
    }
}

/// Presence is never refused. While the channel is full, and until what waited then is sent, only the newest of each
/// sender for each recipient is kept.
fn has_to_wait(state: &HomeState, home: &HomeName) -> bool {
    is_full(state, home) || state.unsent.is_for(home)
}

fn is_probe(presence: &Bytes) -> bool {
    parse_stanza(presence).is_ok_and(|stanza| stanza.type_() == Some("probe"))
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

#[cfg(test)]
mod tests {
    use everpresent_session::ids::{Epoch, LedgerId};
    use everpresent_session::ledger::Ledger;
    use everpresent_session::owner::Owner;
    use everpresent_session::record::Cause;
    use everpresent_session::time::Now;

    use super::*;

    fn there() -> HomeName {
        HomeName::new("imp2")
    }

    fn jid(text: &str) -> Jid {
        Jid::new(text).unwrap()
    }

    fn home() -> HomeState {
        let owner = Owner::new(Ledger::new(HomeName::new("imp1"), LedgerId(1), Epoch(1)), []);
        HomeState {
            owner,
            accounts: crate::home::Accounts::default(),
            transports: crate::home::Transports::default(),
            unsent: crate::home::Unsent::default(),
            overfull: std::collections::BTreeSet::new(),
            left_behind: std::collections::BTreeSet::new(),
            limits: crate::home::QueueLimits { unacked_stanzas: 1, unacked_bytes: 1 },
        }
    }

    fn record(state: &mut HomeState, work: impl FnOnce(&mut HomeState, &mut Transaction)) {
        let mut transaction = state.owner.begin(Now::default(), Cause::Channel);
        work(state, &mut transaction);
        state.commit(transaction).unwrap();
    }

    fn shows(state: &mut HomeState, text: &str) {
        let stanza =
            Bytes::from(format!("<presence from='a@example.org/x' to='b@example.org'>{text}</presence>"));
        record(state, |state, transaction| {
            let pair = (&jid("a@example.org/x"), &jid("b@example.org"));
            send_presence(state, transaction, &there(), pair, stanza);
        });
    }

    fn waiting(state: &HomeState) -> Vec<Bytes> {
        let channel = state.owner.ledger().outgoing().get(&there()).unwrap();
        channel.waiting_from(0).map(|waiting| waiting.stanza.clone()).collect()
    }

    #[test]
    fn while_a_channel_is_full_the_newest_presence_is_kept_and_sent_when_there_is_room() {
        let mut state = home();
        record(&mut state, |_, transaction| {
            for _ in 0..MAX_CHANNEL_STANZAS {
                send(transaction, &there(), Bytes::from_static(b"<message/>"));
            }
        });
        assert!(is_full(&state, &there()) && !is_full(&state, &HomeName::new("imp3")));
        for text in ["old", "new"] {
            shows(&mut state, text);
        }
        record(&mut state, |state, transaction| send_unsent(state, transaction, &there()));
        assert_eq!(waiting(&state).len(), MAX_CHANNEL_STANZAS, "there is no room yet");

        let up_to = MAX_CHANNEL_STANZAS as u64 - 10;
        record(&mut state, |_, transaction| transaction.effect(Effect::Routed { to: there(), up_to }));
        shows(&mut state, "newest");
        assert_eq!(waiting(&state).len(), 10, "it does not overtake what waits");
        record(&mut state, |state, transaction| send_unsent(state, transaction, &there()));
        let sent = waiting(&state).split_off(10);
        assert_eq!(sent, ["<presence from='a@example.org/x' to='b@example.org'>newest</presence>"]);
        shows(&mut state, "direct");
        assert_eq!(waiting(&state).len(), 12, "from now on presence goes its usual way");
    }
}
