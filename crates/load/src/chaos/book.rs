//! The book: what clients saw of each message, and what follows from it.

use std::time::{Duration, Instant};

use serde::Serialize;

/// An acknowledgement within this time counts as prompt.
const PROMPT: Duration = Duration::from_secs(1);
/// Marks the ids of messages of a run.
const ID_PREFIX: &str = "chaos-";
/// How many missing messages are described.
const MAX_DESCRIBED: usize = 20;

/// All that clients saw, by message.
#[derive(Default)]
pub(crate) struct Book {
    messages: Vec<Message>,
    round: u32,
    acknowledged: u64,
}

struct Message {
    round: u32,
    sender: usize,
    sent: Instant,
    sent_again: bool,
    acknowledged_after: Option<Duration>,
    /// How many times it came to the recipient as it was sent.
    live: u32,
    /// How many times it came with the time at which it had been stored.
    stored: u32,
    /// How many times it is in the recipient's archive.
    archived: u32,
}

/// What the book comes to.
#[derive(Serialize, Clone, Default, PartialEq, Debug)]
pub(crate) struct Verdict {
    /// Messages sent, each counted once.
    pub(crate) sent: u64,
    /// Those acknowledged, by `<a/>` or by the count of a failed resume.
    pub(crate) acknowledged: u64,
    /// Those acknowledged within a second.
    pub(crate) acknowledged_within_a_second: u64,
    /// Sent again, because a failed resume said that they had not been handled.
    pub(crate) sent_again: u64,
    /// Received as they were sent, at least once.
    pub(crate) received_live: u64,
    /// Received only from the store, after a restart.
    pub(crate) received_stored: u64,
    /// Not received, but in the recipient's archive.
    pub(crate) only_archived: u64,
    /// Received more than once.
    pub(crate) received_twice: u64,
    /// In the recipient's archive.
    pub(crate) archived: u64,
    /// In the recipient's archive more than once.
    pub(crate) archived_twice: u64,
    /// Acknowledged and received, but not in the recipient's archive.
    pub(crate) acknowledged_not_archived: u64,
    /// Never acknowledged, and never seen: nobody was promised anything.
    pub(crate) unacknowledged_unseen: u64,
    /// Acknowledged, and neither received nor archived: the promise was broken.
    pub(crate) acknowledged_missing: u64,
    /// The first of those, described.
    pub(crate) missing: Vec<String>,
}

impl Book {
    /// From here on messages belong to this round.
    pub(crate) fn begin_round(&mut self, round: u32) {
        self.round = round;
    }

    /// Messages sent and acknowledged so far.
    pub(crate) fn totals(&self) -> (u64, u64) {
        (self.messages.len() as u64, self.acknowledged)
    }

    /// A new message; returns its number.
    pub(crate) fn send(&mut self, sender: usize, now: Instant) -> u64 {
        self.messages.push(Message {
            round: self.round,
            sender,
            sent: now,
            sent_again: false,
            acknowledged_after: None,
            live: 0,
            stored: 0,
            archived: 0,
        });
        self.messages.len() as u64 - 1
    }

    /// The message was sent once more.
    pub(crate) fn send_again(&mut self, number: u64) {
        self.change(number, |message| message.sent_again = true);
    }

    /// The server acknowledged the message.
    pub(crate) fn acknowledge(&mut self, number: u64, now: Instant) {
        let mut new = false;
        self.change(number, |message| {
            new = message.acknowledged_after.is_none();
            message.acknowledged_after.get_or_insert_with(|| now.saturating_duration_since(message.sent));
        });
        self.acknowledged += u64::from(new);
    }

    /// The recipient got the message: as it was sent, or from the store.
    pub(crate) fn receive(&mut self, number: u64, stored: bool) {
        self.change(number, |message| *(if stored { &mut message.stored } else { &mut message.live }) += 1);
    }

    /// The recipient found the message in the archive.
    pub(crate) fn archive(&mut self, number: u64) {
        self.change(number, |message| message.archived += 1);
    }

    fn change(&mut self, number: u64, change: impl FnOnce(&mut Message)) {
        if let Some(message) = usize::try_from(number).ok().and_then(|place| self.messages.get_mut(place)) {
            change(message);
        }
    }

    /// What it all comes to.
    pub(crate) fn verdict(&self) -> Verdict {
        let mut verdict = Verdict { sent: self.messages.len() as u64, ..Verdict::default() };
        for (number, message) in self.messages.iter().enumerate() {
            verdict.count(number, message);
        }
        verdict
    }
}

impl Verdict {
    fn count(&mut self, number: usize, message: &Message) {
        let acknowledged = message.acknowledged_after.is_some();
        let received = message.live + message.stored > 0;
        let archived = message.archived > 0;
        let prompt = message.acknowledged_after.is_some_and(|after| after <= PROMPT);
        let counts = [
            (&mut self.acknowledged, acknowledged),
            (&mut self.acknowledged_within_a_second, prompt),
            (&mut self.sent_again, message.sent_again),
            (&mut self.received_live, message.live > 0),
            (&mut self.received_stored, message.live == 0 && message.stored > 0),
            (&mut self.only_archived, !received && archived),
            (&mut self.received_twice, message.live + message.stored > 1),
            (&mut self.archived, archived),
            (&mut self.archived_twice, message.archived > 1),
            (&mut self.acknowledged_not_archived, acknowledged && received && !archived),
            (&mut self.unacknowledged_unseen, !acknowledged && !received && !archived),
        ];
        for (count, holds) in counts {
            *count += u64::from(holds);
        }
        if let (Some(after), false, false) = (message.acknowledged_after, received, archived) {
            self.acknowledged_missing += 1;
            if self.missing.len() < MAX_DESCRIBED {
                let (round, sender) = (message.round, message.sender);
                let after = after.as_secs_f64() * 1e3;
                let again = if message.sent_again { ", after it was sent again" } else { "" };
                self.missing.push(format!(
                    "message {number} of user {sender} in round {round}, acknowledged after {after:.0} ms{again}"
                ));
            }
        }
    }

    /// The share of all messages that were acknowledged within a second.
    pub(crate) fn prompt_share(&self) -> f64 {
        self.acknowledged_within_a_second as f64 / self.sent.max(1) as f64
    }
}

/// The id of a message, as it stands in its stanza.
pub(crate) fn id_of(number: u64) -> String {
    format!("{ID_PREFIX}{number}")
}

/// The number of a message by its id; nothing for messages of others.
pub(crate) fn number_of(id: &str) -> Option<u64> {
    id.strip_prefix(ID_PREFIX)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A book with one message that was acknowledged after so long.
    fn with_acknowledged(after: Duration) -> (Book, u64) {
        let (mut book, now) = (Book::default(), Instant::now());
        let number = book.send(3, now);
        book.acknowledge(number, now + after);
        (book, number)
    }

    #[test]
    fn an_acknowledged_message_that_nobody_has_is_missing_and_described() {
        let (book, _) = with_acknowledged(Duration::from_millis(5));
        let verdict = book.verdict();
        assert_eq!(verdict.acknowledged_missing, 1);
        assert_eq!(verdict.missing, ["message 0 of user 3 in round 0, acknowledged after 5 ms"]);
    }

    #[test]
    fn any_of_the_three_ways_is_good_enough() {
        let ways: [fn(&mut Book, u64); 3] =
            [|book, n| book.receive(n, false), |book, n| book.receive(n, true), |book, n| book.archive(n)];
        for way in ways {
            let (mut book, number) = with_acknowledged(Duration::ZERO);
            way(&mut book, number);
            assert_eq!(book.verdict().acknowledged_missing, 0);
        }
    }

    #[test]
    fn what_was_never_acknowledged_may_be_lost() {
        let mut book = Book::default();
        book.send(0, Instant::now());
        let verdict = book.verdict();
        assert_eq!((verdict.acknowledged_missing, verdict.unacknowledged_unseen), (0, 1));
    }

    #[test]
    fn a_slow_acknowledgement_does_not_count_as_prompt_and_a_second_one_changes_nothing() {
        let (mut book, number) = with_acknowledged(Duration::from_millis(1_001));
        book.acknowledge(number, Instant::now());
        let verdict = book.verdict();
        assert_eq!((verdict.acknowledged, verdict.acknowledged_within_a_second), (1, 0));
        assert_eq!(book.totals(), (1, 1));
    }

    #[test]
    fn a_message_that_came_live_and_from_the_store_came_twice() {
        let (mut book, number) = with_acknowledged(Duration::ZERO);
        book.receive(number, false);
        book.receive(number, true);
        let verdict = book.verdict();
        assert_eq!((verdict.received_live, verdict.received_stored, verdict.received_twice), (1, 0, 1));
    }

    #[test]
    fn ids_read_back_and_those_of_others_do_not() {
        assert_eq!(number_of(&id_of(4711)), Some(4711));
        assert_eq!(number_of("load-1-2-3-4"), None);
        assert_eq!(number_of("chaos-x"), None);
    }
}
