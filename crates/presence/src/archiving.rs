//! What is kept and copied of a message: archive (XEP-0313), offline storage (XEP-0160) and carbons (XEP-0280), with the
//! sender's hints (XEP-0334). Hints in an error are the original's, sent back, and do not count.

pub mod preferences;

use everpresent_session::row::{ArchiveDefault, ArchivePreferences};
use everpresent_stanza::{Jid, MessageType};

use crate::facts::MessageFacts;
use crate::roster::Roster;

/// Which way a message goes, seen from the user whose archive or whose clients it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Somebody wrote to the user.
    Received,
    /// The user wrote.
    Sent,
}

/// Whether the message goes into the archive of the roster's user. `with` is the other party: the message's `to` if the
/// user sent it, else its `from` (XEP-0441 §2.3). Messages that were refused are not for here.
pub fn should_archive(
    facts: &MessageFacts,
    preferences: &ArchivePreferences,
    with: &Jid,
    roster: &Roster,
) -> bool {
    is_worth_archiving(facts) && wants_archived(preferences, with, roster)
}

/// Conversations are archived: `chat` and `normal` with something to read (XEP-0313 §6.1), what tells whether it was
/// read, so that all clients agree on that, and whatever the sender asks to be stored. A room keeps its own archive.
fn is_worth_archiving(facts: &MessageFacts) -> bool {
    match facts.kind {
        MessageType::Error | MessageType::Groupchat => false,
        _ if facts.no_store || facts.no_permanent_store => false,
        MessageType::Headline => facts.store,
        MessageType::Chat | MessageType::Normal => {
            facts.body || facts.encrypted || facts.receipt || facts.marker || facts.invitation || facts.store
        }
    }
}

/// The user's wish (XEP-0441). An address in both lists is not archived: that can be undone, the other cannot.
fn wants_archived(preferences: &ArchivePreferences, with: &Jid, roster: &Roster) -> bool {
    if *preferences == ArchivePreferences::default() {
        return true;
    }
    let bare = with.to_bare();
    let names_party = |listed: &Jid| if listed.is_full() { listed == with } else { *listed == bare };
    if preferences.never.iter().any(names_party) {
        return false;
    }
    preferences.always.iter().any(names_party)
        || match preferences.default {
            ArchiveDefault::Always => true,
            ArchiveDefault::Never => false,
            ArchiveDefault::Roster => roster.item(&bare).is_some_and(|item| item.listed),
        }
}

/// Whether the message waits for a user who cannot take it now (XEP-0160 §3).
pub fn stores_offline(facts: &MessageFacts) -> bool {
    match facts.kind {
        MessageType::Groupchat | MessageType::Headline | MessageType::Error => false,
        MessageType::Chat | MessageType::Normal => !facts.no_store && (facts.store || !facts.fleeting),
    }
}

/// Whether carbons of the message are made for the user's further sessions (XEP-0280 §6.1).
///
/// An error is copied if what it sends back would be: the message itself is not remembered.
pub fn is_copied(facts: &MessageFacts, direction: Direction) -> bool {
    if facts.private || facts.kind == MessageType::Groupchat {
        return false;
    }
    if facts.no_copy && facts.kind != MessageType::Error {
        return false;
    }
    // The room has sent its own copy to each client that is in it (§6.1).
    if facts.room_private && direction == Direction::Received {
        return false;
    }
    let payload = facts.receipt || facts.marker || facts.chat_state || facts.invitation;
    match facts.kind {
        MessageType::Chat => true,
        MessageType::Normal | MessageType::Error => facts.body || facts.encrypted || payload,
        MessageType::Headline | MessageType::Groupchat => payload,
    }
}
