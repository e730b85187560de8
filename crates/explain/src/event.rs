//! What a line says.

use everpresent_recovery::manager::{NodeState, Reason};
use jiff::civil::DateTime;

/// Longest text of a name out of a log, in characters: services, nodes, users.
const MAX_NAME_CHARACTERS: usize = 96;

/// Something that happened, as one line says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// When, on the clock of who wrote it.
    pub(crate) at: DateTime,
    /// Index of the file.
    pub(crate) file: usize,
    /// Number of the line, from 1.
    pub(crate) line: u64,
    /// What.
    pub(crate) what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// The peer was not heard for so many seconds.
    PeerDown { seconds: u64 },
    /// The peer is heard again.
    PeerUp,
    /// The peer said that it stops.
    PeerReboot,
    /// States of the node that writes and of its peer.
    States { own: NodeState, peer: NodeState },
    /// A node's own state, with its reason.
    State { state: NodeState, reason: Reason },
    /// A service of this node is down for so many seconds, as the recovery manager counts it.
    ServiceDown { service: String, seconds: Option<u64> },
    /// An order of an operator.
    Order { order: OrderKind, node: Option<String>, user: Option<String> },
    /// An alarm or line says that a service ended or did not start.
    ServiceStopped { service: String, node: Option<String>, how: &'static str },
    /// An alarm says that a service runs.
    ServiceStarted { service: String, node: Option<String> },
    /// The database cannot be reached.
    DatabaseDown { node: Option<String>, alarm: String },
    /// A program ended with a core dump.
    CoreDump { program: String, node: Option<String> },
    /// A machine is being shut down or restarted in order.
    Shutdown { node: Option<String> },
    /// A machine starts.
    Boot { node: Option<String> },
    /// The recovery manager raised an alarm about itself.
    RecoveryAlarm { alarm: &'static str, node: Option<String> },
}

/// What an operator ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderKind {
    /// Let the partner serve this node's users.
    Failover,
    /// Give them back.
    Fallback,
    /// Out of failed mode.
    Recover,
    /// High availability off.
    Disable,
    /// High availability on.
    Enable,
}

impl OrderKind {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Failover => "failover",
            Self::Fallback => "fallback",
            Self::Recover => "recovery",
            Self::Disable => "disabling of high availability",
            Self::Enable => "enabling of high availability",
        }
    }
}

/// A name out of a log, safe to show: no control characters, not too long. `None` if nothing is left.
pub(crate) fn name(text: &str) -> Option<String> {
    let shown: String = text.trim().chars().take(MAX_NAME_CHARACTERS).map(safe).collect();
    if shown.is_empty() { None } else { Some(shown) }
}

/// Control characters steer terminals, and so do those that turn the direction of writing.
pub(crate) fn safe(c: char) -> char {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || turns { '\u{fffd}' } else { c }
}

/// A time with milliseconds: `2021-05-13T02:48:48.244`.
pub(crate) fn shown(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

/// The state with this text, whatever the case of its letters.
pub(crate) fn state(text: &str) -> Option<NodeState> {
    NodeState::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(text.trim()))
}

/// The reason with this text, whatever the case of its letters.
pub(crate) fn reason(text: &str) -> Option<Reason> {
    Reason::ALL.into_iter().find(|reason| reason.as_str().eq_ignore_ascii_case(text.trim()))
}

impl What {
    /// The sentence of the time line.
    pub(crate) fn sentence(&self) -> String {
        let on = |node: &Option<String>| node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
        match self {
            Self::PeerDown { seconds } => format!("peer down: no heartbeat for {seconds} s"),
            Self::PeerUp => "peer up: heartbeats come again".to_owned(),
            Self::PeerReboot => "the peer says that it stops".to_owned(),
            Self::States { own, peer } => format!("this node: {own}; peer: {peer}"),
            Self::State { state, reason } => format!("this node is {state}, reason {reason}"),
            Self::ServiceDown { service, seconds: Some(seconds) } => {
                format!("critical service {service} is down for {seconds} s")
            }
            Self::ServiceDown { service, seconds: None } => format!("critical service {service} is down"),
            Self::Order { order, node, user } => {
                let of = node.as_ref().map(|node| format!(" of {node}")).unwrap_or_default();
                let by = user.as_ref().map(|user| format!(" by {user}")).unwrap_or_default();
                format!("{} ordered{of}{by}", order.as_str())
            }
            Self::ServiceStopped { service, node, how } => format!("{service} {how}{}", on(node)),
            Self::ServiceStarted { service, node } => format!("{service} started{}", on(node)),
            Self::DatabaseDown { node, alarm } => format!("database not reached{} ({alarm})", on(node)),
            Self::CoreDump { program, node } => format!("core dump of {program}{}", on(node)),
            Self::Shutdown { node } => format!("shutdown{}", on(node)),
            Self::Boot { node } => format!("boot{}", on(node)),
            Self::RecoveryAlarm { alarm, node } => format!("alarm {alarm}{}", on(node)),
        }
    }
}
