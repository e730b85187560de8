//! The parts of a snapshot.

use everpresent_session::channel::Waiting;
use everpresent_session::ids::{Epoch, RecordNumber, RowId, SessionId};
use everpresent_session::ledger::{QueuedMessage, Totals};
use everpresent_session::snapshot::{Beginning, Part};
use everpresent_session::time::Timestamp;
use everpresent_session::tombstone::Tombstone;

use super::ids::{
    read_home, read_ledger, read_reason, read_row_id, read_session as read_session_id, write_id,
    write_reason, write_row_id,
};
use super::row::{read_row, write_row};
use super::session::{read_session, read_spooled, write_session, write_spooled};
use super::{Malformed, each, kept, narrow, needed, read_bare};
use crate::wire;
use crate::wire::part::Kind;

pub(super) fn write_part(part: Part) -> wire::Part {
    let kind = match part {
        Part::Beginning(beginning) => Kind::Beginning(write_beginning(&beginning)),
        Part::Session(session) => Kind::Session(write_session(*session)),
        Part::Tombstones(stones) => {
            let tombstones = stones.iter().map(|(session, stone)| write_tombstone(*session, stone));
            Kind::Tombstones(wire::Tombstones { tombstones: tombstones.collect() })
        }
        Part::Messages(messages) => {
            let messages = messages.into_iter().map(|(id, message)| write_message(id, message));
            Kind::Messages(wire::QueuedMessages { messages: messages.collect() })
        }
        Part::Unfinished(rows) => {
            let rows = rows
                .into_iter()
                .map(|(record, row)| wire::UnfinishedRow { record: record.0, row: Some(write_row(row)) });
            Kind::Unfinished(wire::Unfinished { rows: rows.collect() })
        }
        Part::Outgoing { to, last, waiting } => {
            let waiting = waiting.into_iter().map(write_waiting).collect();
            Kind::Outgoing(wire::Outgoing { to: to.to_string(), last, waiting })
        }
        Part::Incoming(numbers) => {
            let numbers =
                numbers.into_iter().map(|(from, number)| wire::Received { from: write_id(from.0), number });
            Kind::Incoming(wire::Incoming { numbers: numbers.collect() })
        }
    };
    wire::Part { kind: Some(kind) }
}

pub(super) fn read_part(part: wire::Part) -> Result<Part, Malformed> {
    Ok(match needed(part.kind, "a part of a snapshot is of an unknown kind")? {
        Kind::Beginning(beginning) => Part::Beginning(read_beginning(beginning)?),
        Kind::Session(session) => Part::Session(Box::new(read_session(session)?)),
        Kind::Tombstones(stones) => Part::Tombstones(each(stones.tombstones, read_tombstone)?),
        Kind::Messages(messages) => Part::Messages(each(messages.messages, read_message)?),
        Kind::Unfinished(unfinished) => Part::Unfinished(each(unfinished.rows, |unfinished| {
            let row = read_row(needed(unfinished.row, "an unfinished row is missing")?)?;
            Ok((RecordNumber(unfinished.record), row))
        })?),
        Kind::Outgoing(outgoing) => Part::Outgoing {
            to: read_home(&outgoing.to)?,
            last: outgoing.last,
            waiting: each(outgoing.waiting, read_waiting)?,
        },
        Kind::Incoming(incoming) => Part::Incoming(each(incoming.numbers, |received| {
            Ok((read_ledger(received.from)?, received.number))
        })?),
    })
}

fn write_beginning(beginning: &Beginning) -> wire::Beginning {
    let closed = beginning.totals.closed.iter();
    wire::Beginning {
        home: beginning.home.to_string(),
        ledger: write_id(beginning.ledger.0),
        epoch: beginning.epoch.0,
        last: beginning.last.0,
        opened: beginning.totals.opened,
        adopted: beginning.totals.adopted,
        closed: closed
            .map(|(reason, count)| wire::ClosedCount { reason: write_reason(*reason).into(), count: *count })
            .collect(),
    }
}

fn read_beginning(beginning: wire::Beginning) -> Result<Beginning, Malformed> {
    let closed = each(beginning.closed, |closed| Ok((read_reason(closed.reason)?, closed.count)))?;
    Ok(Beginning {
        home: read_home(&beginning.home)?,
        ledger: read_ledger(beginning.ledger)?,
        epoch: Epoch(beginning.epoch),
        last: RecordNumber(beginning.last),
        totals: Totals {
            opened: beginning.opened,
            adopted: beginning.adopted,
            closed: closed.into_iter().collect(),
        },
    })
}

fn write_tombstone(session: SessionId, stone: &Tombstone) -> wire::Tombstone {
    wire::Tombstone {
        session: write_id(session.0),
        user: stone.user.to_string(),
        reason: write_reason(stone.reason).into(),
        at: stone.at.0,
        handled: stone.handled,
    }
}

fn read_tombstone(stone: wire::Tombstone) -> Result<(SessionId, Tombstone), Malformed> {
    let session = read_session_id(stone.session)?;
    let reason = read_reason(stone.reason)?;
    let (user, at) = (read_bare(&stone.user)?, Timestamp(stone.at));
    Ok((session, Tombstone { user, reason, at, handled: stone.handled }))
}

fn write_message(id: RowId, message: QueuedMessage) -> wire::QueuedMessage {
    wire::QueuedMessage {
        id: Some(write_row_id(id)),
        user: message.user.to_string(),
        stanza: message.stanza,
        spooled: Some(write_spooled(message.spooled)),
        holders: u32::from(message.holders),
        received: message.received,
        unsure: message.unsure,
    }
}

fn read_message(message: wire::QueuedMessage) -> Result<(RowId, QueuedMessage), Malformed> {
    let holders = narrow(message.holders, "a message is in too many queues")?;
    if holders == 0 {
        return Err(Malformed("a message is in no queue"));
    }
    let queued = QueuedMessage {
        user: read_bare(&message.user)?,
        stanza: kept(message.stanza),
        spooled: read_spooled(needed(message.spooled, "the row of a message is missing")?)?,
        holders,
        received: message.received,
        unsure: message.unsure,
    };
    Ok((read_row_id(message.id)?, queued))
}

fn write_waiting((waiting, written, unsure): (Waiting, bool, bool)) -> wire::Waiting {
    wire::Waiting {
        number: waiting.number,
        record: waiting.record.0,
        id: Some(write_row_id(waiting.id)),
        stanza: waiting.stanza,
        written,
        unsure,
    }
}

fn read_waiting(waiting: wire::Waiting) -> Result<(Waiting, bool, bool), Malformed> {
    let (written, unsure) = (waiting.written, waiting.unsure);
    let waiting = Waiting {
        number: waiting.number,
        record: RecordNumber(waiting.record),
        id: read_row_id(waiting.id)?,
        stanza: kept(waiting.stanza),
    };
    Ok((waiting, written, unsure))
}
