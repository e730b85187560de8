//! The link between the nodes: what goes over it, and the partner's end.

use everpresent_session::ids::{Incarnation, RecordNumber};
use everpresent_session::ledger::Ledger;
use everpresent_session::record::Record;

use super::Planted;
use super::agenda::Event;
use super::truth::Broken;
use super::world::World;

/// How long the owner waits for a confirmation before it sends records again.
pub(super) const RESEND_MS: u64 = 150;

/// From the owner to its partner.
#[derive(Debug, Clone)]
pub(super) enum ToPartner {
    /// A snapshot begins a new stream.
    Snapshot(u64, Box<Ledger>),
    /// Records of a stream, in order.
    Records(u64, Vec<Record>),
    /// Are you there, and what do you have of this stream?
    Hello(u64),
}

/// From a partner to the owner.
#[derive(Debug, Clone, Copy)]
pub(super) enum ToOwner {
    /// This process would hold a replica.
    Offer(Incarnation),
    /// It has applied everything up to here.
    Confirm(u64, Incarnation, RecordNumber),
}

/// A process that runs and does not serve.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) incarnation: Incarnation,
    pub(super) replica: Option<Ledger>,
    /// The stream that the replica was made from.
    pub(super) stream: u64,
}

impl World {
    /// Sends to the other node's process, if the link lets it through.
    pub(super) fn send_to_partner(&mut self, message: &ToPartner) {
        let Some(home) = &self.home else { return };
        let Some(partner) = self.processes[1 - home.node].as_ref().map(|process| process.incarnation) else {
            return;
        };
        for at in self.link_arrivals() {
            self.agenda.add(at, Event::ToPartner(partner, message.clone()));
        }
    }

    fn send_to_owner(&mut self, message: ToOwner) {
        let Some(term) = self.home.as_ref().map(|home| home.term) else { return };
        for at in self.link_arrivals() {
            self.agenda.add(at, Event::ToOwner(term, message));
        }
    }

    /// When copies of a message arrive: none if it is lost, two if it is doubled.
    fn link_arrivals(&mut self) -> Vec<u64> {
        if self.clock < self.link_cut_until {
            return Vec::new();
        }
        let faulty = self.faulty();
        if faulty && self.rng.u32(..100) < 4 {
            return Vec::new();
        }
        let copies = if faulty && self.rng.u32(..100) < 4 { 2 } else { 1 };
        let slow = faulty && self.rng.u32(..100) < 3;
        let longest = if slow { 600 } else { 12 };
        (0..copies).map(|_| self.clock + 1 + self.rng.u64(..longest)).collect()
    }

    pub(super) fn at_partner(&mut self, to: Incarnation, message: ToPartner) -> Result<(), Broken> {
        let skips = self.options.planted == Some(Planted::RecordSkipped) && self.rng.u32(..50) == 0;
        let process = self.processes.iter_mut().flatten().find(|process| process.incarnation == to);
        let Some(process) = process else { return Ok(()) };
        match message {
            ToPartner::Hello(stream) => {
                if process.stream != stream || process.replica.is_none() {
                    let offer = ToOwner::Offer(process.incarnation);
                    self.send_to_owner(offer);
                    return Ok(());
                }
            }
            ToPartner::Snapshot(stream, ledger) => {
                if stream <= process.stream {
                    return Ok(());
                }
                process.stream = stream;
                process.replica = Some(*ledger);
            }
            ToPartner::Records(stream, records) => {
                let Some(replica) = process.replica.as_mut().filter(|_| stream == process.stream) else {
                    return Ok(());
                };
                for mut record in records {
                    if record.number.0 != replica.last().0 + 1 {
                        continue;
                    }
                    if skips {
                        record.effects.clear();
                    }
                    let applied = replica.apply(&record);
                    applied.map_err(|misfit| Broken::new("replica", misfit.to_string()))?;
                }
            }
        }
        let Some(last) = process.replica.as_ref().map(Ledger::last) else { return Ok(()) };
        let confirm = ToOwner::Confirm(process.stream, process.incarnation, last);
        self.compare_replica(to)?;
        self.send_to_owner(confirm);
        Ok(())
    }

    pub(super) fn at_owner(&mut self, term: u64, message: ToOwner) {
        let now = self.now();
        let Some(home) = self.home.as_mut().filter(|home| home.term == term) else { return };
        match message {
            ToOwner::Offer(partner) => {
                // One who is heard within the time is there already.
                let heard_lately = self.clock < home.partner_heard + 4 * RESEND_MS;
                if home.owner.partner() == Some(partner) && heard_lately {
                    return;
                }
                self.streams += 1;
                let snapshot = home.owner.attach_partner(now.moment, partner);
                home.partner_heard = self.clock;
                home.stream = self.streams;
                home.unconfirmed.clear();
                self.truth.stream_begins(self.streams, &snapshot);
                self.trace(|| format!("partner {partner:.8} gets a snapshot at {}", snapshot.last().0));
                let stream = self.streams;
                self.send_to_partner(&ToPartner::Snapshot(stream, Box::new(snapshot)));
            }
            ToOwner::Confirm(stream, partner, up_to) => {
                if stream != home.stream {
                    return;
                }
                home.partner_heard = self.clock;
                while home.unconfirmed.front().is_some_and(|record| record.number <= up_to) {
                    home.unconfirmed.pop_front();
                }
                home.owner.partner_confirmed(now.moment, partner, up_to);
            }
        }
    }

    /// Sends what the partner has not confirmed again, or asks who is there.
    pub(super) fn resend_records(&mut self) {
        let Some(home) = &self.home else { return };
        if self.clock < home.partner_heard + RESEND_MS {
            return;
        }
        // Who was given up has to begin with a new snapshot.
        let stream = if home.owner.partner().is_some() { home.stream } else { 0 };
        let records: Vec<Record> = home.unconfirmed.iter().take(64).cloned().collect();
        self.send_to_partner(&ToPartner::Hello(stream));
        if stream > 0 && !records.is_empty() {
            self.send_to_partner(&ToPartner::Records(stream, records));
        }
    }
}
