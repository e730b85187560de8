//! Rows to write, and a home to write them under.

use bytes::Bytes;
use everpresent_session::ids::{Epoch, HomeName, Incarnation, RecordNumber, RowId, SessionId};
use everpresent_session::row::{
    ArchiveRow, HeadRow, RosterRow, RouteRow, Row, SpoolRow, Subscription, TokenRow, TokenSlot,
};
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, FullJid, Jid};
use everpresent_store::{Database, Fence, HomeRow, ScramHash, ScramKeys};

pub(crate) fn user(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

pub(crate) fn jid(text: &str) -> Jid {
    Jid::new(text).unwrap()
}

pub(crate) fn alice() -> BareJid {
    user("alice@example.org")
}

pub(crate) fn id(record: u64) -> RowId {
    RowId { epoch: Epoch(1), record: RecordNumber(record), index: 0 }
}

pub(crate) fn home() -> HomeName {
    HomeName::new("imp1")
}

pub(crate) fn home_row() -> HomeRow {
    HomeRow {
        home: home(),
        owner: "imp1".into(),
        incarnation: Some(Incarnation(0xa11ce)),
        epoch: Epoch(1),
        beat: 1,
        replica: None,
        grant_seconds: 60,
    }
}

/// A change of a home's row that does nothing but renew its lease.
pub(crate) fn renewed(row: &HomeRow) -> HomeRow {
    HomeRow { beat: row.beat + 1, ..row.clone() }
}

/// A claim of a home by process `claimant` on `imp2`.
pub(crate) fn claimed(row: &HomeRow, claimant: u128) -> HomeRow {
    HomeRow {
        owner: "imp2".into(),
        incarnation: Some(Incarnation(claimant)),
        epoch: Epoch(row.epoch.0 + 1),
        replica: None,
        ..renewed(row)
    }
}

/// A database whose home `imp1` is ours, and the fence to write under.
pub(crate) async fn owned(database: &Database) -> Fence {
    let row = home_row();
    assert!(database.insert_home(&row).await.unwrap());
    fence(&row)
}

pub(crate) fn fence(row: &HomeRow) -> Fence {
    Fence { home: row.home.clone(), epoch: row.epoch, incarnation: row.incarnation.unwrap() }
}

pub(crate) fn keys(seed: u8) -> Vec<ScramKeys> {
    let keys = |hash, length| ScramKeys {
        hash,
        salt: vec![seed; 16],
        iterations: 10_000,
        stored_key: vec![seed; length],
        server_key: vec![seed ^ 0xff; length],
    };
    vec![keys(ScramHash::Sha1, 20), keys(ScramHash::Sha256, 32), keys(ScramHash::Sha512, 64)]
}

pub(crate) async fn with_account(database: &Database, name: &str) -> BareJid {
    let user = user(name);
    database.create_account(&user, &home(), &keys(1), Timestamp(5)).await.unwrap();
    user
}

/// Message number `record`, received at `record` seconds.
pub(crate) fn archived(user: &BareJid, record: u64, with: &str) -> Row {
    Row::Archive(ArchiveRow {
        user: user.clone(),
        id: id(record),
        at: Timestamp(record as i64 * 1_000),
        with: jid(with),
        stanza_id: format!("m{record}"),
        stanza: Bytes::from(format!("<message xmlns='jabber:client'><body>{record}</body></message>")),
    })
}

pub(crate) fn spooled(user: &BareJid, record: u64) -> Row {
    Row::Spool(SpoolRow {
        user: user.clone(),
        id: id(record),
        at: Timestamp(record as i64),
        archived: record.is_multiple_of(2),
        stanza: Bytes::from(vec![b'x'; 100]),
    })
}

pub(crate) fn unspooled(user: &BareJid, record: u64) -> Row {
    Row::SpoolGone { user: user.clone(), id: id(record) }
}

pub(crate) fn item(user: &BareJid, contact: &str, version: u64) -> RosterRow {
    RosterRow {
        user: user.clone(),
        contact: BareJid::new(contact).unwrap(),
        name: "Бернард \\ \n 🦀".into(),
        groups: vec!["Büro".into(), "Friends\nand family".into()],
        subscription: Subscription::Both,
        pending_out: false,
        pending_in: None,
        approved: true,
        listed: true,
        version,
    }
}

pub(crate) fn token(user: &BareJid, slot: TokenSlot, secret: &'static [u8]) -> Row {
    Row::Token(TokenRow {
        user: user.clone(),
        user_agent: "d4565fa7-4d72-4749-b3d3-740edbf87770".into(),
        slot,
        mechanism: "HT-SHA-256-EXPR".into(),
        secret: Bytes::from_static(secret),
        expires: Timestamp(9_000),
        count: 3,
    })
}

pub(crate) fn head(session: u128, jid: &str, handled: u32) -> HeadRow {
    HeadRow {
        session: SessionId(session),
        jid: FullJid::new(jid).unwrap(),
        user_agent: None,
        handled,
        presence: Some(Bytes::from_static(b"<presence/>")),
        directed: vec![Jid::new("room@muc.example.org/Ali ce").unwrap()],
        opened: Timestamp(7),
    }
}

pub(crate) fn route(record: u64, to: &str) -> RouteRow {
    RouteRow {
        id: id(record),
        to: HomeName::new(to),
        stanza: Bytes::from(format!("<message id='{record}'/>")),
    }
}
