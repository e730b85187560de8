//! Durable rows.

use everpresent_session::row::{
    ArchiveDefault, ArchivePreferences, ArchiveRow, HeadRow, RosterRow, RouteRow, Row, SpoolRow,
    Subscription, TokenRow, TokenSlot,
};
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Jid};

use super::ids::{read_home, read_row_id, read_session, write_id, write_row_id};
use super::{Malformed, each, kept, needed, read_bare, read_full, read_jid};
use crate::wire;
use crate::wire::row::Kind;

pub(super) fn write_row(row: Row) -> wire::Row {
    let kind = match row {
        Row::Archive(row) => Kind::Archive(wire::ArchiveRow {
            user: row.user.to_string(),
            id: Some(write_row_id(row.id)),
            at: row.at.0,
            with: row.with.to_string(),
            stanza_id: row.stanza_id,
            stanza: row.stanza,
        }),
        Row::Spool(row) => Kind::Spool(wire::SpoolRow {
            user: row.user.to_string(),
            id: Some(write_row_id(row.id)),
            at: row.at.0,
            archived: row.archived,
            stanza: row.stanza,
        }),
        Row::SpoolGone { user, id } => {
            Kind::SpoolGone(wire::SpoolGone { user: user.to_string(), id: Some(write_row_id(id)) })
        }
        Row::Roster(row) => Kind::Roster(write_roster(row)),
        Row::RosterGone { user, contact, version } => {
            let (user, contact) = (user.to_string(), contact.to_string());
            Kind::RosterGone(wire::RosterGone { user, contact, version })
        }
        Row::Blocked { user, jid } => Kind::Blocked(write_block(&user, &jid)),
        Row::Unblocked { user, jid } => Kind::Unblocked(write_block(&user, &jid)),
        Row::ArchivePreferences { user, preferences } => {
            Kind::ArchivePreferences(write_preferences(&user, &preferences))
        }
        Row::Token(row) => Kind::Token(wire::TokenRow {
            user: row.user.to_string(),
            user_agent: row.user_agent,
            slot: write_slot(row.slot).into(),
            mechanism: row.mechanism,
            secret: row.secret,
            expires: row.expires.0,
            count: row.count,
        }),
        Row::TokenGone { user, user_agent, slot } => Kind::TokenGone(wire::TokenGone {
            user: user.to_string(),
            user_agent,
            slot: write_slot(slot).into(),
        }),
        Row::Route(row) => Kind::Route(wire::RouteRow {
            id: Some(write_row_id(row.id)),
            to: row.to.to_string(),
            stanza: row.stanza,
        }),
        Row::RouteGone { id } => Kind::RouteGone(write_row_id(id)),
        Row::Head(row) => Kind::Head(write_head(row)),
        Row::HeadGone { session } => Kind::HeadGone(write_id(session.0)),
    };
    wire::Row { kind: Some(kind) }
}

pub(super) fn read_row(row: wire::Row) -> Result<Row, Malformed> {
    Ok(match needed(row.kind, "a row is of an unknown kind")? {
        Kind::Archive(row) => Row::Archive(ArchiveRow {
            user: read_bare(&row.user)?,
            id: read_row_id(row.id)?,
            at: Timestamp(row.at),
            with: read_jid(&row.with)?,
            stanza_id: row.stanza_id,
            stanza: kept(row.stanza),
        }),
        Kind::Spool(row) => Row::Spool(SpoolRow {
            user: read_bare(&row.user)?,
            id: read_row_id(row.id)?,
            at: Timestamp(row.at),
            archived: row.archived,
            stanza: kept(row.stanza),
        }),
        Kind::SpoolGone(row) => Row::SpoolGone { user: read_bare(&row.user)?, id: read_row_id(row.id)? },
        Kind::Roster(row) => Row::Roster(read_roster(row)?),
        Kind::RosterGone(row) => Row::RosterGone {
            user: read_bare(&row.user)?,
            contact: read_bare(&row.contact)?,
            version: row.version,
        },
        Kind::Blocked(row) => Row::Blocked { user: read_bare(&row.user)?, jid: read_jid(&row.jid)? },
        Kind::Unblocked(row) => Row::Unblocked { user: read_bare(&row.user)?, jid: read_jid(&row.jid)? },
        Kind::ArchivePreferences(row) => {
            let user = read_bare(&row.user)?;
            Row::ArchivePreferences { user, preferences: read_preferences(row)? }
        }
        Kind::Token(row) => Row::Token(TokenRow {
            user: read_bare(&row.user)?,
            user_agent: row.user_agent,
            slot: read_slot(row.slot)?,
            mechanism: row.mechanism,
            secret: kept(row.secret),
            expires: Timestamp(row.expires),
            count: row.count,
        }),
        Kind::TokenGone(row) => Row::TokenGone {
            user: read_bare(&row.user)?,
            user_agent: row.user_agent,
            slot: read_slot(row.slot)?,
        },
        Kind::Route(row) => Row::Route(RouteRow {
            id: read_row_id(row.id)?,
            to: read_home(&row.to)?,
            stanza: kept(row.stanza),
        }),
        Kind::RouteGone(id) => Row::RouteGone { id: read_row_id(Some(id))? },
        Kind::Head(row) => Row::Head(read_head(row)?),
        Kind::HeadGone(session) => Row::HeadGone { session: read_session(session)? },
    })
}

fn write_roster(row: RosterRow) -> wire::RosterRow {
    use wire::roster_row::Subscription as Wire;
    let subscription = match row.subscription {
        Subscription::None => Wire::None,
        Subscription::To => Wire::To,
        Subscription::From => Wire::From,
        Subscription::Both => Wire::Both,
    };
    wire::RosterRow {
        user: row.user.to_string(),
        contact: row.contact.to_string(),
        name: row.name,
        groups: row.groups,
        subscription: subscription.into(),
        pending_out: row.pending_out,
        pending_in: row.pending_in,
        approved: row.approved,
        listed: row.listed,
        version: row.version,
    }
}

fn read_roster(row: wire::RosterRow) -> Result<RosterRow, Malformed> {
    use wire::roster_row::Subscription as Wire;
    let subscription = match Wire::try_from(row.subscription) {
        Ok(Wire::None) => Subscription::None,
        Ok(Wire::To) => Subscription::To,
        Ok(Wire::From) => Subscription::From,
        Ok(Wire::Both) => Subscription::Both,
        Ok(Wire::Unspecified) | Err(_) => return Err(Malformed("a subscription is unknown")),
    };
    Ok(RosterRow {
        user: read_bare(&row.user)?,
        contact: read_bare(&row.contact)?,
        name: row.name,
        groups: row.groups,
        subscription,
        pending_out: row.pending_out,
        pending_in: row.pending_in.map(kept),
        approved: row.approved,
        listed: row.listed,
        version: row.version,
    })
}

fn write_block(user: &BareJid, jid: &Jid) -> wire::BlockRow {
    wire::BlockRow { user: user.to_string(), jid: jid.to_string() }
}

fn write_preferences(user: &BareJid, preferences: &ArchivePreferences) -> wire::ArchivePreferencesRow {
    use wire::archive_preferences_row::Default as Wire;
    let default = match preferences.default {
        ArchiveDefault::Always => Wire::Always,
        ArchiveDefault::Never => Wire::Never,
        ArchiveDefault::Roster => Wire::Roster,
    };
    wire::ArchivePreferencesRow {
        user: user.to_string(),
        default: default.into(),
        always: preferences.always.iter().map(Jid::to_string).collect(),
        never: preferences.never.iter().map(Jid::to_string).collect(),
    }
}

fn read_preferences(row: wire::ArchivePreferencesRow) -> Result<ArchivePreferences, Malformed> {
    use wire::archive_preferences_row::Default as Wire;
    let default = match Wire::try_from(row.default) {
        Ok(Wire::Always) => ArchiveDefault::Always,
        Ok(Wire::Never) => ArchiveDefault::Never,
        Ok(Wire::Roster) => ArchiveDefault::Roster,
        Ok(Wire::Unspecified) | Err(_) => return Err(Malformed("a rule for the archive is unknown")),
    };
    let always = each(row.always, |jid| read_jid(&jid))?;
    Ok(ArchivePreferences { default, always, never: each(row.never, |jid| read_jid(&jid))? })
}

fn write_slot(slot: TokenSlot) -> wire::TokenSlot {
    match slot {
        TokenSlot::Current => wire::TokenSlot::Current,
        TokenSlot::New => wire::TokenSlot::New,
    }
}

fn read_slot(slot: i32) -> Result<TokenSlot, Malformed> {
    match wire::TokenSlot::try_from(slot) {
        Ok(wire::TokenSlot::Current) => Ok(TokenSlot::Current),
        Ok(wire::TokenSlot::New) => Ok(TokenSlot::New),
        Ok(wire::TokenSlot::Unspecified) | Err(_) => Err(Malformed("the slot of a token is unknown")),
    }
}

fn write_head(row: HeadRow) -> wire::HeadRow {
    wire::HeadRow {
        session: write_id(row.session.0),
        jid: row.jid.to_string(),
        user_agent: row.user_agent,
        handled: row.handled,
        presence: row.presence,
        directed: row.directed.iter().map(Jid::to_string).collect(),
        opened: row.opened.0,
    }
}

fn read_head(row: wire::HeadRow) -> Result<HeadRow, Malformed> {
    Ok(HeadRow {
        session: read_session(row.session)?,
        jid: read_full(&row.jid)?,
        user_agent: row.user_agent,
        handled: row.handled,
        presence: row.presence.map(kept),
        directed: each(row.directed, |jid| read_jid(&jid))?,
        opened: Timestamp(row.opened),
    })
}
