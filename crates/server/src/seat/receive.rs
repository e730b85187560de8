//! The partner's end of replication: takes a snapshot and records in, and confirms them.

use everpresent_link::Duplex;
use everpresent_link::replication::{Answer, Begin, Frame};
use everpresent_session::ids::{Epoch, RecordNumber};
use everpresent_session::replica::ReplicaError;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use super::{Held, Seat};

/// Why a stream of records is not taken, or no longer.
#[derive(Debug, Error)]
enum Refused {
    #[error("epoch {0} is not confirmed here now")]
    Epoch(Epoch),
    #[error("a later stream has begun")]
    Superseded,
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl Seat {
    /// Takes the stream of an owner in, as long as its epoch may be confirmed.
    /// When `parting` is cancelled, the owner has to do without this node.
    pub(crate) async fn receive(
        &self,
        begin: Begin,
        mut duplex: Duplex<Answer, Frame>,
        parting: &CancellationToken,
    ) {
        let stream = match self.begin(begin.epoch) {
            Ok(stream) => stream,
            Err(refused) => return refuse(duplex, &refused.to_string()).await,
        };
        if duplex.sender.send(Answer::Accepted).await.is_err() {
            return;
        }
        loop {
            let frame = tokio::select! {
                frame = duplex.receiver.recv() => frame,
                () = parting.cancelled() => return refuse(duplex, "this node stops").await,
            };
            let Some(frame) = frame else { return };
            let answer = match self.take_frame(stream, begin.epoch, frame) {
                Ok(Some(record)) => Answer::Confirmed(record),
                Ok(None) => continue,
                Err(refused) => {
                    tracing::info!(home = self.name.as_str(), %refused, "a replica is not kept up");
                    return refuse(duplex, &refused.to_string()).await;
                }
            };
            if duplex.sender.send(answer).await.is_err() {
                return;
            }
        }
    }

    fn begin(&self, epoch: Epoch) -> Result<u64, Refused> {
        let mut held = self.held();
        held.check(held.stream, epoch)?;
        held.stream += 1;
        held.replica.begin();
        Ok(held.stream)
    }

    /// Whatever is confirmed is in the replica that a takeover adopts, because both happen under the same lock.
    fn take_frame(&self, stream: u64, epoch: Epoch, frame: Frame) -> Result<Option<RecordNumber>, Refused> {
        let mut held = self.held();
        held.check(stream, epoch)?;
        match frame {
            Frame::Part(part) => {
                held.replica.part(*part)?;
                Ok(None)
            }
            Frame::Cut(named) => Ok(Some(held.replica.cut(named)?)),
            Frame::Records(records) => {
                let mut last = None;
                for record in &records {
                    last = Some(held.replica.record(record)?);
                }
                Ok(last)
            }
        }
    }
}

impl Held {
    fn check(&self, stream: u64, epoch: Epoch) -> Result<(), Refused> {
        if self.accepts != Some(epoch) {
            return Err(Refused::Epoch(epoch));
        }
        if self.stream == stream { Ok(()) } else { Err(Refused::Superseded) }
    }
}

/// Tells the owner why there will be no replica.
pub(crate) async fn refuse(duplex: Duplex<Answer, Frame>, reason: &str) {
    // The owner may have gone.
    let _ = duplex.sender.send(Answer::Refused { reason: reason.to_owned() }).await;
}
