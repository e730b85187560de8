//! Bytes from anywhere make a message or an error.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use fastrand::Rng;
use prost::Message as _;

use super::super::Message;
use super::samples::{Sample, all};
use crate::control::Control;
use crate::replication::Frame;
use crate::wire;

/// Changed inputs that are tried.
const ROUNDS: usize = 60_000;
/// Changes to an input at once.
const MAX_CHANGES: usize = 8;

/// `EVERPRESENT_FUZZ_SEED` plays another game.
fn seed() -> u64 {
    std::env::var("EVERPRESENT_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

#[test]
fn changed_bytes_make_a_message_or_an_error() {
    let samples = all();
    let mut rng = Rng::with_seed(seed());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        let sample = rng.choice(&samples).unwrap();
        let mut input = sample.bytes.clone();
        for _ in 0..rng.usize(1..=MAX_CHANGES) {
            change(&mut rng, &mut input, &samples);
        }
        match catch_unwind(AssertUnwindSafe(|| (sample.survive)(&input))) {
            Ok(outcome) => *seen.entry(outcome.err().unwrap_or_default()).or_default() += 1,
            Err(panic) => {
                eprintln!("round {round} of seed {}, {}: {}", seed(), sample.name, input.escape_ascii());
                resume_unwind(panic);
            }
        }
    }
    // It must be able to reach both what is read and what is refused in many places.
    assert!(seen[""] > ROUNDS / 20, "{seen:?}");
    assert!(seen.len() > 20, "{seen:?}");
}

fn change(rng: &mut Rng, input: &mut Vec<u8>, samples: &[Sample]) {
    let at = rng.usize(0..=input.len());
    let to = rng.usize(at..=input.len().min(at + 32));
    match rng.u8(0..7) {
        0 | 1 if at < input.len() => input[at] ^= 1 << rng.u8(0..8),
        2 if at < input.len() => input[at] = rng.u8(..),
        3 => drop(input.drain(at..to)),
        4 => {
            let piece = input[at..to].to_vec();
            input.splice(at..at, piece.repeat(rng.usize(1..4)));
        }
        5 => {
            let other = &rng.choice(samples).unwrap().bytes;
            let from = rng.usize(0..=other.len());
            input.splice(at..to, other[from..].iter().copied());
        }
        _ => input.truncate(at),
    }
}

/// The error that this message of the wire makes.
fn refusal<M: Message>(wire: M::Wire) -> String {
    M::read(wire).err().map(|malformed| malformed.to_string()).unwrap_or_default()
}

#[test]
fn what_is_out_of_range_is_named() {
    use wire::replication_frame::Kind;
    let frame = |effect| {
        let cause = Some(wire::Cause { kind: wire::cause::Kind::Channel.into(), ..Default::default() });
        let record = wire::Record {
            home: "imp1".into(),
            ledger: vec![0; 16].into(),
            cause,
            effects: vec![wire::Effect { kind: Some(effect) }],
            ..Default::default()
        };
        let kind = Some(Kind::Records(wire::Records { records: vec![record] }));
        refusal::<Frame>(wire::ReplicationFrame { kind })
    };
    use wire::effect::Kind as Effect;
    let session = bytes::Bytes::from(vec![0; 16]);
    assert_eq!(frame(Effect::Handled(session.clone())), "");
    assert_eq!(frame(Effect::Handled(vec![0; 15].into())), "an id is not 16 bytes long");
    let closed = wire::SessionClosed { session: session.clone(), reason: 99, at: 0 };
    assert_eq!(frame(Effect::Closed(closed)), "a reason is unknown");
    let opened = wire::Opened { session: session.clone(), jid: "@".into(), ..Default::default() };
    assert_eq!(frame(Effect::Opened(opened)), "a full address is none");
    let wait = Some(wire::Span { seconds: 1, nanoseconds: 1_000_000_000 });
    let detached = wire::Detached { session, wait, reason: 1 };
    assert_eq!(frame(Effect::Detached(detached)), "a time is out of range");
    let id = wire::RowId { index: 65_536, ..Default::default() };
    let spooling = wire::Spooling { messages: vec![id] };
    assert_eq!(frame(Effect::Spooling(spooling)), "the id of a row is out of range");
}

#[test]
fn a_kind_of_a_later_release_is_refused_and_its_further_fields_are_not() {
    // Field 2000, which no kind has, with a length of 0.
    let unknown = [0x82, 0x7d, 0];
    let message = wire::ControlMessage::decode(&unknown[..]).unwrap();
    assert_eq!(refusal::<Control>(message), "a control message is of an unknown kind");
    let mut goodbye = all().into_iter().find(|sample| sample.name == "control-goodbye").unwrap();
    goodbye.bytes.extend_from_slice(&unknown);
    assert!((goodbye.is_read_from)(&goodbye.bytes));
}

#[test]
fn another_version_is_refused() {
    let hello = wire::Hello { version: 2 };
    let first = wire::ControlMessage { kind: Some(wire::control_message::Kind::Hello(hello)) };
    assert!(crate::convert::open::read_control(first).is_err());
    assert!(crate::convert::open::read_control(wire::ControlMessage::default()).is_err());
}
