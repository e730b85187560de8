//! Changing a block list (XEP-0191 §3.3 to §3.5).

use bytes::Bytes;
use everpresent_session::row::Row;
use everpresent_stanza::{BareJid, Element, ErrorCondition, Jid, StanzaError, ns};

use super::{BLOCKED_MAX, BlockList, payload};
use crate::resource::ResourceView;
use crate::roster::Roster;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockRequest {
    /// Block these, at least one.
    Block(Vec<Jid>),
    /// No longer block these, at least one.
    Unblock(Vec<Jid>),
    /// No longer block anybody.
    UnblockAll,
}

/// Why a request is refused; it turns into the stanza error that the client gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// Neither `<block/>` nor `<unblock/>`, or nobody to block, or an item without an address.
    #[error("a block request names at least one jid")]
    Malformed,
    /// An address that is none.
    #[error("a jid of the block request is malformed")]
    MalformedAddress,
    /// More than [`BLOCKED_MAX`].
    #[error("the block list is full: unblock an address first")]
    TooMany,
}

impl From<BlockError> for StanzaError {
    fn from(error: BlockError) -> Self {
        let condition = match error {
            BlockError::Malformed => ErrorCondition::BadRequest,
            BlockError::MalformedAddress => ErrorCondition::JidMalformed,
            BlockError::TooMany => ErrorCondition::PolicyViolation,
        };
        Self::new(condition).with_text(&error.to_string())
    }
}

impl BlockRequest {
    /// Reads `<block/>` or `<unblock/>`.
    pub fn parse(payload: &Element) -> Result<Self, BlockError> {
        let block = payload.is("block", ns::BLOCKING);
        if !block && !payload.is("unblock", ns::BLOCKING) {
            return Err(BlockError::Malformed);
        }
        let mut jids = Vec::new();
        for item in payload.children().filter(|child| child.is("item", ns::BLOCKING)) {
            if jids.len() == BLOCKED_MAX {
                return Err(BlockError::TooMany);
            }
            let jid = item.attr("jid").ok_or(BlockError::Malformed)?;
            jids.push(Jid::new(jid).map_err(|_| BlockError::MalformedAddress)?);
        }
        match (block, jids.is_empty()) {
            (true, true) => Err(BlockError::Malformed),
            (true, false) => Ok(Self::Block(jids)),
            (false, false) => Ok(Self::Unblock(jids)),
            (false, true) => Ok(Self::UnblockAll),
        }
    }
}

/// What a change of a block list asks the caller to do. The list in memory has changed already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BlockChange {
    /// To be stored.
    pub rows: Vec<Row>,
    /// The payload of the push to the sessions that asked for the list; `None` if nothing changed.
    pub push: Option<Bytes>,
    /// Who gets unavailable presence from each available session.
    pub unavailable: Vec<Jid>,
    /// Who gets unavailable presence from one session only, having had directed presence of it. The address leaves that
    /// session's directed set.
    pub directed_unavailable: Vec<(usize, Jid)>,
    /// Who gets the last broadcast of each available session.
    pub presence: Vec<Jid>,
    /// Who is to be probed on the user's behalf: what they broadcast while blocked was dropped.
    pub probes: Vec<BareJid>,
}

impl BlockList {
    /// Carries out a request of the user, with polite blocking: subscriptions stay as they are (XEP-0191 §4).
    pub fn change(
        &mut self,
        request: BlockRequest,
        roster: &Roster,
        resources: &[ResourceView<'_>],
    ) -> Result<BlockChange, BlockError> {
        match request {
            BlockRequest::Block(jids) => self.block(jids, roster, resources),
            BlockRequest::Unblock(jids) => Ok(self.unblock(jids, roster)),
            BlockRequest::UnblockAll => {
                let everybody = self.jids.clone();
                let mut change = self.unblock(everybody, roster);
                change.push = change.push.map(|_| payload("unblock", &[]));
                Ok(change)
            }
        }
    }

    fn block(
        &mut self,
        mut jids: Vec<Jid>,
        roster: &Roster,
        resources: &[ResourceView<'_>],
    ) -> Result<BlockChange, BlockError> {
        jids.sort_unstable();
        jids.dedup();
        jids.retain(|jid| !self.holds(jid.as_str()));
        if self.jids.len() + jids.len() > BLOCKED_MAX {
            return Err(BlockError::TooMany);
        }
        let before = self.clone();
        self.jids.extend(jids.iter().cloned());
        self.jids.sort_unstable();
        let newly = |who: &Jid| self.blocks(who) && !before.blocks(who);
        let sessions = resources.iter().enumerate();
        let directed = sessions.flat_map(|(place, view)| view.directed.iter().map(move |who| (place, who)));
        Ok(BlockChange {
            rows: jids.iter().map(|jid| Row::Blocked { user: self.user.clone(), jid: jid.clone() }).collect(),
            unavailable: seeing(roster, &jids, &newly),
            directed_unavailable: directed
                .filter(|(_, who)| newly(who))
                .map(|(at, who)| (at, who.clone()))
                .collect(),
            push: (!jids.is_empty()).then(|| payload("block", &jids)),
            ..BlockChange::default()
        })
    }

    fn unblock(&mut self, mut jids: Vec<Jid>, roster: &Roster) -> BlockChange {
        jids.sort_unstable();
        jids.dedup();
        jids.retain(|jid| self.holds(jid.as_str()));
        let before = self.clone();
        self.jids.retain(|jid| jids.binary_search(jid).is_err());
        let newly = |who: &Jid| before.blocks(who) && !self.blocks(who);
        BlockChange {
            rows: jids
                .iter()
                .map(|jid| Row::Unblocked { user: self.user.clone(), jid: jid.clone() })
                .collect(),
            presence: seeing(roster, &jids, &newly),
            probes: roster.watched().filter(|contact| newly(contact)).cloned().collect(),
            push: (!jids.is_empty()).then(|| payload("unblock", &jids)),
            ..BlockChange::default()
        }
    }

    /// Carries out a stored change; rows that are not of this list change nothing.
    pub fn apply(&mut self, row: &Row) {
        match row {
            Row::Blocked { user, jid } if *user == self.user => {
                if let Err(place) = self.jids.binary_search(jid) {
                    self.jids.insert(place, jid.clone());
                }
            }
            Row::Unblocked { user, jid } if *user == self.user => self.jids.retain(|blocked| blocked != jid),
            _ => {}
        }
    }
}

/// Those that may see the user and that the change is about: contacts at their bare addresses, and single resources of
/// contacts where such a one was named.
fn seeing(roster: &Roster, named: &[Jid], newly: &impl Fn(&Jid) -> bool) -> Vec<Jid> {
    let contacts =
        roster.watchers().filter(|contact| newly(contact)).map(|contact| Jid::from(contact.clone()));
    let of_contact = |jid: &&Jid| jid.is_full() && roster.may_see_user(jid) && newly(jid);
    contacts.chain(named.iter().filter(of_contact).cloned()).collect()
}
