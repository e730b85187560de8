//! A message of every kind.

mod rows;
mod snapshots;
mod streams;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use everpresent_session::ids::{Epoch, HomeName, LedgerId, RecordNumber, RowId, SessionId};
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect, Flag, Opening, Record, Spooled};
use everpresent_session::session::{ClientState, HoldKey, Presence};
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, FullJid, Jid};
use prost::Message as _;

use super::super::Message;
use crate::replication::Frame;

/// Whether bytes are read as a certain message.
type Reads = Box<dyn Fn(&[u8]) -> bool>;

/// A message and what was made of it.
pub(super) struct Sample {
    /// The name of its golden file.
    pub(super) name: String,
    /// As the encoder writes it today.
    pub(super) bytes: Vec<u8>,
    /// Whether these bytes are read as the message.
    pub(super) is_read_from: Reads,
    /// What hostile bytes are given to. See [`survive`].
    pub(super) survive: fn(&[u8]) -> Result<(), String>,
}

/// All of them.
pub(super) fn all() -> Vec<Sample> {
    let mut samples = streams::all();
    samples.extend(effects().into_iter().map(|effect| {
        let name = format!("effect-{}", name_of(&effect));
        sample(&name, Frame::Records(vec![record(Cause::Client(SESSION), vec![effect])]))
    }));
    samples.extend(rows::all().into_iter().map(|(name, row)| {
        let record = record(Cause::Channel, vec![Effect::Store(row)]);
        sample(&format!("row-{name}"), Frame::Records(vec![record]))
    }));
    samples.extend(causes().into_iter().enumerate().map(|(index, cause)| {
        sample(&format!("cause-{index}"), Frame::Records(vec![record(cause, vec![])]))
    }));
    let closed = |reason| Effect::Closed { session: SESSION, reason, at: Timestamp(-1) };
    let reasons = record(Cause::Deadline, Reason::ALL.map(closed).to_vec());
    samples.push(sample("reasons", Frame::Records(vec![reasons])));
    let parts = snapshots::all().into_iter();
    samples.extend(parts.map(|(name, part)| sample(&format!("part-{name}"), Frame::Part(Box::new(part)))));
    samples
}

/// A message that takes one message of the wire.
pub(super) fn sample<M: Message + Clone + PartialEq + Sync>(name: &str, message: M) -> Sample {
    let mut wires = VecDeque::new();
    message.clone().write(&mut wires);
    assert_eq!(wires.len(), 1, "{name}");
    Sample {
        name: name.to_owned(),
        bytes: wires[0].encode_to_vec(),
        is_read_from: Box::new(move |bytes| {
            M::Wire::decode(bytes).is_ok_and(|wire| M::read(wire).is_ok_and(|read| read == message))
        }),
        survive: survive::<M>,
    }
}

/// Reads bytes from anywhere. What can be read is written, and read as the same.
fn survive<M: Message + Clone + PartialEq>(bytes: &[u8]) -> Result<(), String> {
    let wire = M::Wire::decode(Bytes::copy_from_slice(bytes)).map_err(|error| error.to_string())?;
    let message = M::read(wire).map_err(|malformed| malformed.to_string())?;
    let mut wires = VecDeque::new();
    message.clone().write(&mut wires);
    if let (Some(wire), true) = (wires.pop_front(), wires.is_empty()) {
        assert!(M::read(wire).is_ok_and(|again| again == message), "it is written as something else");
    }
    Ok(())
}

pub(super) const SESSION: SessionId = SessionId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
pub(super) const OTHER: SessionId = SessionId(7);
pub(super) const LEDGER: LedgerId = LedgerId(u128::MAX - 1);
pub(super) const AT: Timestamp = Timestamp(1_800_000_000_123);

pub(super) fn row_id(index: u16) -> RowId {
    RowId { epoch: Epoch(3), record: RecordNumber(1 << 40), index }
}

pub(super) fn bare() -> BareJid {
    BareJid::new("alice@example.org").unwrap()
}

pub(super) fn full() -> FullJid {
    FullJid::new("alice@example.org/phone ☎").unwrap()
}

pub(super) fn jid() -> Jid {
    Jid::new("room@rooms.example.org/Bob").unwrap()
}

pub(super) fn stanza() -> Bytes {
    Bytes::from_static(b"<message><body>hello</body></message>")
}

pub(super) fn home() -> HomeName {
    HomeName::new("imp2")
}

pub(super) fn spooled() -> Spooled {
    Spooled { id: row_id(4), at: AT, archived: true, written: false }
}

pub(super) fn presence() -> Presence {
    Presence { stanza: Bytes::from_static(b"<presence/>"), priority: -128, at: AT }
}

pub(super) fn record(cause: Cause, effects: Vec<Effect>) -> Record {
    let (epoch, number) = (Epoch(u64::MAX), RecordNumber(9));
    Record { home: HomeName::new("imp1"), ledger: LEDGER, epoch, number, cause, effects }
}

fn causes() -> [Cause; 8] {
    [
        Cause::Client(SESSION),
        Cause::Channel,
        Cause::Deadline,
        Cause::Transport,
        Cause::Order,
        Cause::Database,
        Cause::Takeover,
        Cause::Audit,
    ]
}

fn effects() -> Vec<Effect> {
    let session = SESSION;
    let flag = |flag| Effect::Flag { session, flag };
    vec![
        Effect::Opened(Opening {
            session,
            jid: full(),
            user_agent: Some("d4565fa7".into()),
            at: AT,
            reason: Reason::SignedIn,
            handled: u32::MAX,
        }),
        Effect::Managed { session, resume: Some(Duration::new(900, 1)) },
        Effect::Managed { session, resume: None },
        Effect::Presence { session, presence: Some(presence()) },
        Effect::Presence { session, presence: None },
        Effect::Inherited { session, from: OTHER },
        Effect::Directed { session, to: jid(), available: true },
        flag(Flag::Carbons(true)),
        flag(Flag::Carbons(false)),
        flag(Flag::RosterInterested),
        flag(Flag::BlockListInterested),
        flag(Flag::ClientState(ClientState::Active)),
        flag(Flag::ClientState(ClientState::Inactive)),
        Effect::Enqueued { session, stanza: stanza(), spool: Some(spooled()) },
        Effect::Enqueued { session, stanza: Bytes::new(), spool: None },
        Effect::Held { session, key: HoldKey::Presence(jid()), stanza: stanza() },
        Effect::Held { session, key: HoldKey::ChatState(jid()), stanza: stanza() },
        Effect::Released { session },
        Effect::ClientAcked { session, count: 5 },
        Effect::Handled { session },
        Effect::Detached { session, wait: Duration::from_millis(1), reason: Reason::LetGo },
        Effect::Resumed { session },
        Effect::Closed { session, reason: Reason::Kicked, at: AT },
        Effect::Route { to: home(), id: row_id(1), stanza: stanza(), written: true },
        Effect::Routed { to: home(), up_to: u64::MAX },
        Effect::Received { from: LEDGER, number: 12 },
        Effect::Store(rows::all().remove(0).1),
        Effect::Spooling { messages: vec![row_id(0), row_id(u16::MAX)] },
        Effect::Stored { rows: 3, spooled: vec![row_id(2)] },
    ]
}

/// A name for each, without a way to forget one.
fn name_of(effect: &Effect) -> &'static str {
    match effect {
        Effect::Opened(_) => "opened",
        Effect::Managed { resume: Some(_), .. } => "managed",
        Effect::Managed { resume: None, .. } => "managed-without-resume",
        Effect::Presence { presence: Some(_), .. } => "presence",
        Effect::Presence { presence: None, .. } => "presence-gone",
        Effect::Inherited { .. } => "inherited",
        Effect::Directed { .. } => "directed",
        Effect::Flag { flag: Flag::Carbons(true), .. } => "flag-carbons-on",
        Effect::Flag { flag: Flag::Carbons(false), .. } => "flag-carbons-off",
        Effect::Flag { flag: Flag::RosterInterested, .. } => "flag-roster-interested",
        Effect::Flag { flag: Flag::BlockListInterested, .. } => "flag-block-list-interested",
        Effect::Flag { flag: Flag::ClientState(ClientState::Active), .. } => "flag-active",
        Effect::Flag { flag: Flag::ClientState(ClientState::Inactive), .. } => "flag-inactive",
        Effect::Enqueued { spool: Some(_), .. } => "enqueued-spooled",
        Effect::Enqueued { spool: None, .. } => "enqueued",
        Effect::Held { key: HoldKey::Presence(_), .. } => "held-presence",
        Effect::Held { key: HoldKey::ChatState(_), .. } => "held-chat-state",
        Effect::Released { .. } => "released",
        Effect::ClientAcked { .. } => "client-acked",
        Effect::Handled { .. } => "handled",
        Effect::Detached { .. } => "detached",
        Effect::Resumed { .. } => "resumed",
        Effect::Closed { .. } => "closed",
        Effect::Route { .. } => "route",
        Effect::Routed { .. } => "routed",
        Effect::Received { .. } => "received",
        Effect::Store(_) => "store",
        Effect::Spooling { .. } => "spooling",
        Effect::Stored { .. } => "stored",
    }
}

#[test]
fn there_is_a_sample_of_everything() {
    let names = |name: &str| all().iter().filter(|sample| sample.name.starts_with(name)).count();
    // A kind that is added has to be named above, and counted here once it has a sample.
    assert_eq!(names("effect-"), 29);
    assert_eq!(names("row-"), 16);
    assert_eq!(names("part-"), 8);
    assert_eq!(names("cause-"), 8);
    let mut all: Vec<String> = all().into_iter().map(|sample| sample.name).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "two samples have the same name");
}
