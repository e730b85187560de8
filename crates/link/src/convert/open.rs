//! What opens a stream, and single requests. Each names the version of the wire.

use everpresent_session::ids::Epoch;

use super::ids::{read_home, read_incarnation, read_ledger, write_id};
use super::{Malformed, narrow, needed};
use crate::carry::Line;
use crate::order::{Order, OrderReply};
use crate::pki::{Certificates, JoinRequest, SigningRequest};
use crate::wire::{VERSION, VERSIONS};
use crate::{delivery, replication, wire};

fn spoken(version: u32) -> Result<(), Malformed> {
    if VERSIONS.contains(&version) {
        Ok(())
    } else {
        Err(Malformed("the version of the link is not known here"))
    }
}

pub(crate) fn control() -> wire::ControlMessage {
    let hello = wire::Hello { version: VERSION };
    wire::ControlMessage { kind: Some(wire::control_message::Kind::Hello(hello)) }
}

#[expect(clippy::needless_pass_by_value, reason = "as the other openings are read")]
pub(crate) fn read_control(first: wire::ControlMessage) -> Result<(), Malformed> {
    let Some(wire::control_message::Kind::Hello(hello)) = first.kind else {
        return Err(Malformed("a control stream was not opened"));
    };
    spoken(hello.version)
}

pub(crate) fn replication(begin: &replication::Begin) -> wire::ReplicationFrame {
    let begin = wire::ReplicationBegin {
        version: VERSION,
        home: begin.home.to_string(),
        ledger: write_id(begin.ledger.0),
        epoch: begin.epoch.0,
        incarnation: write_id(begin.incarnation.0),
    };
    wire::ReplicationFrame { kind: Some(wire::replication_frame::Kind::Begin(begin)) }
}

pub(crate) fn read_replication(first: wire::ReplicationFrame) -> Result<replication::Begin, Malformed> {
    let Some(wire::replication_frame::Kind::Begin(begin)) = first.kind else {
        return Err(Malformed("a stream of records was not opened"));
    };
    spoken(begin.version)?;
    Ok(replication::Begin {
        home: read_home(&begin.home)?,
        ledger: read_ledger(begin.ledger)?,
        epoch: Epoch(begin.epoch),
        incarnation: read_incarnation(begin.incarnation)?,
    })
}

pub(crate) fn delivery(open: &delivery::Open) -> wire::Delivery {
    let open = wire::DeliveryOpen {
        version: VERSION,
        from_home: open.from_home.to_string(),
        from_ledger: write_id(open.from_ledger.0),
        to_home: open.to_home.to_string(),
    };
    wire::Delivery { kind: Some(wire::delivery::Kind::Open(open)) }
}

pub(crate) fn read_delivery(first: wire::Delivery) -> Result<delivery::Open, Malformed> {
    let Some(wire::delivery::Kind::Open(open)) = first.kind else {
        return Err(Malformed("a channel was not opened"));
    };
    spoken(open.version)?;
    Ok(delivery::Open {
        from_home: read_home(&open.from_home)?,
        from_ledger: read_ledger(open.from_ledger)?,
        to_home: read_home(&open.to_home)?,
    })
}

pub(crate) fn carry(line: &Line) -> wire::ToOwner {
    let (line, address) = (line.kind.clone(), line.address.to_string());
    let open = wire::CarryOpen { version: VERSION, line, address };
    wire::ToOwner { kind: Some(wire::to_owner::Kind::Open(open)) }
}

pub(crate) fn read_carry(first: wire::ToOwner) -> Result<Line, Malformed> {
    let Some(wire::to_owner::Kind::Open(open)) = first.kind else {
        return Err(Malformed("the way of a client was not opened"));
    };
    spoken(open.version)?;
    let address = open.address.parse().map_err(|_| Malformed("the address of a client is none"))?;
    Ok(Line { kind: open.line, address })
}

pub(crate) fn order(order: Order) -> wire::OrderRequest {
    wire::OrderRequest { version: VERSION, name: order.name, arguments: order.arguments }
}

pub(crate) fn read_order(request: wire::OrderRequest) -> Result<Order, Malformed> {
    spoken(request.version)?;
    Ok(Order { name: request.name, arguments: request.arguments })
}

pub(crate) fn write_order_reply(reply: OrderReply) -> wire::OrderReply {
    use wire::order_reply::Kind;
    wire::OrderReply { kind: Some(reply.map_or_else(Kind::Refused, Kind::Done)) }
}

pub(crate) fn order_reply(reply: wire::OrderReply) -> Result<OrderReply, Malformed> {
    use wire::order_reply::Kind;
    Ok(match needed(reply.kind, "the answer to an order is of an unknown kind")? {
        Kind::Done(text) => Ok(text),
        Kind::Refused(text) => Err(text),
    })
}

pub(crate) fn renewal(request: &SigningRequest) -> wire::RenewRequest {
    wire::RenewRequest { version: VERSION, signing_request: request.0.clone().into() }
}

pub(crate) fn read_renewal(request: wire::RenewRequest) -> Result<SigningRequest, Malformed> {
    spoken(request.version)?;
    Ok(SigningRequest(request.signing_request.into()))
}

pub(crate) fn join(request: &JoinRequest) -> wire::JoinRequest {
    wire::JoinRequest {
        version: VERSION,
        node: request.node.clone(),
        secret: request.secret.to_vec().into(),
        signing_request: request.request.0.clone().into(),
    }
}

pub(crate) fn read_join(request: wire::JoinRequest) -> Result<JoinRequest, Malformed> {
    spoken(request.version)?;
    let secret: [u8; 32] = narrow(&request.secret[..], "the secret has another length")?;
    Ok(JoinRequest {
        node: request.node,
        request: SigningRequest(request.signing_request.into()),
        secret: secret.into(),
    })
}

pub(crate) fn write_certificates(reply: Result<Certificates, String>) -> wire::CertificateReply {
    use wire::certificate_reply::Kind;
    let kind = match reply {
        Ok(certificates) => Kind::Certificates(wire::Certificates {
            node: certificates.node.into(),
            authority: certificates.authority.into(),
        }),
        Err(text) => Kind::Refused(text),
    };
    wire::CertificateReply { kind: Some(kind) }
}

pub(crate) fn certificates(reply: wire::CertificateReply) -> Result<Result<Certificates, String>, Malformed> {
    use wire::certificate_reply::Kind;
    Ok(match needed(reply.kind, "the answer is of an unknown kind")? {
        Kind::Certificates(certificates) => {
            Ok(Certificates { node: certificates.node.into(), authority: certificates.authority.into() })
        }
        Kind::Refused(text) => Err(text),
    })
}
