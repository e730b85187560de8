//! What the crowd's clients come to: who is where, which messages arrived, who noticed what.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use everpresent_client::member::Event;
use tokio::sync::oneshot;

/// So many oddities are described.
const MAX_DESCRIBED: usize = 5;

/// Everything written down so far.
#[derive(Default)]
pub(in crate::demo) struct Ledger {
    clients: HashMap<String, Client>,
    messages: HashMap<(String, u64), Message>,
    watching: usize,
    counts: Counts,
    act: Act,
    odd: Vec<String>,
}

#[derive(Default)]
struct Client {
    /// Where it is connected.
    node: Option<usize>,
    jid: String,
    /// Who waits for its first session.
    arrival: Option<oneshot::Sender<()>>,
}

#[derive(Default)]
struct Message {
    acknowledged: bool,
    received: u32,
    refused: bool,
}

/// What belongs to one act: from a kill, or an order, to the next.
#[derive(Default)]
struct Act {
    /// Those who have their session back, and when the first time.
    back: Vec<Instant>,
    names: HashSet<String>,
}

/// Figures since the beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::demo) struct Counts {
    /// Messages sent, each counted once.
    pub(in crate::demo) sent: usize,
    /// Those acknowledged by the server.
    pub(in crate::demo) acknowledged: usize,
    /// Acknowledged, and received by nobody.
    pub(in crate::demo) lost: usize,
    /// Received more than once.
    pub(in crate::demo) doubled: usize,
    /// `unavailable` presences that contacts were told.
    pub(in crate::demo) unavailable: usize,
    /// Sessions that could not be resumed.
    pub(in crate::demo) not_resumed: usize,
    /// Full addresses that changed.
    pub(in crate::demo) changed: usize,
    /// Connections opened beside one that still stood.
    pub(in crate::demo) early: usize,
    /// Messages that came back with an error.
    pub(in crate::demo) refused: usize,
}

impl Ledger {
    /// Something happened to a client.
    pub(super) fn take(&mut self, who: &str, event: Event) {
        match event {
            Event::Connecting { .. } => {
                let beside = self.client(who).node.is_some();
                self.counts.early += usize::from(beside);
            }
            Event::Bound { node, jid } => self.connected(who, node, jid),
            Event::Resumed { node, jid } => {
                self.connected(who, node, jid);
                if self.act.names.insert(who.to_owned()) {
                    self.act.back.push(Instant::now());
                }
            }
            Event::NotResumed { condition, .. } => {
                self.counts.not_resumed += 1;
                self.describe(format!("{who} could not resume: {condition}"));
            }
            Event::Lost { .. } => self.client(who).node = None,
            Event::Sent { number, .. } => {
                self.message(who, number);
            }
            Event::Acknowledged { number } => self.message(who, number).acknowledged = true,
            Event::Received { from, number, .. } => self.message(&from, number).received += 1,
            Event::Refused { number, condition } => {
                self.message(who, number).refused = true;
                self.describe(format!("a message of {who} came back: {condition}"));
            }
            Event::Watching { .. } => self.watching += 1,
            Event::Unavailable { contact } => {
                self.counts.unavailable += 1;
                self.describe(format!("{who} was told that {contact} left"));
            }
            Event::Odd { text } => self.describe(format!("{who}: {text}")),
        }
    }

    /// Is told, or dropped, when this client has its first session.
    pub(super) fn arrival(&mut self, who: &str) -> oneshot::Receiver<()> {
        let (arrival, arrived) = oneshot::channel();
        self.client(who).arrival = Some(arrival);
        arrived
    }

    fn connected(&mut self, who: &str, node: usize, jid: String) {
        let client = self.client(who);
        let changed = !client.jid.is_empty() && client.jid != jid;
        client.node = Some(node);
        client.jid = jid;
        // Whoever waited may have given up.
        let _ = client.arrival.take().map(|arrival| arrival.send(()));
        self.counts.changed += usize::from(changed);
    }

    fn client(&mut self, who: &str) -> &mut Client {
        self.clients.entry(who.to_owned()).or_default()
    }

    fn message(&mut self, sender: &str, number: u64) -> &mut Message {
        self.messages.entry((sender.to_owned(), number)).or_default()
    }

    fn describe(&mut self, text: String) {
        if self.odd.len() < MAX_DESCRIBED {
            self.odd.push(text);
        }
    }

    /// An act begins: nobody is back yet.
    pub(in crate::demo) fn begin_act(&mut self) {
        self.act = Act::default();
    }

    /// When those who have their session back since the act began had it, in order.
    pub(in crate::demo) fn back(&self) -> &[Instant] {
        &self.act.back
    }

    /// How many are connected to a node.
    pub(in crate::demo) fn present(&self, node: usize) -> usize {
        self.clients.values().filter(|client| client.node == Some(node)).count()
    }

    /// How many see the presence of all whom they watch.
    pub(in crate::demo) fn watching(&self) -> usize {
        self.watching
    }

    /// Messages that are still to be acknowledged or to be received.
    pub(in crate::demo) fn open(&self) -> usize {
        let done = |message: &Message| message.refused || (message.acknowledged && message.received > 0);
        self.messages.values().filter(|message| !done(message)).count()
    }

    /// The figures.
    pub(in crate::demo) fn counts(&self) -> Counts {
        let count =
            |wanted: fn(&Message) -> bool| self.messages.values().filter(|message| wanted(message)).count();
        Counts {
            sent: self.messages.len(),
            acknowledged: count(|message| message.acknowledged),
            lost: count(|message| message.acknowledged && message.received == 0),
            doubled: count(|message| message.received > 1),
            refused: count(|message| message.refused),
            ..self.counts
        }
    }

    /// What was odd, if anything.
    pub(in crate::demo) fn oddities(&self) -> String {
        self.odd.join("; ")
    }
}

impl Counts {
    /// The figures that must be 0, with their names.
    pub(in crate::demo) fn must_be_zero(&self) -> [(&'static str, usize); 7] {
        [
            ("acknowledged messages lost", self.lost),
            ("doubled", self.doubled),
            ("refused", self.refused),
            ("`unavailable` seen", self.unavailable),
            ("sessions not resumed", self.not_resumed),
            ("full addresses changed", self.changed),
            ("connections opened too early", self.early),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(events: &[(&str, Event)]) -> Ledger {
        let mut ledger = Ledger::default();
        events.iter().for_each(|(who, event)| ledger.take(who, event.clone()));
        ledger
    }

    fn sent() -> Event {
        Event::Sent { number: 0, to: "r".to_owned(), again: false }
    }

    fn received() -> Event {
        Event::Received { from: "l".to_owned(), number: 0, stored: false }
    }

    fn failures(ledger: &Ledger) -> Vec<&'static str> {
        let figures = ledger.counts().must_be_zero();
        figures.into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name).collect()
    }

    #[test]
    fn an_acknowledged_message_that_nobody_has_is_lost() {
        let acknowledged = Event::Acknowledged { number: 0 };
        let ledger = noted(&[("l", sent()), ("l", acknowledged.clone())]);
        assert_eq!((failures(&ledger), ledger.open()), (vec!["acknowledged messages lost"], 1));
        let ledger = noted(&[("r", received()), ("l", sent()), ("l", acknowledged)]);
        assert_eq!((failures(&ledger), ledger.open()), (vec![], 0));
    }

    #[test]
    fn what_comes_twice_is_doubled() {
        assert_eq!(failures(&noted(&[("l", sent()), ("r", received()), ("r", received())])), ["doubled"]);
    }

    #[test]
    fn another_address_and_a_connection_beside_the_first_are_found() {
        let bound = |jid: &str| Event::Bound { node: 0, jid: jid.to_owned() };
        assert_eq!(
            failures(&noted(&[("l", bound("l@x/1")), ("l", bound("l@x/2"))])),
            ["full addresses changed"]
        );
        let beside = noted(&[("l", bound("l@x/1")), ("l", Event::Connecting { node: 1 })]);
        assert_eq!(failures(&beside), ["connections opened too early"]);
    }
}
