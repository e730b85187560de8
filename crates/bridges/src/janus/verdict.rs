//! Which sessions are leaked: the decision, from a look and what earlier looks have seen.

use std::fmt;
use std::time::{Duration, Instant};

use super::look::{Connection, SessionFacts};
use super::{Look, Memory};

/// What is said of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Abandoned for longer than the grace time.
    Leaked,
    /// Nothing is live, and whether for longer than the grace time only a second look can tell.
    Suspect,
    /// Nothing is live, but not for long, or its client still asks for something.
    Idle,
    /// A PeerConnection is up or being made.
    Live,
}

impl Verdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leaked => "leaked",
            Self::Suspect => "suspect",
            Self::Idle => "idle",
            Self::Live => "live",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A session with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its id.
    pub session: u64,
    /// What is said of it.
    pub verdict: Verdict,
    /// Why, as a sentence without a full stop.
    pub reason: String,
    /// Plugins of its handles.
    pub plugins: Vec<String>,
    /// How long it has been there at least; none of a session without handles at the first look.
    pub age: Option<Duration>,
}

/// All sessions with their verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// By verdict, leaked ones first, then by id.
    pub sessions: Vec<Judged>,
}

impl Audit {
    /// How many have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.sessions.iter().filter(|judged| judged.verdict == verdict).count()
    }
}

impl SessionFacts {
    /// Whether something of it is live, or may be.
    pub fn holds(&self) -> bool {
        self.more_handles || self.handles.iter().any(|handle| handle.connection.holds())
    }

    /// How long it has been there at least.
    pub fn age(&self) -> Option<Duration> {
        self.handles.iter().filter_map(|handle| handle.created).max()
    }

    /// When its client last asked for something; the latest that any handle tells.
    fn active(&self) -> Option<Duration> {
        self.handles.iter().filter_map(|handle| handle.active).min()
    }
}

/// Judges every session of a look that was made at `now` and is in `memory` already.
pub fn audit(look: &Look, memory: &Memory, grace: Duration, now: Instant) -> Audit {
    let judge = |session: &SessionFacts| judged(session, memory.dead_for(session.id, now), grace);
    let mut sessions: Vec<Judged> = look.sessions.iter().map(judge).collect();
    sessions.sort_by_key(|judged| (judged.verdict, judged.session));
    Audit { sessions }
}

/// Judges one session that earlier looks have seen without anything live for `dead_for`.
pub(super) fn judged(session: &SessionFacts, dead_for: Duration, grace: Duration) -> Judged {
    let (verdict, reason) = decide(session, dead_for, grace);
    let mut plugins: Vec<String> = session.handles.iter().map(|handle| handle.plugin.clone()).collect();
    plugins.sort();
    plugins.dedup();
    let seen = (!dead_for.is_zero()).then_some(dead_for);
    Judged { session: session.id, verdict, reason, plugins, age: session.age().max(seen) }
}

fn decide(session: &SessionFacts, dead_for: Duration, grace: Duration) -> (Verdict, String) {
    let (has, grace_seconds) = (session.handles.len(), grace.as_secs());
    let connections = || session.handles.iter().map(|handle| handle.connection);
    if connections().any(|connection| connection == Connection::Live) {
        return (Verdict::Live, "a PeerConnection is up".to_owned());
    }
    if connections().any(|connection| connection == Connection::Starting) {
        return (Verdict::Live, "a PeerConnection is being made".to_owned());
    }
    if session.holds() {
        return (Verdict::Live, "its handles cannot be judged, so it is left alone".to_owned());
    }
    if let Some(active) = session.active().filter(|active| *active < grace) {
        return (Verdict::Idle, format!("its client asked for something {} s ago", active.as_secs()));
    }
    let looked = dead_for.as_secs();
    if has == 0 {
        return match dead_for >= grace {
            true => (Verdict::Leaked, format!("no handle for {looked} s or longer")),
            false => {
                (Verdict::Suspect, format!("no handle; for how long is known in {} s", rest(grace, dead_for)))
            }
        };
    }
    if dead_for >= grace {
        return (Verdict::Leaked, format!("no PeerConnection for {looked} s or longer"));
    }
    if connections().any(|connection| connection == Connection::Gone) {
        let rest = rest(grace, dead_for);
        return (Verdict::Suspect, format!("its PeerConnection is gone; for how long is known in {rest} s"));
    }
    // Never any: gone for as long as its youngest handle is there, since an older one had its chance longer.
    match session.handles.iter().map(|handle| handle.created).min().flatten() {
        Some(created) if created >= grace => {
            (Verdict::Leaked, format!("never a PeerConnection in {} s", created.as_secs()))
        }
        Some(created) => (
            Verdict::Idle,
            format!("no PeerConnection yet, after {} s of {grace_seconds} s", created.as_secs()),
        ),
        None => (
            Verdict::Suspect,
            format!("no PeerConnection; for how long is known in {} s", rest(grace, dead_for)),
        ),
    }
}

/// Seconds until a look can tell, rounded up.
fn rest(grace: Duration, dead_for: Duration) -> u64 {
    let rest = grace.saturating_sub(dead_for);
    rest.as_secs() + u64::from(rest.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::super::look::HandleFacts;
    use super::*;

    const GRACE: Duration = Duration::from_secs(300);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn handle(connection: Connection, created: u64, active: u64) -> HandleFacts {
        let (created, active) = (Some(seconds(created)), Some(seconds(active)));
        HandleFacts { id: 2, plugin: "janus.plugin.echotest".to_owned(), connection, created, active }
    }

    fn session(handles: Vec<HandleFacts>) -> SessionFacts {
        SessionFacts { id: 1, handles, more_handles: false }
    }

    fn verdict(handles: Vec<HandleFacts>, dead_for: u64) -> Verdict {
        judged(&session(handles), seconds(dead_for), GRACE).verdict
    }

    #[test]
    fn one_look_proves_a_handle_that_never_had_a_connection() {
        assert_eq!(verdict(vec![handle(Connection::Never, 300, 300)], 0), Verdict::Leaked);
        assert_eq!(verdict(vec![handle(Connection::Never, 299, 299)], 0), Verdict::Idle);
    }

    #[test]
    fn a_client_that_still_asks_is_there() {
        assert_eq!(verdict(vec![handle(Connection::Never, 9_999, 299)], 9_999), Verdict::Idle);
        assert_eq!(verdict(vec![handle(Connection::Gone, 9_999, 5)], 9_999), Verdict::Idle);
    }

    #[test]
    fn a_connection_that_is_gone_and_a_session_without_handles_need_two_looks_the_grace_apart() {
        for handles in [vec![handle(Connection::Gone, 9_999, 9_999)], vec![]] {
            assert_eq!(verdict(handles.clone(), 0), Verdict::Suspect);
            assert_eq!(verdict(handles.clone(), 299), Verdict::Suspect);
            assert_eq!(verdict(handles, 300), Verdict::Leaked);
        }
    }

    #[test]
    fn one_live_handle_keeps_its_session_whatever_the_others_do() {
        for live in [Connection::Live, Connection::Starting, Connection::Unclear] {
            let handles = vec![handle(Connection::Gone, 9_999, 9_999), handle(live, 9_999, 9_999)];
            assert_eq!(verdict(handles, 9_999), Verdict::Live);
        }
        let crowded =
            SessionFacts { more_handles: true, ..session(vec![handle(Connection::Never, 9_999, 9_999)]) };
        assert_eq!(judged(&crowded, seconds(9_999), GRACE).verdict, Verdict::Live);
    }

    #[test]
    fn a_second_handle_that_is_young_gives_the_session_time() {
        let handles = vec![handle(Connection::Never, 9_999, 9_999), handle(Connection::Never, 5, 9_999)];
        assert_eq!(verdict(handles, 0), Verdict::Idle);
    }

    #[test]
    fn the_memory_forgets_what_lives_again() {
        let start = Instant::now();
        let after = |passed: u64| start + seconds(passed);
        let look = |handles| Look { sessions: vec![session(handles)] };
        let mut memory = Memory::default();
        memory.take(&look(vec![]), start);
        memory.take(&look(vec![handle(Connection::Live, 1, 1)]), after(200));
        memory.take(&look(vec![]), after(400));
        assert_eq!(memory.dead_for(1, after(500)), seconds(100));
        let audit = audit(&look(vec![]), &memory, GRACE, after(500));
        assert_eq!((audit.count(Verdict::Suspect), audit.count(Verdict::Leaked)), (1, 0));
    }
}
