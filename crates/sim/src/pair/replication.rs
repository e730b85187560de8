//! Replication: the owner's stream to its partner, and the partner's end of it (R1).

use everpresent_session::ids::{Epoch, Incarnation, RecordNumber};
use everpresent_session::replica::Replica;
use everpresent_session::snapshot::Part;

use super::Planted;
use super::boundary::Point;
use super::network::{Item, Streamed, Wire};
use super::node::{Process, seat_mut};
use super::people::{homes_of, partner_of};
use super::rules;
use super::serving::{Leading, serving_mut};
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// After so much silence a partner asks for a new stream, and an owner gives it one.
const STREAM_SILENCE_MS: u64 = 700;

/// The partner's end of a stream.
#[derive(Debug)]
pub(super) struct Following {
    stream: u64,
    /// The next place in it.
    place: u64,
    heard: u64,
    whole: bool,
    last: RecordNumber,
}

impl World {
    /// Who holds no live stream of a home that it does not own offers to.
    pub(super) fn offer(&mut self, node: usize) {
        let Some(partner) = partner_of(node) else { return };
        for home in homes_of(node) {
            let Some(seat) = self.nodes[node].seat(*home) else { continue };
            let lives = seat
                .following
                .as_ref()
                .is_some_and(|following| self.clock < following.heard + STREAM_SILENCE_MS);
            if seat.ownership.epoch().is_none() && !lives {
                self.send_wire(node, partner, Wire::Offer(*home));
            }
        }
    }

    /// A partner would hold a replica. One who is heard within the time is there already.
    pub(super) fn offered(&mut self, node: usize, home: usize, by: Incarnation) -> Result<(), Broken> {
        let (clock, now) = (self.clock, self.now(node));
        let Some(partner) = partner_of(node) else { return Ok(()) };
        let stops = |process: &Process| process.stopping.is_some() || process.other_stops == Some(by);
        if self.nodes[node].process.as_ref().is_some_and(stops) {
            return Ok(());
        }
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else { return Ok(()) };
        let lives = serving
            .leading
            .as_ref()
            .is_some_and(|leading| leading.partner == by && clock < leading.heard + STREAM_SILENCE_MS);
        if lives || serving.hand_over.is_some() {
            return Ok(());
        }
        let snapshot = serving.owner.attach_partner(now.moment, by);
        self.streams += 1;
        let stream = self.streams;
        serving.leading = Some(Leading { stream, partner: by, place: 0, heard: clock });
        self.truth.stream_begins(home, stream, &snapshot);
        self.tally.count(Count::Snapshots);
        let last = snapshot.last();
        self.trace(|| format!("stream {stream}: a snapshot of home {home} at {} for {by:.8}", last.0));
        self.stream(node, home, partner, Item::Begin);
        self.reach(node, Point::SnapshotBegun)?;
        for part in snapshot.into_parts() {
            self.stream(node, home, partner, Item::Part(Box::new(part)));
        }
        self.stream(node, home, partner, Item::Cut(last));
        Ok(())
    }

    fn stream(&mut self, node: usize, home: usize, partner: usize, item: Item) {
        let Some(serving) = seat_mut(&mut self.nodes, node, home).and_then(|seat| seat.serving.as_mut())
        else {
            return;
        };
        let epoch = serving.epoch;
        let Some(leading) = &mut serving.leading else { return };
        let (stream, place) = (leading.stream, leading.place);
        leading.place += 1;
        self.send_wire(node, partner, Wire::Stream(Streamed { home, epoch, stream, place, item }));
    }

    pub(super) fn pump_records(&mut self, node: usize, home: usize) {
        let (clock, skips) = (self.clock, self.options.planted == Some(Planted::RecordSkipped));
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else { return };
        if serving.owner.partner().is_none() {
            serving.leading = None;
        }
        let records = serving.owner.take_records();
        let Some(stream) = serving.leading.as_ref().map(|leading| leading.stream) else { return };
        let Some(partner) = partner_of(node) else { return };
        for record in records {
            self.truth.record(home, stream, &record);
            let mut record = Box::new(record);
            if skips && self.rng.u32(..50) == 0 {
                record.effects.clear();
            }
            self.stream(node, home, partner, Item::Record(record));
        }
    }

    /// Shows the partner that the stream goes on, and what is missing of it.
    pub(super) fn stream_still(&mut self, node: usize) {
        let Some(partner) = partner_of(node) else { return };
        for home in homes_of(node) {
            if serving_mut(&mut self.nodes, self.clock, node, *home).is_some() {
                self.stream(node, *home, partner, Item::Still);
            }
        }
    }

    /// A piece of a stream arrives at the partner.
    pub(super) fn streamed(
        &mut self,
        node: usize,
        (from, by): (usize, Incarnation),
        piece: Streamed,
    ) -> Result<(), Broken> {
        let Streamed { home, epoch, stream, place, item } = piece;
        let (clock, whatever) = (self.clock, self.options.planted == Some(Planted::ConfirmsWhateverComes));
        let Some(seat) = seat_mut(&mut self.nodes, node, home) else { return Ok(()) };
        let confirms = whatever || rules::confirms(&seat.ownership, epoch);
        if matches!(item, Item::Begin) {
            let newer = seat.following.as_ref().is_none_or(|following| following.stream < stream);
            if confirms && newer {
                seat.replica.begin();
                seat.following =
                    Some(Following { stream, place: 1, heard: clock, whole: false, last: RecordNumber(0) });
            }
            return Ok(());
        }
        let Some(following) = seat.following.as_mut().filter(|following| following.stream == stream) else {
            self.send_wire(node, from, Wire::End { home, stream });
            return Ok(());
        };
        if place < following.place {
            return Ok(());
        }
        let taken = place == following.place && confirms && take(&mut seat.replica, following, &item);
        if !taken {
            seat.following = None;
            self.trace(|| format!("stream {stream} of home {home} ends at the partner, at place {place}"));
            self.send_wire(node, from, Wire::End { home, stream });
            return Ok(());
        }
        following.heard = clock;
        self.piece_taken(node, (from, by), (home, epoch, stream), &item)
    }

    /// What was applied is confirmed.
    fn piece_taken(
        &mut self,
        node: usize,
        (from, by): (usize, Incarnation),
        (home, epoch, stream): (usize, Epoch, u64),
        item: &Item,
    ) -> Result<(), Broken> {
        // What is confirmed to one who is dead counts for nothing.
        let lives = self.node_of(by).is_some();
        match item {
            Item::Begin => {}
            Item::Part(_) => self.reach(node, Point::SnapshotPart)?,
            Item::Cut(_) => {
                self.tally.count(Count::SnapshotsComplete);
                if let Some(seat) = seat_mut(&mut self.nodes, node, home) {
                    // An owner that was fenced for good: another one goes on with its sessions.
                    seat.serving = None;
                }
                if lives {
                    self.accepted(home, epoch, "a partner completed a snapshot")?;
                }
                self.reach(node, Point::SnapshotComplete)?;
            }
            Item::Record(_) => {
                if lives {
                    self.accepted(home, epoch, "a partner confirmed a record")?;
                }
                self.reach(node, Point::RecordApplied)?;
            }
            Item::Still => {}
        }
        let Some(seat) = self.nodes[node].seat(home) else { return Ok(()) };
        let Some(following) = seat.following.as_ref().filter(|following| following.whole) else {
            return Ok(());
        };
        let up_to = following.last;
        if !matches!(item, Item::Still) {
            self.compare_replica(node, home, stream)?;
        }
        self.send_wire(node, from, Wire::Confirm { home, stream, up_to });
        Ok(())
    }

    pub(super) fn confirmed_by_partner(
        &mut self,
        node: usize,
        by: Incarnation,
        (home, stream, up_to): (usize, u64, RecordNumber),
    ) {
        let (clock, now) = (self.clock, self.now(node));
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else { return };
        let Some(leading) = serving.leading.as_mut().filter(|leading| leading.stream == stream) else {
            return;
        };
        leading.heard = clock;
        serving.owner.partner_confirmed(now.moment, by, up_to);
    }

    /// The partner cannot go on; it will offer again.
    pub(super) fn stream_ended(&mut self, node: usize, home: usize, stream: u64) {
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return };
        serving.leading.take_if(|leading| leading.stream == stream);
    }
}

/// Takes a piece in; `false` if the stream cannot go on.
fn take(replica: &mut Replica, following: &mut Following, item: &Item) -> bool {
    following.place += 1;
    match item {
        Item::Begin | Item::Still => true,
        Item::Part(part) => replica.part(Part::clone(part)).is_ok(),
        Item::Cut(named) => {
            let Ok(last) = replica.cut(*named) else { return false };
            (following.whole, following.last) = (true, last);
            true
        }
        Item::Record(record) => {
            let Ok(last) = replica.record(record) else { return false };
            following.last = last;
            true
        }
    }
}
