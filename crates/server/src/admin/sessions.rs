//! Sessions and their balance, as operators see them.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use everpresent_console::administration::{
    AuditReport, Balance, Difference, Ended, SessionInfo, SessionPage, SessionQuery, SessionState,
};
use everpresent_console::{Refusal, Time};
use everpresent_session::audit::Difference as Found;
use everpresent_session::ids::SessionId;
use everpresent_session::reason::Reason;
use everpresent_session::record::Cause;
use everpresent_session::session::{Session, State};
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Jid, StreamCondition, StreamError};

use crate::home::{Ending, Home, HomeState};
use crate::node::Node;
use crate::sweep;

pub(super) fn list(node: &Node, query: &SessionQuery) -> Result<SessionPage, Refusal> {
    let user = query.user.as_deref().map(BareJid::new).transpose();
    let user = user.map_err(|error| Refusal::invalid(format!("user: {error}")))?;
    let now = node.clock.now();
    let wanted = |session: &&Session| {
        user.as_ref().is_none_or(|user| session.jid.to_bare() == *user)
            && query.state.is_none_or(|wanted| wanted == state_of(session))
    };
    let after = query.after.as_deref().unwrap_or_default();
    let (mut total, mut sessions) = (0, Vec::new());
    for home in node.seats.served() {
        home.enter(|state| {
            let mut found: Vec<&Session> = state.owner.ledger().sessions().filter(wanted).collect();
            found.sort_unstable_by(|a, b| a.jid.as_str().cmp(b.jid.as_str()));
            total += found.len() as u64;
            let page = found.into_iter().filter(|session| session.jid.as_str() > after).take(query.limit);
            sessions.extend(page.map(|session| describe(state, session, now)));
        });
    }
    sessions.sort_unstable_by(|a: &SessionInfo, b| a.jid.cmp(&b.jid));
    sessions.truncate(query.limit);
    let next =
        (sessions.len() == query.limit).then(|| sessions.last().map(|last| last.jid.clone())).flatten();
    Ok(SessionPage { sessions, next, total })
}

fn state_of(session: &Session) -> SessionState {
    match session.state {
        State::Open => SessionState::Open,
        State::Detached { .. } => SessionState::Detached,
    }
}

fn describe(state: &HomeState, session: &Session, now: everpresent_session::time::Now) -> SessionInfo {
    let until = state.owner.deadline(session.id).map(|deadline| {
        let left = i64::try_from(deadline.since(now.moment).as_millis()).unwrap_or(i64::MAX);
        Time(now.wall.0.saturating_add(left))
    });
    let transport = state.owner.transport(session.id).and_then(|id| state.transports.get(id));
    SessionInfo {
        jid: session.jid.to_string(),
        state: state_of(session),
        until,
        reason: session.reason.as_str().to_owned(),
        transport: transport.map(|transport| transport.line.kind.to_owned()),
        address: transport.map(|transport| transport.line.peer.to_string()),
        resumable: session.resume.is_some(),
        available: session.is_seen(),
        opened: Time(session.opened.0),
        last_seen: Time(
            transport.map_or(now.wall.0, |transport| transport.line.heard.load(Ordering::Relaxed)),
        ),
        unacked_stanzas: session.queue.len() as u64,
        unacked_bytes: session.queue.bytes() as u64,
    }
}

pub(super) fn audit(node: &Node) -> AuditReport {
    let now = node.clock.now().wall;
    let homes = node.seats.served();
    let differences: Vec<Difference> =
        homes.iter().flat_map(|home| describe_differences(home, now)).collect();
    let audit = sweep::audit_all(node);
    let pair = |left: &str, left_count: u64, right: &str, right_count: u64| Balance {
        left: left.to_owned(),
        right: right.to_owned(),
        left_count,
        right_count,
    };
    let counted = audit.balance.opened + audit.balance.adopted - audit.balance.closed;
    let balances = vec![
        pair("opened + adopted - closed", counted, "live sessions", audit.balance.live),
        pair("transports", audit.transports as u64, "open sessions", audit.open as u64),
    ];
    let balanced = differences.is_empty() && balances.iter().all(|pair| pair.left_count == pair.right_count);
    let mut closed = BTreeMap::new();
    for home in homes {
        home.enter(|state| {
            for (reason, count) in &state.owner.ledger().totals().closed {
                *closed.entry(reason.as_str().to_owned()).or_default() += *count;
            }
        });
    }
    AuditReport { at: Time(now.0), balanced, balances, closed, differences }
}

fn describe_differences(home: &Home, now: Timestamp) -> Vec<Difference> {
    let found = sweep::audit(home, false).differences;
    home.enter(|state| {
        let name = |session: SessionId| {
            let session = state.owner.ledger().session(session);
            session.map_or_else(|| "a session that ended".to_owned(), |session| session.jid.to_string())
        };
        let describe = |found: &Found| {
            let (kind, subject, action) = match found {
                Found::Unheld(session) => {
                    ("session-without-transport-or-deadline", name(*session), "ended if it stands")
                }
                Found::StrayTransport(transport, session) => {
                    let subject = format!("connection {} ({})", transport.0, name(*session));
                    ("transport-without-session", subject, "closed if it stands")
                }
                Found::DeadTransport(session, _) => {
                    ("session-with-dead-transport", name(*session), "ended if it stands")
                }
            };
            Difference { kind: kind.to_owned(), subject, since: Time(now.0), action: action.to_owned() }
        };
        found.iter().map(describe).collect()
    })
}

pub(super) fn end(node: &Node, address: &Jid) -> Result<Ended, Refusal> {
    let user = address.to_bare();
    let mut ended = 0;
    let mut found = false;
    for home in node.seats.served() {
        let sessions: Vec<SessionId> = home.enter(|state| {
            let sessions = state.owner.ledger().sessions_of(&user);
            let named =
                sessions.filter(|session| address.is_bare() || session.jid.as_str() == address.as_str());
            named.map(|session| session.id).collect()
        });
        found |= !sessions.is_empty();
        for session in sessions {
            let error =
                StreamError::new(StreamCondition::PolicyViolation).with_text("an operator ended the session");
            ended += u64::from(home.end_session(session, Cause::Order, Reason::Kicked, Ending::Error(error)));
        }
    }
    if found { Ok(Ended { ended }) } else { Err(Refusal::not_found(format!("{address} has no session"))) }
}
