//! Records.

use everpresent_session::ids::{Epoch, RecordNumber};
use everpresent_session::record::{Cause, Record};

use super::effect::{read_effect, write_effect};
use super::ids::{read_home, read_ledger, read_session, write_id};
use super::{Malformed, each, needed};
use crate::wire;
use crate::wire::cause::Kind;

pub(super) fn write_record(record: Record) -> wire::Record {
    wire::Record {
        home: record.home.to_string(),
        ledger: write_id(record.ledger.0),
        epoch: record.epoch.0,
        number: record.number.0,
        cause: Some(write_cause(record.cause)),
        effects: record.effects.into_iter().map(write_effect).collect(),
    }
}

pub(super) fn read_record(record: wire::Record) -> Result<Record, Malformed> {
    Ok(Record {
        home: read_home(&record.home)?,
        ledger: read_ledger(record.ledger)?,
        epoch: Epoch(record.epoch),
        number: RecordNumber(record.number),
        cause: read_cause(needed(record.cause, "a record has no cause")?)?,
        effects: each(record.effects, read_effect)?,
    })
}

fn write_cause(cause: Cause) -> wire::Cause {
    let (kind, session) = match cause {
        Cause::Client(session) => (Kind::Client, write_id(session.0)),
        Cause::Channel => (Kind::Channel, bytes::Bytes::new()),
        Cause::Deadline => (Kind::Deadline, bytes::Bytes::new()),
        Cause::Transport => (Kind::Transport, bytes::Bytes::new()),
        Cause::Order => (Kind::Order, bytes::Bytes::new()),
        Cause::Database => (Kind::Database, bytes::Bytes::new()),
        Cause::Takeover => (Kind::Takeover, bytes::Bytes::new()),
        Cause::Audit => (Kind::Audit, bytes::Bytes::new()),
    };
    wire::Cause { kind: kind.into(), session }
}

fn read_cause(cause: wire::Cause) -> Result<Cause, Malformed> {
    Ok(match Kind::try_from(cause.kind) {
        Ok(Kind::Client) => Cause::Client(read_session(cause.session)?),
        Ok(Kind::Channel) => Cause::Channel,
        Ok(Kind::Deadline) => Cause::Deadline,
        Ok(Kind::Transport) => Cause::Transport,
        Ok(Kind::Order) => Cause::Order,
        Ok(Kind::Database) => Cause::Database,
        Ok(Kind::Takeover) => Cause::Takeover,
        Ok(Kind::Audit) => Cause::Audit,
        Ok(Kind::Unspecified) | Err(_) => return Err(Malformed("the cause of a record is unknown")),
    })
}
