//! The partner's end of replication: a complete replica, and the next one while it is being put together.
//!
//! A complete replica is given up only for a complete newer one: the witness may still name this process because of it.

use thiserror::Error;

use crate::ids::{Epoch, RecordNumber};
use crate::ledger::{Ledger, Misfit};
use crate::record::Record;
use crate::snapshot::{Assembly, AssemblyError, Part};

/// What a partner holds of a home.
#[derive(Debug, Default)]
pub struct Replica {
    complete: Option<Ledger>,
    coming: Option<Assembly>,
}

/// A stream that cannot go on: its owner has to begin anew.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplicaError {
    /// A part does not fit.
    #[error(transparent)]
    Part(#[from] AssemblyError),
    /// A record does not fit.
    #[error(transparent)]
    Record(#[from] Misfit),
    /// A record or the end of a snapshot came without a snapshot.
    #[error("it came without a snapshot")]
    NoSnapshot,
    /// The parts go to another record than the end of the snapshot says.
    #[error("it was cut at record {named}, but goes to {is}", named = named.0, is = is.0)]
    Cut {
        /// What the end says.
        named: RecordNumber,
        /// Where the parts go to.
        is: RecordNumber,
    },
}

impl Replica {
    /// A new stream begins with a snapshot; what is complete stays until the new one is.
    pub fn begin(&mut self) {
        self.coming = Some(Assembly::default());
    }

    /// The next part of the snapshot.
    ///
    /// # Errors
    /// [`ReplicaError`].
    pub fn part(&mut self, part: Part) -> Result<(), ReplicaError> {
        Ok(self.coming.as_mut().ok_or(ReplicaError::NoSnapshot)?.add(part)?)
    }

    /// The snapshot is whole, cut at this record: from now on this is the replica. Returns where it was cut.
    ///
    /// # Errors
    /// [`ReplicaError`]; the replica is as before.
    pub fn cut(&mut self, named: RecordNumber) -> Result<RecordNumber, ReplicaError> {
        let ledger = self.coming.take().ok_or(ReplicaError::NoSnapshot)?.finish()?;
        let is = ledger.last();
        if is != named {
            return Err(ReplicaError::Cut { named, is });
        }
        self.complete = Some(ledger);
        Ok(is)
    }

    /// A record of the stream whose snapshot is complete. Returns how far the replica goes now: that may be confirmed.
    ///
    /// # Errors
    /// [`ReplicaError`]; the replica is as before.
    pub fn record(&mut self, record: &Record) -> Result<RecordNumber, ReplicaError> {
        if self.coming.is_some() {
            return Err(ReplicaError::NoSnapshot);
        }
        let ledger = self.complete.as_mut().ok_or(ReplicaError::NoSnapshot)?;
        ledger.apply(record)?;
        Ok(ledger.last())
    }

    /// What is held.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.complete.as_ref()
    }

    /// Takes the replica to go on with it, if it was made under this owner.
    pub fn take(&mut self, under: Epoch) -> Option<Ledger> {
        self.coming = None;
        self.complete.take().filter(|ledger| ledger.epoch() == under)
    }
}
