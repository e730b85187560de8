//! What the logs come to: which messages arrived, who is there, who noticed what.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use everpresent_client::member::GOING_HOME;

use super::log::{Event, Line, Reader};
use super::tally::{Kind, Tally};

/// So many findings are described.
const MAX_DESCRIBED: usize = 20;

/// Everything read so far.
#[derive(Default)]
pub(crate) struct Ledger {
    readers: Vec<Reader>,
    messages: HashMap<(String, u64), Message>,
    clients: BTreeMap<String, Client>,
    returns: Vec<Return>,
    /// Which kind of round began when, oldest first.
    rounds: Vec<(u64, Kind)>,
    unavailable: Vec<u64>,
    /// When clients began to sign out.
    leaving: Option<u64>,
    /// Changes since the beginning that concern rounds, by kind.
    changes: BTreeMap<Kind, Changes>,
    findings: Vec<String>,
}

#[derive(Default)]
struct Message {
    sent: Option<u64>,
    sent_again: bool,
    acknowledged: bool,
    refused: bool,
    received: u32,
}

/// A client as its log shows it.
#[derive(Default)]
pub(crate) struct Client {
    /// The node that it is connected to.
    pub(crate) node: Option<usize>,
    /// Its full address, of the last session.
    jid: String,
    watching: bool,
    lost: Option<Loss>,
}

/// How a client lost its connection.
#[derive(Clone, Copy)]
struct Loss {
    at: u64,
    node: Option<usize>,
    by_itself: bool,
}

/// A client that lost its connection and has one again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Return {
    pub(crate) lost: u64,
    /// The node that it was connected to.
    pub(crate) from: Option<usize>,
    pub(crate) back: u64,
}

#[derive(Default)]
struct Changes {
    resumed: u64,
    not_resumed: u64,
    addresses_changed: u64,
}

impl Ledger {
    /// One more log to read.
    pub(crate) fn follow(&mut self, path: &Path) {
        self.readers.push(Reader::new(path));
    }

    /// Reads what is new.
    ///
    /// # Errors
    /// If a log cannot be read.
    pub(crate) fn read(&mut self) -> io::Result<()> {
        let mut readers = std::mem::take(&mut self.readers);
        let result = readers.iter_mut().try_for_each(|reader| reader.read(|line| self.take(line)));
        self.readers = readers;
        result
    }

    /// From this moment on a round of this kind is under way.
    pub(crate) fn begin_round(&mut self, at: u64, kind: Kind) {
        self.rounds.push((at, kind));
    }

    /// From this moment on clients sign out, and those who see it see something true.
    pub(crate) fn begin_leaving(&mut self, at: u64) {
        self.leaving = Some(at);
    }

    /// A finding that is no line of a log.
    pub(crate) fn find(&mut self, text: String) {
        if self.findings.len() < MAX_DESCRIBED {
            self.findings.push(text);
        }
    }

    /// All clients by name.
    pub(crate) fn clients(&self) -> &BTreeMap<String, Client> {
        &self.clients
    }

    /// How many are connected now.
    pub(crate) fn present(&self) -> usize {
        self.clients.values().filter(|client| client.node.is_some()).count()
    }

    /// How many see the presence of all whom they watch.
    pub(crate) fn watching(&self) -> usize {
        self.clients.values().filter(|client| client.watching).count()
    }

    /// Those who lost their connection since that moment, not by themselves, and have one again.
    pub(crate) fn returns_since(&self, moment: u64) -> Vec<Return> {
        self.returns.iter().filter(|back| back.lost >= moment).copied().collect()
    }

    /// Messages sent between two moments.
    pub(crate) fn sent_between(&self, from: u64, to: u64) -> u64 {
        let sent = self.messages.values().filter_map(|message| message.sent);
        sent.filter(|sent| (from..=to).contains(sent)).count() as u64
    }

    /// Messages that are still to be acknowledged or to be received.
    pub(crate) fn open(&self) -> usize {
        let done = |message: &Message| message.refused || (message.acknowledged && message.received > 0);
        self.messages.values().filter(|message| !done(message)).count()
    }

    fn take(&mut self, line: Line) {
        let Line { at, who, event } = line;
        match event {
            Event::Sent { number, again, .. } => {
                let message = self.message(who, number);
                message.sent_again |= again;
                message.sent.get_or_insert(at);
            }
            Event::Acknowledged { number } => self.message(who, number).acknowledged = true,
            Event::Refused { number, condition } => {
                self.find(format!("message {number} of {who} came back: {condition}"));
                self.message(who, number).refused = true;
            }
            Event::Received { from, number, .. } => self.message(from, number).received += 1,
            Event::Unavailable { .. } => self.unavailable.push(at),
            Event::Watching { .. } => self.client(&who).watching = true,
            Event::Odd { text } => self.find(format!("{who}: {text}")),
            Event::Connecting { node } => {
                if let Some(present) = self.client(&who).node {
                    self.find(format!("{who} opened a connection to node {node} and had one to {present}"));
                }
            }
            Event::Lost { why } => {
                let client = self.client(&who);
                let node = client.node.take();
                client.lost = Some(Loss { at, node, by_itself: why == GOING_HOME });
            }
            Event::NotResumed { .. } => self.change(at, |changes| changes.not_resumed += 1),
            Event::Resumed { node, jid } => {
                self.change(at, |changes| changes.resumed += 1);
                self.back(at, &who, node, jid);
            }
            Event::Bound { node, jid } => self.back(at, &who, node, jid),
        }
    }

    fn back(&mut self, at: u64, who: &str, node: usize, jid: String) {
        let client = self.client(who);
        client.node = Some(node);
        let changed = !client.jid.is_empty() && client.jid != jid;
        client.jid = jid;
        if let Some(Loss { at: lost, node: from, by_itself: false }) = client.lost.take() {
            self.returns.push(Return { lost, from, back: at });
        }
        if changed {
            self.change(at, |changes| changes.addresses_changed += 1);
        }
    }

    fn client(&mut self, who: &str) -> &mut Client {
        self.clients.entry(who.to_owned()).or_default()
    }

    fn message(&mut self, sender: String, number: u64) -> &mut Message {
        self.messages.entry((sender, number)).or_default()
    }

    fn change(&mut self, at: u64, change: impl FnOnce(&mut Changes)) {
        let kind = self.kind_at(at);
        change(self.changes.entry(kind).or_default());
    }

    fn kind_at(&self, at: u64) -> Kind {
        let begun = self.rounds.partition_point(|(begun, _)| *begun <= at);
        begun.checked_sub(1).map_or(Kind::None, |last| self.rounds[last].1)
    }

    /// Adds what the logs come to, to the tally of each kind of round.
    pub(crate) fn settle(&self, tallies: &mut BTreeMap<Kind, Tally>) -> Vec<String> {
        let mut findings = self.findings.clone();
        for ((sender, number), message) in &self.messages {
            let Some(sent) = message.sent else {
                findings.push(format!("message {number} of {sender} was received but never sent"));
                continue;
            };
            let tally = tallies.entry(self.kind_at(sent)).or_default();
            // Who was told that it did not arrive has lost nothing.
            let lost = message.received == 0 && !message.refused;
            let counts = [
                (&mut tally.sent, true),
                (&mut tally.sent_again, message.sent_again),
                (&mut tally.acknowledged, message.acknowledged),
                (&mut tally.acknowledged_lost, message.acknowledged && lost),
                (&mut tally.unacknowledged_lost, !message.acknowledged && lost),
                (&mut tally.doubled, message.received > 1),
            ];
            counts.into_iter().for_each(|(count, holds)| *count += u64::from(holds));
            if message.acknowledged && lost && findings.len() < MAX_DESCRIBED {
                findings.push(format!("message {number} of {sender} was acknowledged and nobody has it"));
            }
        }
        for at in self.unavailable.iter().filter(|at| self.leaving.is_none_or(|leaving| **at < leaving)) {
            tallies.entry(self.kind_at(*at)).or_default().unavailable_seen += 1;
        }
        for (kind, changes) in &self.changes {
            let tally = tallies.entry(*kind).or_default();
            tally.resumed += changes.resumed;
            tally.not_resumed += changes.not_resumed;
            tally.addresses_changed += changes.addresses_changed;
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(events: &[(u64, &str, Event)]) -> (BTreeMap<Kind, Tally>, Vec<String>) {
        let mut ledger = Ledger::default();
        ledger.begin_round(10, Kind::Server);
        for (at, who, event) in events {
            ledger.take(Line { at: *at, who: (*who).to_owned(), event: event.clone() });
        }
        let mut tallies = BTreeMap::new();
        let findings = ledger.settle(&mut tallies);
        (tallies, findings)
    }

    fn sent(number: u64) -> Event {
        Event::Sent { number, to: "r".to_owned(), again: false }
    }

    fn received(number: u64) -> Event {
        Event::Received { from: "l".to_owned(), number, stored: false }
    }

    #[test]
    fn an_acknowledged_message_that_nobody_has_is_lost_and_belongs_to_the_round_it_was_sent_in() {
        let (tallies, findings) =
            settled(&[(11, "l", sent(0)), (12, "l", Event::Acknowledged { number: 0 })]);
        assert_eq!(tallies[&Kind::Server].acknowledged_lost, 1);
        assert_eq!(findings.len(), 1);
        let (tallies, _) = settled(&[(11, "l", sent(0))]);
        assert_eq!(
            (tallies[&Kind::Server].acknowledged_lost, tallies[&Kind::Server].unacknowledged_lost),
            (0, 1)
        );
        let (tallies, _) = settled(&[(9, "l", sent(0))]);
        assert_eq!(tallies[&Kind::None].unacknowledged_lost, 1);
    }

    #[test]
    fn a_message_whose_sender_was_told_that_it_did_not_arrive_is_not_lost() {
        let refused = Event::Refused { number: 0, condition: "wait".to_owned() };
        let (tallies, _) =
            settled(&[(11, "l", sent(0)), (12, "l", Event::Acknowledged { number: 0 }), (13, "l", refused)]);
        assert_eq!(tallies[&Kind::Server].acknowledged_lost, 0);
    }

    #[test]
    fn a_message_that_came_twice_is_doubled_even_if_its_line_came_before_the_senders() {
        let (tallies, findings) =
            settled(&[(12, "r", received(0)), (13, "r", received(0)), (11, "l", sent(0))]);
        assert_eq!((tallies[&Kind::Server].doubled, findings.len()), (1, 0));
    }

    #[test]
    fn a_new_address_is_noticed_and_the_same_one_is_not() {
        let bound = |jid: &str| Event::Bound { node: 0, jid: jid.to_owned() };
        let resumed = |jid: &str| Event::Resumed { node: 1, jid: jid.to_owned() };
        let lost = Event::Lost { why: "gone".to_owned() };
        let (tallies, _) = settled(&[
            (1, "l", bound("l@x/1")),
            (11, "l", lost.clone()),
            (12, "l", resumed("l@x/1")),
            (13, "l", lost),
            (14, "l", bound("l@x/2")),
        ]);
        let tally = &tallies[&Kind::Server];
        assert_eq!((tally.resumed, tally.addresses_changed), (1, 1));
    }

    #[test]
    fn who_signs_out_is_seen_to_go_and_nothing_is_wrong_with_that() {
        let seen = |at| {
            let mut ledger = Ledger::default();
            ledger.begin_round(10, Kind::Server);
            ledger.begin_leaving(20);
            let event = Event::Unavailable { contact: "r@x/1".to_owned() };
            ledger.take(Line { at, who: "l".to_owned(), event });
            let mut tallies = BTreeMap::new();
            ledger.settle(&mut tallies);
            tallies.get(&Kind::Server).map_or(0, |tally| tally.unavailable_seen)
        };
        assert_eq!((seen(19), seen(20)), (1, 0));
    }

    #[test]
    fn a_second_connection_beside_the_first_is_found() {
        let bound = Event::Bound { node: 0, jid: "l@x/1".to_owned() };
        let (_, findings) = settled(&[(1, "l", bound), (2, "l", Event::Connecting { node: 1 })]);
        assert_eq!(findings.len(), 1);
    }
}
