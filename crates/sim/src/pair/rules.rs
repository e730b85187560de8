//! What the server does between the pure crates, rule by rule. Here is what each rule decides; the files of this module
//! carry it out, and crate `server` does the same.
//!
//! - **R1, confirming.** A partner takes part in a replication stream of (home, epoch) only while its own view of the
//!   home [confirms] that epoch. It applies a record, or completes a snapshot, only if that still holds at that
//!   moment; else it ends the stream, and the owner begins anew with a snapshot. What it applied it confirms. Its old
//!   complete replica stays until the new snapshot is complete.
//! - **R2, serving.** `Serve` with the replica: `Replica::take` of the epoch that the claim named, then
//!   `takeover::with_replica`. With heads: `takeover::with_heads` of what the database holds; at the end of such a session
//!   everybody is told, also if no presence of it is known, for a head may be older than the last presence. Kept, same
//!   epoch: the same owner goes on, its sessions detached with their full time anew. Kept, new epoch: its own ledger goes
//!   on under that. If what has to be read cannot be, nothing is served until it can; a fence meanwhile changes nothing
//!   about where the sessions come from. `Fence`: transports are let go, nothing is recorded until the next `Serve`.
//! - **R3, the witness.** What the owner wants the row to say goes to its view of the home as
//!   [`replica_wish`]; `ReplicaNamed` goes to the owner as done.
//! - **R4, asking again.** Before each use of an owner the node asks whether it [may serve](may_use). A process that
//!   was frozen after it had asked goes on with what it believed.
//! - **R5, handing over.** No more records are made; when the partner has [confirmed the last one](ready_to_yield), and
//!   its stream lives, the home is yielded, and the partner claims it with its replica. If that does not come in time,
//!   the hand-over is refused and the home goes on.
//! - **R6, channels.** A stanza for another home is a `Route` in the record of what caused it. What waits is sent in
//!   order, under the sending ledger's id, to whoever owns the other home, with the number up to which all is
//!   confirmed. The receiver [takes a number](number) in one record with what the stanza does, and answers when that
//!   record is confirmed (of what it inherited, when its takeover is). The sender then records `Routed`. Whatever is
//!   not confirmed is sent again after a while and after a takeover at either end.
//! - **R7, fencing.** Every write names (home, epoch, incarnation); one that is refused is told to the view of the home.
//! - **R8, stopping.** A process that is to stop hands over what it serves; what it cannot hand over it serves on in
//!   spooled mode until all is in the database. It tells the other process, which does without it: that one leaves
//!   protected mode, and answers for each home that it owns when it is in spooled mode and has settled. The process
//!   ends when it has nothing that is needed, or after a bound.

use everpresent_recovery::ownership::{Input, Ownership};
use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_session::owner::{Mode, Owner};
use everpresent_session::time::Moment;

/// R1: whether this process may confirm work of this epoch at this moment.
pub(super) fn confirms(ownership: &Ownership, epoch: Epoch) -> bool {
    ownership.confirms(epoch)
}

/// R3: what the view of the home is to be told, if that is not what it was told last.
pub(super) fn replica_wish(owner: &Owner, told: Option<Option<Incarnation>>) -> Option<Input> {
    let wish = owner.wanted_replica()?;
    (told != Some(wish)).then(|| wish.map_or(Input::ReplicaBehind, Input::ReplicaComplete))
}

/// R4.
pub(super) fn may_use(ownership: &Ownership, now: Moment, believes: bool) -> bool {
    believes || ownership.may_serve(now)
}

/// R5.
pub(super) fn ready_to_yield(owner: &Owner) -> bool {
    matches!(owner.mode(), Mode::Protected { .. }) && owner.confirmed() == owner.ledger().last()
}

/// What a receiver does with a number of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// It has that: confirm and drop.
    Known,
    /// It is the next one.
    Next,
    /// Something before it is missing: it will be sent again.
    Gap,
}

/// R6: `received` is the highest number taken, `confirmed` what the sender knows to be taken (by an owner that this
/// one knows nothing of, if it began with heads).
pub(super) fn number(received: u64, confirmed: u64, number: u64) -> Number {
    if number <= received {
        Number::Known
    } else if number <= received.max(confirmed) + 1 {
        Number::Next
    } else {
        Number::Gap
    }
}
