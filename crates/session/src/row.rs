//! Durable rows: what a record asks the database to hold. Keys are chosen here, so carrying one out twice is the
//! same as once.

use bytes::Bytes;
use everpresent_stanza::{BareJid, FullJid, Jid};

use crate::ids::{HomeName, RowId, SessionId};
use crate::time::Timestamp;

/// One change of durable data.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A message in a user's archive (XEP-0313).
    Archive(ArchiveRow),
    /// A message that waits for its recipient: offline, or sent and not yet acknowledged.
    Spool(SpoolRow),
    /// The recipient acknowledged it.
    SpoolGone {
        /// Whose spool.
        user: BareJid,
        /// Which row.
        id: RowId,
    },
    /// A roster item as it is now (RFC 6121 §2).
    Roster(RosterRow),
    /// A roster item was removed.
    RosterGone {
        /// Whose roster.
        user: BareJid,
        /// The contact that is gone.
        contact: BareJid,
        /// The roster version that this change made (XEP-0237).
        version: u64,
    },
    /// An address was blocked (XEP-0191).
    Blocked {
        /// Who blocks.
        user: BareJid,
        /// What is blocked.
        jid: Jid,
    },
    /// An address was unblocked.
    Unblocked {
        /// Who unblocks.
        user: BareJid,
        /// What is no longer blocked.
        jid: Jid,
    },
    /// The user's archive preferences (XEP-0441).
    ArchivePreferences {
        /// Whose.
        user: BareJid,
        /// As they are now.
        preferences: ArchivePreferences,
    },
    /// A one-time sign-in token (XEP-0484).
    Token(TokenRow),
    /// A token was revoked or replaced.
    TokenGone {
        /// Whose token.
        user: BareJid,
        /// The client installation it was for (XEP-0388 user-agent id).
        user_agent: String,
        /// Which of its two slots.
        slot: TokenSlot,
    },
    /// A stanza that waits in a channel to another home.
    Route(RouteRow),
    /// The other home has it.
    RouteGone {
        /// Which one.
        id: RowId,
    },
    /// What a restart must know of a session.
    Head(HeadRow),
    /// The session ended.
    HeadGone {
        /// Which one.
        session: SessionId,
    },
}

impl Row {
    /// About how large it is: the size of the stanza in it.
    pub fn stanza_bytes(&self) -> usize {
        match self {
            Self::Archive(row) => row.stanza.len(),
            Self::Spool(row) => row.stanza.len(),
            Self::Route(row) => row.stanza.len(),
            _ => 0,
        }
    }
}

/// A message in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveRow {
    /// Whose archive.
    pub user: BareJid,
    /// Its id there, also given to clients as `<stanza-id/>` (XEP-0359).
    pub id: RowId,
    /// When it was received.
    pub at: Timestamp,
    /// The other party, full address as on the message.
    pub with: Jid,
    /// The sender's own `id` attribute, empty if it had none.
    pub stanza_id: String,
    /// The message as delivered, `xmlns='jabber:client'` on its start tag.
    pub stanza: Bytes,
}

/// A message that waits for its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolRow {
    /// Who it is for.
    pub user: BareJid,
    /// Unique for the message: several sessions that were sent the same message share one row.
    pub id: RowId,
    /// When it was received.
    pub at: Timestamp,
    /// Whether the user's archive holds it as well.
    pub archived: bool,
    /// The message as it is to be delivered.
    pub stanza: Bytes,
}

/// A stanza that waits in a channel to another home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRow {
    /// Sorts like the place in the channel.
    pub id: RowId,
    /// The other home.
    pub to: HomeName,
    /// The stanza with its envelope.
    pub stanza: Bytes,
}

/// The subscription state of a roster item (RFC 6121 §2.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Subscription {
    /// Neither side sees the other.
    #[default]
    None,
    /// The user sees the contact.
    To,
    /// The contact sees the user.
    From,
    /// Both see each other.
    Both,
}

/// A roster item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterRow {
    /// Whose roster.
    pub user: BareJid,
    /// The contact.
    pub contact: BareJid,
    /// The user's name for it, empty if none.
    pub name: String,
    /// Groups, sorted.
    pub groups: Vec<String>,
    /// Who sees whom.
    pub subscription: Subscription,
    /// The user asked to see the contact and has no answer yet (`ask='subscribe'`).
    pub pending_out: bool,
    /// The contact asked to see the user; the request as it came in, to be shown again at each sign-in. An item
    /// that exists for this alone is not shown in the roster.
    pub pending_in: Option<Bytes>,
    /// The contact may see the user as soon as it asks (RFC 6121 §3.4).
    pub approved: bool,
    /// Whether the item is in the roster that clients see.
    pub listed: bool,
    /// The roster version that this change made (XEP-0237).
    pub version: u64,
}

/// When a user's messages are archived (XEP-0441).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivePreferences {
    /// The rule where no list says otherwise.
    pub default: ArchiveDefault,
    /// Always archived with these.
    pub always: Vec<Jid>,
    /// Never archived with these.
    pub never: Vec<Jid>,
}

impl Default for ArchivePreferences {
    fn default() -> Self {
        Self { default: ArchiveDefault::Always, always: Vec::new(), never: Vec::new() }
    }
}

/// The rule of [`ArchivePreferences`] where no list says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ArchiveDefault {
    /// All messages.
    #[default]
    Always,
    /// None.
    Never,
    /// Only with contacts of the roster.
    Roster,
}

/// Which of the two tokens that a client installation may hold at once: during rotation the old one works until
/// the new one was used (XEP-0484 §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenSlot {
    /// The token in use.
    Current,
    /// Handed out, not used yet.
    New,
}

/// A one-time sign-in token.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Whose token.
    pub user: BareJid,
    /// The client installation that it is for.
    pub user_agent: String,
    /// Which of its slots.
    pub slot: TokenSlot,
    /// The hash mechanism that it is good for, such as `HT-SHA-256-EXPR`.
    pub mechanism: String,
    /// The token: random, so it is kept as it is; HT mechanisms need it to compute the answer.
    pub secret: Bytes,
    /// After this it is refused.
    pub expires: Timestamp,
    /// The last count that was used with it, 0 if none (XEP-0484 §3.6).
    pub count: u32,
}

/// The secret stays out of logs.
impl std::fmt::Debug for TokenRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRow")
            .field("user", &self.user)
            .field("slot", &self.slot)
            .field("mechanism", &self.mechanism)
            .finish_non_exhaustive()
    }
}

/// What a restart must know of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRow {
    /// The session.
    pub session: SessionId,
    /// Its full address.
    pub jid: FullJid,
    /// The client installation, if it named itself (XEP-0388 user-agent id).
    pub user_agent: Option<String>,
    /// How many stanzas of the client were handled (XEP-0198 §4).
    pub handled: u32,
    /// The last broadcast presence, if it is available.
    pub presence: Option<Bytes>,
    /// Who was sent directed presence.
    pub directed: Vec<Jid>,
    /// When it was opened.
    pub opened: Timestamp,
}
