//! What happens by itself: sessions expire, full ones end, and the counts are compared (promise P6).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use everpresent_session::audit::{Auditor, Balance, Difference, differences};
use everpresent_session::ids::{HomeName, SessionId};
use everpresent_session::owner::MAX_EXPIRIES_PER_TICK;
use everpresent_session::reason::Reason;
use everpresent_session::record::Cause;
use everpresent_session::time::Moment;
use everpresent_stanza::{FullJid, StreamCondition, StreamError};

use crate::c2s::listener::count_f64;
use crate::home::{Ending, Home, HomeState};
use crate::node::Node;

/// How often deadlines are looked at.
pub(crate) const SWEEP: Duration = Duration::from_millis(500);
/// How long the presence of a replaced session is shown for a client that signed in anew and says nothing.
const INHERITED_PRESENCE: Duration = Duration::from_secs(60);

/// What an audit found.
#[derive(Debug, Clone)]
pub struct Audit {
    /// How many came and went.
    pub balance: Balance,
    /// Connections that hold a session.
    pub transports: usize,
    /// Sessions whose client is connected.
    pub open: usize,
    /// Sessions that wait for their client.
    pub detached: usize,
    /// Sessions that contacts see.
    pub available: usize,
    /// What did not agree now.
    pub differences: Vec<Difference>,
    /// What did not agree at the last two ticks.
    pub standing: Vec<Difference>,
}

/// Remembers what earlier audits saw.
#[derive(Debug, Default)]
pub struct AuditMemory(Mutex<Auditor>);

/// Sweeps one home, as long as this process serves it.
#[derive(Debug)]
pub(crate) struct Sweeper {
    next_audit: Moment,
    /// Since when clients that signed in anew say nothing.
    silent: BTreeMap<SessionId, Moment>,
}

impl Sweeper {
    /// One for this home.
    pub(crate) fn of(home: &Home) -> Self {
        let next_audit = home.node.clock.moment().after(home.node.config.session.audit);
        Self { next_audit, silent: BTreeMap::new() }
    }

    /// Does what time demands. To be called every [`SWEEP`].
    pub(crate) fn sweep(&mut self, home: &Home) {
        expire(home);
        end_overfull(home);
        end_silent_heirs(home, &mut self.silent);
        let moment = home.node.clock.moment();
        if moment >= self.next_audit {
            self.next_audit = moment.after(home.node.config.session.audit);
            let audit = audit(home, true);
            end_leaked(home, &audit.standing);
            forget_idle_accounts(home);
        }
    }
}

/// Ends sessions whose clients did not come back in time.
fn expire(home: &Home) {
    let moment = home.node.clock.moment();
    let due = home.enter(|state| state.owner.due(moment));
    for session in due {
        // Its client may have come back since.
        let still_due = |state: &HomeState| state.owner.deadline(session).is_some_and(|at| at <= moment);
        home.end_session_if(session, Cause::Deadline, Reason::Expired, Ending::Closed, still_due);
    }
}

/// Ends sessions for which more waits than one may keep: their messages go to the spool.
fn end_overfull(home: &Home) {
    let overfull = home.enter(|state| std::mem::take(&mut state.overfull));
    for session in overfull {
        let text = "too much waits for this client";
        let error = StreamError::new(StreamCondition::ResourceConstraint).with_text(text);
        tracing::info!(?session, "a session ends: more waits for its client than it may keep");
        home.end_session(session, Cause::Deadline, Reason::QueueFull, Ending::Error(error));
    }
}

/// Contacts keep seeing a client that signed in anew; if it does not send presence, they are told in the end.
fn end_silent_heirs(home: &Home, silent: &mut BTreeMap<SessionId, Moment>) {
    let now = home.node.clock.now();
    home.record(|state| {
        let heirs: BTreeMap<SessionId, FullJid> = state
            .owner
            .ledger()
            .sessions()
            .filter(|session| session.inherited.is_some())
            .map(|session| (session.id, session.jid.clone()))
            .collect();
        silent.retain(|id, _| heirs.contains_key(id));
        let mut ended = 0;
        for (session, jid) in heirs {
            let since = *silent.entry(session).or_insert(now.moment);
            if now.moment.since(since) >= INHERITED_PRESENCE && ended < MAX_EXPIRIES_PER_TICK {
                ended += 1;
                let mut transaction = state.owner.begin(now, Cause::Deadline);
                let farewell = crate::route::presence::unavailable_from(&jid);
                crate::route::presence::withdraw(state, &mut transaction, session, &farewell, false);
                state.commit(transaction)?;
            }
        }
        Ok(())
    });
}

/// Compares the counts. A tick remembers what it saw; what the tick before saw too stands.
pub fn audit(home: &Home, is_tick: bool) -> Audit {
    let mut audit = home.enter(|state| {
        let transports = state.transports.holding();
        let found = differences(&state.owner, &transports);
        let ledger = state.owner.ledger();
        let open = ledger.sessions().filter(|session| state.owner.transport(session.id).is_some()).count();
        Audit {
            balance: Balance::of(ledger),
            transports: transports.len(),
            open,
            detached: ledger.sessions().len() - open,
            available: ledger.sessions().filter(|session| session.is_seen()).count(),
            differences: found,
            standing: Vec::new(),
        }
    });
    if is_tick {
        let mut memory = home.audit_memory.0.lock().unwrap_or_else(PoisonError::into_inner);
        audit.standing = memory.standing(audit.differences.clone());
        publish(home.name(), &audit);
    }
    audit
}

/// The counts of all homes that a node serves.
pub fn audit_all(node: &Node) -> Audit {
    let balance = Balance { opened: 0, adopted: 0, closed: 0, live: 0 };
    let mut all = Audit {
        balance,
        transports: 0,
        open: 0,
        detached: 0,
        available: 0,
        differences: Vec::new(),
        standing: Vec::new(),
    };
    for home in node.seats.served() {
        let audit = audit(&home, false);
        all.balance.opened += audit.balance.opened;
        all.balance.adopted += audit.balance.adopted;
        all.balance.closed += audit.balance.closed;
        all.balance.live += audit.balance.live;
        all.transports += audit.transports;
        all.open += audit.open;
        all.detached += audit.detached;
        all.available += audit.available;
        all.differences.extend(audit.differences);
    }
    all
}

fn publish(home: &HomeName, audit: &Audit) {
    let home = home.as_str().to_owned();
    metrics::gauge!("everpresent_sessions", "state" => "open", "home" => home.clone())
        .set(count_f64(audit.open));
    metrics::gauge!("everpresent_sessions", "state" => "detached", "home" => home.clone())
        .set(count_f64(audit.detached));
    metrics::gauge!("everpresent_sessions_available", "home" => home.clone()).set(count_f64(audit.available));
    metrics::gauge!("everpresent_sessions_leaked", "home" => home).set(count_f64(audit.standing.len()));
    if !audit.balance.holds() {
        tracing::error!(balance = ?audit.balance, "sessions opened, closed and live do not add up");
    }
    for difference in &audit.standing {
        tracing::error!(?difference, "a difference between sessions and connections stands");
    }
}

/// Ends what nobody holds. A session that a live connection holds is left: an alarm is enough.
fn end_leaked(home: &Home, standing: &[Difference]) {
    for difference in standing {
        match difference {
            Difference::Unheld(session) | Difference::DeadTransport(session, _) => {
                // Its client may have come back since.
                let unheld = |state: &HomeState| match state.owner.transport(*session) {
                    Some(transport) => state.transports.get(transport).is_none(),
                    None => state.owner.deadline(*session).is_none(),
                };
                home.end_session_if(*session, Cause::Audit, Reason::Leaked, Ending::Closed, unheld);
            }
            Difference::StrayTransport(transport, _) => {
                home.enter(|state| state.transports.end(*transport, Ending::Closed));
            }
        }
    }
}

fn forget_idle_accounts(home: &Home) {
    let moment = home.node.clock.moment();
    home.enter(|state| {
        let ledger = state.owner.ledger();
        state.accounts.forget_idle(moment, |user| ledger.sessions_of(user).next().is_some());
    });
}
