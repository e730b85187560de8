//! A message of every stream and of every kind, and what opens each stream.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use everpresent_recovery::ownership::PeerMessage;
use everpresent_session::ids::{Epoch, Incarnation, RecordNumber};
use everpresent_session::time::Moment;

use super::{LEDGER, Sample, bare, full, home, rows, sample, stanza};
use crate::carry::{Bind, Enabled, Ending, Line, ToCarrier, ToOwner};
use crate::control::{Control, Heartbeat, HomeView, ServiceHealth};
use crate::convert::{Malformed, Message, open};
use crate::delivery::{Item, Items};
use crate::replication::Frame;
use crate::{delivery, replication, wire};

const PROCESS: Incarnation = Incarnation(0xfedc);

pub(super) fn all() -> Vec<Sample> {
    let mut samples = control();
    samples.extend(replication());
    samples.extend(delivery());
    samples.extend(to_owner());
    samples.extend(to_carrier());
    samples.extend(openings());
    samples
}

fn control() -> Vec<Sample> {
    let ownership = |name: &str, message| sample(name, Control::Ownership { home: home(), message });
    let heartbeat = Heartbeat {
        node: "imp1".into(),
        incarnation: PROCESS,
        software: "0.1.0".into(),
        features: u64::MAX,
        state: 3,
        reason: 255,
        sent: Moment(123_456),
        services: vec![ServiceHealth { name: "database".into(), up: true }],
        homes: vec![HomeView { home: home(), epoch: Epoch(5), serving: true, mode: 1 }],
        sessions: 2_000,
    };
    vec![
        sample("control-heartbeat", Control::Heartbeat(Box::new(heartbeat))),
        ownership(
            "control-ask",
            PeerMessage::Ask { epoch: Epoch(5), incarnation: PROCESS, asked: Moment(1) },
        ),
        ownership(
            "control-grant",
            PeerMessage::Grant {
                epoch: Epoch(5),
                to: PROCESS,
                asked: Moment(1),
                length: Duration::new(60, 999_999_999),
                from: Incarnation(1),
            },
        ),
        ownership("control-refusal", PeerMessage::Refusal { highest: Epoch(6) }),
        ownership("control-yielded", PeerMessage::Yielded { epoch: Epoch(5), incarnation: PROCESS }),
        sample("control-goodbye", Control::Goodbye { reason: 9 }),
    ]
}

fn replication() -> Vec<Sample> {
    use replication::Answer;
    vec![
        sample("frame-cut", Frame::Cut(RecordNumber(12))),
        sample("answer-accepted", Answer::Accepted),
        sample("answer-refused", Answer::Refused { reason: "not the partner".into() }),
        sample("answer-confirmed", Answer::Confirmed(RecordNumber(13))),
    ]
}

fn delivery() -> Vec<Sample> {
    use delivery::Answer;
    let item = |number| Item { number, stanza: stanza() };
    vec![
        sample("delivery-items", Items(vec![item(1), item(2)])),
        sample("delivery-ready", Answer::Ready { received: 0 }),
        sample("delivery-confirmed", Answer::Confirmed { up_to: 2 }),
        sample("delivery-not-owner", Answer::NotOwner { owner: Some("imp2".into()) }),
        sample("delivery-not-owner-unknown", Answer::NotOwner { owner: None }),
    ]
}

fn to_owner() -> Vec<Sample> {
    let bind = |enable| Bind { jid: full(), user_agent: None, enable, carbons: true, inactive: true };
    let bind = |enable| ToOwner::Bind(Box::new(bind(enable)));
    let tokens = rows::all().into_iter().filter(|(name, _)| name.starts_with("token"));
    vec![
        sample("owner-tokens", ToOwner::StoreTokens(tokens.map(|(_, row)| row).collect())),
        sample("owner-bind", bind(None)),
        sample("owner-bind-managed", bind(Some(false))),
        sample("owner-bind-resumable", bind(Some(true))),
        sample("owner-resume", ToOwner::Resume { user: bare(), id: "0123".into(), h: 6 }),
        sample("owner-stanza", ToOwner::Stanza(stanza())),
        sample("owner-close", ToOwner::StreamClose),
        sample("owner-gone", ToOwner::Gone),
        sample("owner-malformed", ToOwner::Malformed { condition: "not-well-formed".into() }),
    ]
}

fn to_carrier() -> Vec<Sample> {
    let bound = |enabled| ToCarrier::Bound { jid: full(), enabled };
    let enabled = |id: Option<&str>| Enabled { id: id.map(str::to_owned), max_seconds: id.map(|_| 900) };
    let error = Bytes::from_static(b"<stream:error/>");
    vec![
        sample("carrier-tokens-stored", ToCarrier::TokensStored),
        sample("carrier-bound", bound(None)),
        sample("carrier-bound-managed", bound(Some(enabled(None)))),
        sample("carrier-bound-resumable", bound(Some(enabled(Some("0123"))))),
        sample("carrier-bind-failed", ToCarrier::BindFailed { code: 255 }),
        sample("carrier-resumed", ToCarrier::Resumed { jid: full(), handled: 6 }),
        sample("carrier-resume-failed", ToCarrier::ResumeFailed { handled: Some(0) }),
        sample("carrier-resume-unknown", ToCarrier::ResumeFailed { handled: None }),
        sample("carrier-too-high", ToCarrier::TooHigh { h: 9, sent: 8 }),
        sample("carrier-not-owner", ToCarrier::NotOwner),
        sample("carrier-output", ToCarrier::Output(stanza())),
        sample("carrier-let-go", ToCarrier::Ending(Ending::LetGo)),
        sample("carrier-closed", ToCarrier::Ending(Ending::Closed)),
        sample("carrier-error", ToCarrier::Ending(Ending::Error(error))),
    ]
}

/// What opens a stream is no message of the stream, so each is given the form of one here.
macro_rules! opening {
    ($name:ident, $value:ty, $wire:ty, $write:expr, $read:path) => {
        #[derive(Debug, Clone, PartialEq)]
        struct $name($value);

        impl Message for $name {
            type Wire = $wire;

            fn write(self, out: &mut VecDeque<Self::Wire>) {
                let write: fn(&$value) -> $wire = $write;
                out.push_back(write(&self.0));
            }

            fn read(wire: Self::Wire) -> Result<Self, Malformed> {
                $read(wire).map(Self)
            }
        }
    };
}

opening!(OpenControl, (), wire::ControlMessage, |()| open::control(), open::read_control);
opening!(OpenRecords, replication::Begin, wire::ReplicationFrame, open::replication, open::read_replication);
opening!(OpenChannel, delivery::Open, wire::Delivery, open::delivery, open::read_delivery);
opening!(OpenCarry, Line, wire::ToOwner, open::carry, open::read_carry);
opening!(
    AnOrder,
    crate::order::Order,
    wire::OrderRequest,
    |order| open::order(order.clone()),
    open::read_order
);
opening!(
    AnOrderReply,
    crate::order::OrderReply,
    wire::OrderReply,
    |reply| open::write_order_reply(reply.clone()),
    open::order_reply
);
opening!(Joining, crate::pki::JoinRequest, wire::JoinRequest, open::join, open::read_join);
opening!(Renewing, crate::pki::SigningRequest, wire::RenewRequest, open::renewal, open::read_renewal);
opening!(
    Certified,
    Result<crate::pki::Certificates, String>,
    wire::CertificateReply,
    |reply| open::write_certificates(reply.clone()),
    open::certificates
);

fn openings() -> Vec<Sample> {
    use crate::order::Order;
    use crate::pki::{Certificates, JoinRequest, SigningRequest};
    let begin = replication::Begin { home: home(), ledger: LEDGER, epoch: Epoch(5), incarnation: PROCESS };
    let channel = delivery::Open { from_home: home(), from_ledger: LEDGER, to_home: home() };
    let line = Line { kind: "websocket".into(), address: "[2001:db8::1]:5222".parse().unwrap() };
    let request = SigningRequest(vec![0x30, 0]);
    let certificates = Certificates { node: vec![1], authority: vec![2] };
    let joining = JoinRequest { node: "imp2".into(), request: request.clone(), secret: [7; 32].into() };
    vec![
        sample("open-control", OpenControl(())),
        sample("open-records", OpenRecords(begin)),
        sample("open-channel", OpenChannel(channel)),
        sample("open-carry", OpenCarry(line)),
        sample("order", AnOrder(Order { name: "failover".into(), arguments: vec!["imp1".into()] })),
        sample("order-done", AnOrderReply(Ok("started".into()))),
        sample("order-refused", AnOrderReply(Err("not now".into()))),
        sample("join", Joining(joining)),
        sample("renew", Renewing(request)),
        sample("certificates", Certified(Ok(certificates))),
        sample("certificates-refused", Certified(Err("not invited".into()))),
    ]
}
