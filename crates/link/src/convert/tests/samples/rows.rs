//! A row of every kind.

use bytes::Bytes;
use everpresent_session::row::{
    ArchiveDefault, ArchivePreferences, ArchiveRow, HeadRow, RosterRow, RouteRow, Row, SpoolRow,
    Subscription, TokenRow, TokenSlot,
};

use super::{AT, SESSION, bare, full, home, jid, row_id, stanza};

pub(super) fn all() -> Vec<(&'static str, Row)> {
    let user = bare();
    let preferences = |default, list: bool| Row::ArchivePreferences {
        user: bare(),
        preferences: ArchivePreferences {
            default,
            always: if list { vec![jid()] } else { vec![] },
            never: if list { vec![full().into()] } else { vec![] },
        },
    };
    let rows = vec![
        Row::Archive(ArchiveRow {
            user: user.clone(),
            id: row_id(1),
            at: AT,
            with: jid(),
            stanza_id: "ü1".into(),
            stanza: stanza(),
        }),
        Row::Spool(SpoolRow { user: user.clone(), id: row_id(2), at: AT, archived: true, stanza: stanza() }),
        Row::SpoolGone { user: user.clone(), id: row_id(3) },
        Row::Roster(RosterRow {
            user: user.clone(),
            contact: user.clone(),
            name: "Bob".into(),
            groups: vec!["friends".into(), "work".into()],
            subscription: Subscription::Both,
            pending_out: true,
            pending_in: Some(Bytes::new()),
            approved: true,
            listed: true,
            version: 77,
        }),
        Row::RosterGone { user: user.clone(), contact: user.clone(), version: 78 },
        Row::Blocked { user: user.clone(), jid: jid() },
        Row::Unblocked { user: user.clone(), jid: jid() },
        preferences(ArchiveDefault::Always, false),
        preferences(ArchiveDefault::Never, true),
        preferences(ArchiveDefault::Roster, true),
        Row::Token(TokenRow {
            user: user.clone(),
            user_agent: "d4565fa7".into(),
            slot: TokenSlot::New,
            mechanism: "HT-SHA-256-EXPR".into(),
            secret: Bytes::from_static(&[0, 255, 7]),
            expires: AT,
            count: 2,
        }),
        Row::TokenGone { user, user_agent: "d4565fa7".into(), slot: TokenSlot::Current },
        Row::Route(RouteRow { id: row_id(5), to: home(), stanza: stanza() }),
        Row::RouteGone { id: row_id(6) },
        Row::Head(HeadRow {
            session: SESSION,
            jid: full(),
            user_agent: None,
            handled: 4,
            presence: Some(Bytes::from_static(b"<presence/>")),
            directed: vec![jid()],
            opened: AT,
        }),
        Row::HeadGone { session: SESSION },
    ];
    rows.into_iter().map(|row| (name_of(&row), row)).collect()
}

/// A name for each, without a way to forget one.
fn name_of(row: &Row) -> &'static str {
    match row {
        Row::Archive(_) => "archive",
        Row::Spool(_) => "spool",
        Row::SpoolGone { .. } => "spool-gone",
        Row::Roster(_) => "roster",
        Row::RosterGone { .. } => "roster-gone",
        Row::Blocked { .. } => "blocked",
        Row::Unblocked { .. } => "unblocked",
        Row::ArchivePreferences { preferences, .. } => match preferences.default {
            ArchiveDefault::Always => "archive-always",
            ArchiveDefault::Never => "archive-never",
            ArchiveDefault::Roster => "archive-roster",
        },
        Row::Token(_) => "token",
        Row::TokenGone { .. } => "token-gone",
        Row::Route(_) => "route",
        Row::RouteGone { .. } => "route-gone",
        Row::Head(_) => "head",
        Row::HeadGone { .. } => "head-gone",
    }
}
