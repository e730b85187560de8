//! A part of every kind.

use std::time::Duration;

use everpresent_session::channel::Waiting;
use everpresent_session::ids::{Epoch, RecordNumber};
use everpresent_session::ledger::{QueuedMessage, Totals};
use everpresent_session::queue::{Entry, Outbound};
use everpresent_session::reason::Reason;
use everpresent_session::session::{ClientState, HeldStanza, HoldKey, Session, State};
use everpresent_session::snapshot::{Beginning, Part};
use everpresent_session::tombstone::Tombstone;

use super::{AT, LEDGER, OTHER, SESSION, bare, full, home, jid, presence, row_id, rows, spooled, stanza};

pub(super) fn all() -> Vec<(&'static str, Part)> {
    let parts = vec![
        Part::Beginning(Beginning {
            home: home(),
            ledger: LEDGER,
            epoch: Epoch(4),
            last: RecordNumber(1_000_000),
            totals: Totals {
                opened: 12,
                adopted: 3,
                closed: [(Reason::Expired, 4), (Reason::ClientClosed, 5)].into(),
            },
        }),
        Part::Session(Box::new(session(true))),
        Part::Session(Box::new(session(false))),
        Part::Tombstones(vec![(
            OTHER,
            Tombstone { user: bare(), reason: Reason::Leaked, at: AT, handled: 8 },
        )]),
        Part::Messages(vec![(
            row_id(4),
            QueuedMessage {
                user: bare(),
                stanza: stanza(),
                spooled: spooled(),
                holders: u16::MAX,
                received: true,
                unsure: true,
            },
        )]),
        Part::Unfinished(rows::all().into_iter().map(|(_, row)| (RecordNumber(5), row)).collect()),
        Part::Outgoing {
            to: home(),
            last: 40,
            waiting: vec![(
                Waiting { number: 39, record: RecordNumber(0), id: row_id(9), stanza: stanza() },
                true,
                false,
            )],
        },
        Part::Incoming(vec![(LEDGER, 17)]),
    ];
    parts.into_iter().map(|part| (name_of(&part), part)).collect()
}

/// With everything in it, or with nothing.
fn session(rich: bool) -> Session {
    let entries = [
        Entry { stanza: stanza(), record: RecordNumber(6), spool: Some(spooled()) },
        Entry { stanza: stanza(), record: RecordNumber(7), spool: None },
    ];
    let held = |key| HeldStanza { key, stanza: stanza() };
    Session {
        id: SESSION,
        jid: full(),
        user_agent: rich.then(|| "d4565fa7".into()),
        opened: AT,
        managed: rich,
        resume: rich.then(|| Duration::from_secs(900)),
        handled: 11,
        queue: Outbound::from_parts(u32::MAX, entries.into_iter().filter(|_| rich)),
        held: if rich {
            vec![held(HoldKey::Presence(jid())), held(HoldKey::ChatState(jid()))]
        } else {
            vec![]
        },
        presence: rich.then(presence),
        inherited: rich.then(presence),
        directed: if rich { vec![bare().into(), jid()] } else { vec![] },
        carbons: rich,
        roster_interested: rich,
        block_list_interested: rich,
        client_state: if rich { ClientState::Inactive } else { ClientState::Active },
        state: if rich { State::Detached { wait: Duration::from_secs(900) } } else { State::Open },
        reason: Reason::Resumed,
    }
}

/// A name for each, without a way to forget one.
fn name_of(part: &Part) -> &'static str {
    match part {
        Part::Beginning(_) => "beginning",
        Part::Session(session) if session.managed => "session",
        Part::Session(_) => "session-bare",
        Part::Tombstones(_) => "tombstones",
        Part::Messages(_) => "messages",
        Part::Unfinished(_) => "unfinished",
        Part::Outgoing { .. } => "outgoing",
        Part::Incoming(_) => "incoming",
    }
}
