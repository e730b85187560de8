//! Channels between homes (R6).

use std::collections::VecDeque;

use bytes::Bytes;
use everpresent_session::ids::LedgerId;
use everpresent_session::record::{Cause, Effect};

use super::Planted;
use super::boundary::Point;
use super::network::{Page, Wire};
use super::people::{NODES, homes_of, nodes_of};
use super::rules::{self, Number};
use super::serving::{Serving, Taking, serving_mut};
use super::tally::Count;
use super::truth::Broken;
use super::world::World;

/// How much is sent at once.
const PAGE_BYTES: usize = 400;
/// What is not confirmed after this is sent again, to the other node that may own the home.
const RESEND_MS: u64 = 300;

impl World {
    /// Sends what may leave.
    pub(super) fn pump_routes(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        for to in 0..NODES {
            while let Some(page) = self.next_page(node, home, to) {
                let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else {
                    return Ok(());
                };
                let sending = serving.sending.entry(to).or_default();
                if sending.sent <= page.confirmed {
                    sending.heard = self.clock;
                }
                sending.sent = page.stanzas.last().map_or(sending.sent, |(number, _)| *number);
                let target = nodes_of(to)[sending.target % nodes_of(to).len()];
                self.send_wire(node, target, Wire::Channel(page));
                self.reach(node, Point::RouteSent)?;
            }
        }
        Ok(())
    }

    fn next_page(&mut self, node: usize, home: usize, to: usize) -> Option<Page> {
        let early = self.options.planted == Some(Planted::RoutedBeforeConfirmed);
        let serving = serving_mut(&mut self.nodes, self.clock, node, home)?;
        let name = &self.people.homes[to];
        let confirmed = confirmed_in(serving, name);
        let after = serving.sending.get(&to).map_or(0, |sending| sending.sent).max(confirmed);
        let ledger = serving.owner.ledger();
        let stanzas = if early {
            let channel = ledger.outgoing().get(name)?;
            channel.waiting_from(after + 1).map(|waiting| (waiting.number, waiting.stanza.clone())).collect()
        } else {
            serving.owner.routes_after(name, after, PAGE_BYTES)
        };
        (!stanzas.is_empty()).then(|| Page { from: home, to, ledger: ledger.id(), confirmed, stanzas })
    }

    /// What was not confirmed in time is sent again.
    pub(super) fn resend_routes(&mut self, node: usize) {
        let clock = self.clock;
        for home in homes_of(node) {
            let Some(serving) = serving_mut(&mut self.nodes, clock, node, *home) else { continue };
            for to in 0..NODES {
                let confirmed = confirmed_in(serving, &self.people.homes[to]);
                let Some(sending) = serving.sending.get_mut(&to) else { continue };
                if sending.sent > confirmed && clock >= sending.heard + RESEND_MS {
                    sending.sent = confirmed;
                    sending.target += 1;
                    sending.heard = clock;
                    self.tally.count(Count::RoutesSentAgain);
                }
            }
        }
    }

    /// Stanzas of another home arrive at a process that owns theirs, or does not.
    pub(super) fn page_arrives(&mut self, node: usize, from: usize, page: Page) -> Result<(), Broken> {
        for (number, stanza) in page.stanzas {
            let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, page.to) else {
                return Ok(());
            };
            if serving.hand_over.is_some() {
                return Ok(());
            }
            let received = serving.owner.ledger().received(page.ledger);
            let taking = serving.taking.entry(page.ledger).or_insert_with(|| Taking {
                from: page.from,
                node: from,
                pending: VecDeque::new(),
                up_to: received,
                owes: false,
            });
            taking.node = from;
            match rules::number(received, page.confirmed, number) {
                Number::Known => {
                    taking.owes = true;
                    self.tally.count(Count::RoutesDropped);
                }
                Number::Gap => return Ok(()),
                Number::Next if !serving.owner.accepts_messages() => return Ok(()),
                Number::Next => self.take_in(node, page.to, page.ledger, number, &stanza)?,
            }
        }
        Ok(())
    }

    /// One record: the number, and what the stanza does.
    fn take_in(
        &mut self,
        node: usize,
        home: usize,
        from: LedgerId,
        number: u64,
        stanza: &Bytes,
    ) -> Result<(), Broken> {
        let (clock, now) = (self.clock, self.now(node));
        let apart = self.options.planted == Some(Planted::NumberOutsideRecord);
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else { return Ok(()) };
        let mut transaction = serving.owner.begin(now, Cause::Channel);
        if !apart {
            transaction.effect(Effect::Received { from, number });
        }
        self.people.route_in(serving.owner.ledger(), &mut transaction, home, stanza)?;
        let mut record = serving.owner.commit(transaction)?;
        if apart {
            self.pump_records(node, home);
            self.reach(node, Point::RouteTaken)?;
            let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else { return Ok(()) };
            let mut transaction = serving.owner.begin(now, Cause::Channel);
            transaction.effect(Effect::Received { from, number });
            record = serving.owner.commit(transaction)?;
        }
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, home) else { return Ok(()) };
        if let Some(taking) = serving.taking.get_mut(&from) {
            taking.pending.push_back((record, number));
        }
        self.tally.count(Count::RoutesTaken);
        self.trace(|| {
            let what = String::from_utf8_lossy(stanza);
            format!(
                "home {home} takes number {number} of {:08x} in record {}: {what}",
                from.0 >> 96,
                record.0
            )
        });
        self.reach(node, Point::RouteTaken)
    }

    /// Answers for what is confirmed.
    pub(super) fn pump_taken(&mut self, node: usize, home: usize) -> Result<(), Broken> {
        let Some(serving) = serving_mut(&mut self.nodes, self.clock, node, home) else { return Ok(()) };
        if !serving.settled {
            return Ok(());
        }
        let confirmed = serving.owner.confirmed();
        let mut answers = Vec::new();
        for (ledger, taking) in &mut serving.taking {
            while let Some((_, number)) = taking.pending.pop_front_if(|(record, _)| *record <= confirmed) {
                taking.up_to = number;
                taking.owes = true;
            }
            if std::mem::take(&mut taking.owes) {
                answers.push((taking.node, taking.from, *ledger, taking.up_to));
            }
        }
        for (to_node, from, ledger, up_to) in answers {
            self.send_wire(node, to_node, Wire::Taken { from, to: home, ledger, up_to });
            self.reach(node, Point::RouteConfirmed)?;
        }
        Ok(())
    }

    /// The other home has a channel up to here.
    pub(super) fn taken(
        &mut self,
        node: usize,
        from: usize,
        to: usize,
        (ledger, up_to): (LedgerId, u64),
    ) -> Result<(), Broken> {
        let (clock, now) = (self.clock, self.now(node));
        let Some(serving) = serving_mut(&mut self.nodes, clock, node, from) else { return Ok(()) };
        if serving.hand_over.is_some() || serving.owner.ledger().id() != ledger {
            return Ok(());
        }
        let to_name = self.people.homes[to].clone();
        let sending = serving.sending.entry(to).or_default();
        sending.heard = clock;
        if up_to <= confirmed_in(serving, &to_name) {
            return Ok(());
        }
        let mut transaction = serving.owner.begin(now, Cause::Channel);
        transaction.effect(Effect::Routed { to: to_name, up_to });
        serving.owner.commit(transaction)?;
        self.reach(node, Point::RouteForgotten)
    }
}

/// Up to which number a channel of this owner is confirmed.
fn confirmed_in(serving: &Serving, to: &everpresent_session::ids::HomeName) -> u64 {
    let channel = serving.owner.ledger().outgoing().get(to);
    channel.map_or(0, |channel| channel.last() - channel.len() as u64)
}
