//! From the owner of a home to its partner: a snapshot, then every record.

use everpresent_session::ids::{Epoch, HomeName, Incarnation, LedgerId, RecordNumber};
use everpresent_session::record::Record;
use everpresent_session::snapshot::Part;

/// How a stream of records begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// Whose users it is about.
    pub home: HomeName,
    /// Which ledger.
    pub ledger: LedgerId,
    /// Under which owner.
    pub epoch: Epoch,
    /// The owner's process.
    pub incarnation: Incarnation,
}

/// What the owner sends.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The next part of the snapshot.
    Part(Box<Part>),
    /// The snapshot is whole; it was cut at this record.
    Cut(RecordNumber),
    /// The next records. Any number: what is too much for one message of the wire goes in several.
    Records(Vec<Record>),
}

/// What the partner answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It takes the stream.
    Accepted,
    /// It does not, or no longer.
    Refused {
        /// Why.
        reason: String,
    },
    /// It has applied everything up to here.
    Confirmed(RecordNumber),
}
