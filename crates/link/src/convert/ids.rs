//! Ids, times and reasons.

use std::time::Duration;

use bytes::Bytes;
use everpresent_session::ids::{Epoch, HomeName, Incarnation, LedgerId, RecordNumber, RowId, SessionId};
use everpresent_session::reason::Reason;

use super::{Malformed, narrow, needed};
use crate::wire;

/// Longest name of a home or service.
const MAX_NAME_BYTES: usize = 256;

pub(super) fn write_id(id: u128) -> Bytes {
    Bytes::copy_from_slice(&id.to_be_bytes())
}

#[expect(clippy::needless_pass_by_value, reason = "fields of the wire are taken apart by value")]
pub(super) fn read_id(bytes: Bytes) -> Result<u128, Malformed> {
    let bytes: [u8; 16] = narrow(&bytes[..], "an id is not 16 bytes long")?;
    Ok(u128::from_be_bytes(bytes))
}

pub(super) fn read_session(bytes: Bytes) -> Result<SessionId, Malformed> {
    read_id(bytes).map(SessionId)
}

pub(super) fn read_ledger(bytes: Bytes) -> Result<LedgerId, Malformed> {
    read_id(bytes).map(LedgerId)
}

pub(super) fn read_incarnation(bytes: Bytes) -> Result<Incarnation, Malformed> {
    read_id(bytes).map(Incarnation)
}

pub(super) fn read_home(name: &str) -> Result<HomeName, Malformed> {
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        return Err(Malformed("the name of a home is empty or too long"));
    }
    Ok(HomeName::new(name))
}

pub(super) fn write_row_id(id: RowId) -> wire::RowId {
    wire::RowId { epoch: id.epoch.0, record: id.record.0, index: u32::from(id.index) }
}

pub(super) fn read_row_id(id: Option<wire::RowId>) -> Result<RowId, Malformed> {
    let id = needed(id, "the id of a row is missing")?;
    let index = narrow(id.index, "the id of a row is out of range")?;
    Ok(RowId { epoch: Epoch(id.epoch), record: RecordNumber(id.record), index })
}

pub(super) fn write_span(span: Duration) -> wire::Span {
    wire::Span { seconds: span.as_secs(), nanoseconds: span.subsec_nanos() }
}

pub(super) fn read_span(span: wire::Span) -> Result<Duration, Malformed> {
    if span.nanoseconds >= 1_000_000_000 {
        return Err(Malformed("a time is out of range"));
    }
    Ok(Duration::new(span.seconds, span.nanoseconds))
}

pub(super) fn write_reason(reason: Reason) -> wire::Reason {
    match reason {
        Reason::SignedIn => wire::Reason::SignedIn,
        Reason::Adopted => wire::Reason::Adopted,
        Reason::ClientClosed => wire::Reason::ClientClosed,
        Reason::TransportLost => wire::Reason::TransportLost,
        Reason::LetGo => wire::Reason::LetGo,
        Reason::Resumed => wire::Reason::Resumed,
        Reason::Expired => wire::Reason::Expired,
        Reason::Replaced => wire::Reason::Replaced,
        Reason::HandedOver => wire::Reason::HandedOver,
        Reason::Kicked => wire::Reason::Kicked,
        Reason::AccountClosed => wire::Reason::AccountClosed,
        Reason::QueueFull => wire::Reason::QueueFull,
        Reason::PolicyViolation => wire::Reason::PolicyViolation,
        Reason::Broken => wire::Reason::Broken,
        Reason::Leaked => wire::Reason::Leaked,
    }
}

pub(super) fn read_reason(reason: i32) -> Result<Reason, Malformed> {
    let known = Reason::ALL.into_iter().find(|known| write_reason(*known) as i32 == reason);
    needed(known, "a reason is unknown")
}
