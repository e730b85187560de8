//! Replication, in frames of bounded size.

use std::collections::VecDeque;

use everpresent_session::ids::RecordNumber;
use prost::Message as _;

use super::record::{read_record, write_record};
use super::snapshot::{read_part, write_part};
use super::{Malformed, Message, each, needed};
use crate::replication::{Answer, Frame};
use crate::transport::limits::{BATCH_BYTES, BATCH_ITEMS};
use crate::wire;
use crate::wire::replication_answer::Kind as AnswerKind;
use crate::wire::replication_frame::Kind;

impl Message for Frame {
    type Wire = wire::ReplicationFrame;

    fn write(self, out: &mut VecDeque<Self::Wire>) {
        let frame = |kind| wire::ReplicationFrame { kind: Some(kind) };
        match self {
            Self::Part(part) => out.push_back(frame(Kind::Part(write_part(*part)))),
            Self::Cut(record) => out.push_back(frame(Kind::Cut(wire::Cut { record: record.0 }))),
            Self::Records(records) => {
                let records = records.into_iter().map(write_record);
                batches(records, wire::Record::encoded_len, |records| {
                    out.push_back(frame(Kind::Records(wire::Records { records })));
                });
            }
        }
    }

    fn read(wire: Self::Wire) -> Result<Self, Malformed> {
        Ok(match needed(wire.kind, "a frame of replication is of an unknown kind")? {
            Kind::Begin(_) => return Err(Malformed("a stream of records begins twice")),
            Kind::Part(part) => Self::Part(Box::new(read_part(part)?)),
            Kind::Cut(cut) => Self::Cut(RecordNumber(cut.record)),
            Kind::Records(records) => Self::Records(each(records.records, read_record)?),
        })
    }
}

impl Message for Answer {
    type Wire = wire::ReplicationAnswer;

    fn write(self, out: &mut VecDeque<Self::Wire>) {
        let kind = match self {
            Self::Accepted => AnswerKind::Accepted(wire::Accepted {}),
            Self::Refused { reason } => AnswerKind::Refused(wire::Refused { reason }),
            Self::Confirmed(record) => AnswerKind::Confirmed(record.0),
        };
        out.push_back(wire::ReplicationAnswer { kind: Some(kind) });
    }

    fn read(wire: Self::Wire) -> Result<Self, Malformed> {
        Ok(match needed(wire.kind, "an answer of replication is of an unknown kind")? {
            AnswerKind::Accepted(wire::Accepted {}) => Self::Accepted,
            AnswerKind::Refused(refused) => Self::Refused { reason: refused.reason },
            AnswerKind::Confirmed(record) => Self::Confirmed(RecordNumber(record)),
        })
    }
}

/// Hands items on in batches that are closed at [`BATCH_ITEMS`] or [`BATCH_BYTES`]; one that is larger goes alone.
pub(super) fn batches<T>(
    items: impl Iterator<Item = T>,
    bytes_of: impl Fn(&T) -> usize,
    mut batch: impl FnMut(Vec<T>),
) {
    let (mut gathered, mut gathered_bytes) = (Vec::new(), 0);
    for item in items {
        let bytes = bytes_of(&item);
        if !gathered.is_empty() && (gathered.len() >= BATCH_ITEMS || gathered_bytes + bytes > BATCH_BYTES) {
            batch(std::mem::take(&mut gathered));
            gathered_bytes = 0;
        }
        gathered_bytes += bytes;
        gathered.push(item);
    }
    if !gathered.is_empty() {
        batch(gathered);
    }
}
