//! Sessions and what is in them.

use bytes::Bytes;
use everpresent_session::ids::RecordNumber;
use everpresent_session::queue::{Entry, Outbound};
use everpresent_session::record::Spooled;
use everpresent_session::session::{ClientState, HeldStanza, HoldKey, Presence, Session, State};
use everpresent_session::time::Timestamp;
use everpresent_stanza::Jid;

use super::ids::{
    read_reason, read_row_id, read_session as read_session_id, read_span, write_id, write_reason,
    write_row_id, write_span,
};
use super::{Malformed, each, kept, narrow, needed, read_full, read_jid};
use crate::wire;
use crate::wire::held_stanza::Key;

pub(super) fn write_session(session: Session) -> wire::Session {
    let detached = match session.state {
        State::Open => None,
        State::Detached { wait } => Some(write_span(wait)),
    };
    wire::Session {
        id: write_id(session.id.0),
        jid: session.jid.to_string(),
        user_agent: session.user_agent,
        opened: session.opened.0,
        managed: session.managed,
        resume: session.resume.map(write_span),
        handled: session.handled,
        acked: session.queue.acked(),
        queue: session.queue.entries().map(write_entry).collect(),
        held: session.held.into_iter().map(|held| write_held(held.key, held.stanza)).collect(),
        presence: session.presence.map(write_presence),
        inherited: session.inherited.map(write_presence),
        directed: session.directed.iter().map(Jid::to_string).collect(),
        carbons: session.carbons,
        roster_interested: session.roster_interested,
        block_list_interested: session.block_list_interested,
        inactive: session.client_state == ClientState::Inactive,
        detached,
        reason: write_reason(session.reason).into(),
    }
}

pub(super) fn read_session(session: wire::Session) -> Result<Session, Malformed> {
    let detached = session.detached.map(read_span).transpose()?;
    let mut directed = each(session.directed, |jid| read_jid(&jid))?;
    // The ledger looks addresses up by halving.
    directed.sort();
    Ok(Session {
        id: read_session_id(session.id)?,
        jid: read_full(&session.jid)?,
        user_agent: session.user_agent,
        opened: Timestamp(session.opened),
        managed: session.managed,
        resume: session.resume.map(read_span).transpose()?,
        handled: session.handled,
        queue: Outbound::from_parts(session.acked, each(session.queue, read_entry)?),
        held: each(session.held, read_held)?,
        presence: session.presence.map(read_presence).transpose()?,
        inherited: session.inherited.map(read_presence).transpose()?,
        directed,
        carbons: session.carbons,
        roster_interested: session.roster_interested,
        block_list_interested: session.block_list_interested,
        client_state: if session.inactive { ClientState::Inactive } else { ClientState::Active },
        state: detached.map_or(State::Open, |wait| State::Detached { wait }),
        reason: read_reason(session.reason)?,
    })
}

fn write_entry(entry: &Entry) -> wire::Entry {
    wire::Entry {
        stanza: entry.stanza.clone(),
        record: entry.record.0,
        spool: entry.spool.map(write_spooled),
    }
}

fn read_entry(entry: wire::Entry) -> Result<Entry, Malformed> {
    Ok(Entry {
        stanza: kept(entry.stanza),
        record: RecordNumber(entry.record),
        spool: entry.spool.map(read_spooled).transpose()?,
    })
}

pub(super) fn write_spooled(spooled: Spooled) -> wire::Spooled {
    wire::Spooled {
        id: Some(write_row_id(spooled.id)),
        at: spooled.at.0,
        archived: spooled.archived,
        written: spooled.written,
    }
}

pub(super) fn read_spooled(spooled: wire::Spooled) -> Result<Spooled, Malformed> {
    Ok(Spooled {
        id: read_row_id(spooled.id)?,
        at: Timestamp(spooled.at),
        archived: spooled.archived,
        written: spooled.written,
    })
}

pub(super) fn write_presence(presence: Presence) -> wire::Presence {
    wire::Presence { stanza: presence.stanza, priority: i32::from(presence.priority), at: presence.at.0 }
}

pub(super) fn read_presence(presence: wire::Presence) -> Result<Presence, Malformed> {
    Ok(Presence {
        stanza: kept(presence.stanza),
        priority: narrow(presence.priority, "a priority is out of range")?,
        at: Timestamp(presence.at),
    })
}

pub(super) fn write_held(key: HoldKey, stanza: Bytes) -> wire::HeldStanza {
    let key = match key {
        HoldKey::Presence(jid) => Key::Presence(jid.to_string()),
        HoldKey::ChatState(jid) => Key::ChatState(jid.to_string()),
    };
    wire::HeldStanza { key: Some(key), stanza }
}

pub(super) fn read_held(held: wire::HeldStanza) -> Result<HeldStanza, Malformed> {
    let key = match needed(held.key, "the key of a held stanza is unknown")? {
        Key::Presence(jid) => HoldKey::Presence(read_jid(&jid)?),
        Key::ChatState(jid) => HoldKey::ChatState(read_jid(&jid)?),
    };
    Ok(HeldStanza { key, stanza: kept(held.stanza) })
}
