//! Counts what is sent and what arrives, shared by all clients of a run (they live on one thread).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::error::Error;
use crate::latency::Latencies;
use crate::marker::Marker;
use crate::report::{Delivery, Report};

/// After the last sending, arrivals are awaited until none has come for this long.
pub(crate) const QUIET: Duration = Duration::from_secs(5);
const QUIET_CHECK: Duration = Duration::from_millis(20);
/// So many missing numbers of one sender are remembered to tell late from doubled.
const MAX_MISSING_NUMBERS: usize = 100_000;

/// The balance of a run.
pub(crate) struct Tally {
    pub(crate) run: u32,
    pub(crate) start: Instant,
    /// Whether clients go on sending.
    pub(crate) sending: Cell<bool>,
    measuring: Cell<bool>,
    expected: Cell<u64>,
    received: Cell<u64>,
    measured: Cell<u64>,
    duplicated: Cell<u64>,
    disordered: Cell<u64>,
    pub(crate) unacknowledged: Cell<u64>,
    latencies: RefCell<Latencies>,
    errors: RefCell<BTreeMap<String, u64>>,
}

/// What one receiver has had from one sender.
#[derive(Default)]
pub(crate) struct Arrivals {
    next: u64,
    missing: BTreeSet<u64>,
}

#[derive(PartialEq, Eq, Debug)]
enum Arrival {
    InOrder,
    Late,
    Again,
}

impl Arrivals {
    fn note(&mut self, number: u64) -> Arrival {
        if number < self.next {
            return if self.missing.remove(&number) { Arrival::Late } else { Arrival::Again };
        }
        let room = MAX_MISSING_NUMBERS.saturating_sub(self.missing.len());
        self.missing.extend((self.next..number).take(room));
        self.next = number + 1;
        Arrival::InOrder
    }
}

impl Tally {
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self {
            run: fastrand::u32(..),
            start: Instant::now(),
            sending: Cell::new(true),
            measuring: Cell::new(false),
            expected: Cell::new(0),
            received: Cell::new(0),
            measured: Cell::new(0),
            duplicated: Cell::new(0),
            disordered: Cell::new(0),
            unacknowledged: Cell::new(0),
            latencies: RefCell::new(Latencies::new()?),
            errors: RefCell::default(),
        })
    }

    pub(crate) fn marker(&self, sender: usize, number: u64, intended: Instant) -> Marker {
        Marker::new(self.run, sender, number, self.start, intended)
    }

    /// Counts a stanza that has to arrive at so many receivers.
    pub(crate) fn sent(&self, receivers: u64) {
        add(&self.expected, receivers);
    }

    /// Counts an arrival. Returns whether it is the first of this stanza.
    pub(crate) fn arrived(&self, marker: Marker, arrivals: &mut Arrivals) -> bool {
        match arrivals.note(marker.number) {
            Arrival::InOrder => {}
            Arrival::Late => add(&self.disordered, 1),
            Arrival::Again => {
                add(&self.duplicated, 1);
                return false;
            }
        }
        add(&self.received, 1);
        if self.measuring.get() {
            self.operation(marker.latency(self.start, Instant::now()));
        }
        true
    }

    /// Counts one measured operation and its latency.
    pub(crate) fn operation(&self, latency: Duration) {
        add(&self.measured, 1);
        self.latencies.borrow_mut().record(latency);
    }

    pub(crate) fn error(&self, text: &(impl ToString + ?Sized)) {
        *self.errors.borrow_mut().entry(text.to_string()).or_default() += 1;
    }

    pub(crate) fn measuring(&self) -> bool {
        self.measuring.get()
    }

    pub(crate) fn measure(&self, on: bool) {
        self.measuring.set(on);
    }

    pub(crate) fn measured(&self) -> u64 {
        self.measured.get()
    }

    /// Waits until everything sent has arrived, or nothing has arrived for as long as `quiet`.
    pub(crate) async fn drained(&self, quiet: Duration) {
        let (mut last, mut since) = (self.received.get(), Instant::now());
        while self.received.get() < self.expected.get() && since.elapsed() < quiet {
            sleep(QUIET_CHECK).await;
            if self.received.get() != last {
                (last, since) = (self.received.get(), Instant::now());
            }
        }
    }

    /// Puts latencies and errors into the report.
    pub(crate) fn fill(&self, report: &mut Report) {
        report.latency = self.latencies.borrow().percentiles();
        report.errors = self.errors.borrow().clone();
    }

    /// The balance of what was sent.
    pub(crate) fn delivery(&self) -> Delivery {
        let (expected, received) = (self.expected.get(), self.received.get());
        Delivery {
            expected,
            received,
            lost: expected.saturating_sub(received),
            duplicated: self.duplicated.get(),
            disordered: self.disordered.get(),
            unacknowledged: self.unacknowledged.get(),
        }
    }
}

fn add(counter: &Cell<u64>, more: u64) {
    counter.set(counter.get() + more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_doubled_and_lost_stanzas_are_told_apart() {
        let tally = Tally::new().unwrap();
        let mut arrivals = Arrivals::default();
        (0..6).for_each(|_| tally.sent(1));
        for number in [0, 1, 3, 2, 2, 4] {
            tally.arrived(tally.marker(0, number, Instant::now()), &mut arrivals);
        }
        let expected =
            Delivery { expected: 6, received: 5, lost: 1, duplicated: 1, disordered: 1, unacknowledged: 0 };
        assert_eq!(tally.delivery(), expected);
    }

    #[test]
    fn only_what_arrives_while_measuring_counts_as_measured() {
        let tally = Tally::new().unwrap();
        let mut arrivals = Arrivals::default();
        for number in 0..3 {
            tally.measure(number == 1);
            tally.arrived(tally.marker(0, number, Instant::now()), &mut arrivals);
        }
        assert_eq!(tally.measured(), 1);
    }

    #[tokio::test]
    async fn a_lost_stanza_is_not_awaited_for_ever_and_a_late_one_is_awaited() {
        let tally = Tally::new().unwrap();
        tally.sent(1);
        tally.drained(QUIET_CHECK * 2).await;
        assert_eq!(tally.delivery().lost, 1);

        let late = async { tally.arrived(tally.marker(0, 0, Instant::now()), &mut Arrivals::default()) };
        tokio::join!(tally.drained(Duration::from_secs(3_600)), late);
        assert_eq!(tally.delivery().lost, 0);
    }
}
