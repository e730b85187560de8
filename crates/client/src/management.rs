//! The client's half of stream management (XEP-0198): counters, the queue of what is not acknowledged yet.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::error::Error;
use crate::event::Event;

/// The namespace of stream management.
pub(crate) const NAMESPACE: &str = "urn:xmpp:sm:3";
/// The most stanzas kept for sending again.
const MAX_UNACKNOWLEDGED_STANZAS: usize = 100_000;

/// A session that lost its connection: what is needed to resume it.
#[derive(Clone, Debug)]
pub struct SavedSession {
    pub(crate) id: String,
    pub(crate) location: Option<String>,
    pub(crate) address: String,
    pub(crate) management: Management,
    /// What was read and counted but not yet handed to the caller.
    pub(crate) pending: VecDeque<Event>,
}

impl SavedSession {
    /// The id under which the server keeps the session.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where the server prefers the session to be resumed (XEP-0198 §5, `location`), if it said.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The full address of the session.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How many stanzas from the server the session has handled, modulo 2^32.
    pub fn handled(&self) -> u32 {
        self.management.handled
    }

    /// The stanzas that the server has not acknowledged, oldest first.
    pub fn unacknowledged(&self) -> impl ExactSizeIterator<Item = &Bytes> {
        self.management.unacknowledged.iter()
    }
}

/// Counters and queue of one session; they outlive connections.
#[derive(Clone, Default, Debug)]
pub(crate) struct Management {
    /// Stanzas from the server that were handled, modulo 2^32.
    pub(crate) handled: u32,
    /// The server's counter as last heard, modulo 2^32.
    acknowledged: u32,
    unacknowledged: VecDeque<Bytes>,
}

impl Management {
    /// Keeps a stanza until it is acknowledged.
    pub(crate) fn sent(&mut self, stanza: Bytes) -> Result<(), Error> {
        if self.unacknowledged.len() >= MAX_UNACKNOWLEDGED_STANZAS {
            return Err(Error::TooManyUnacknowledged(MAX_UNACKNOWLEDGED_STANZAS));
        }
        self.unacknowledged.push_back(stanza);
        Ok(())
    }

    pub(crate) fn received(&mut self) {
        self.handled = self.handled.wrapping_add(1);
    }

    /// Takes the server's counter; returns how many stanzas it newly covers.
    pub(crate) fn acknowledge(&mut self, handled: u32) -> Result<usize, Error> {
        let covered = handled.wrapping_sub(self.acknowledged) as usize;
        if covered > self.unacknowledged.len() {
            let waiting = u32::try_from(self.unacknowledged.len()).unwrap_or(u32::MAX);
            return Err(Error::AcknowledgedTooMuch {
                handled,
                sent: self.acknowledged.wrapping_add(waiting),
            });
        }
        self.unacknowledged.drain(..covered);
        if self.unacknowledged.is_empty() {
            self.unacknowledged.shrink_to(8);
        }
        self.acknowledged = handled;
        Ok(covered)
    }

    pub(crate) fn unacknowledged(&self) -> impl ExactSizeIterator<Item = &Bytes> {
        self.unacknowledged.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_sent(acknowledged: u32, stanzas: usize) -> Management {
        let mut management = Management { acknowledged, ..Management::default() };
        (0..stanzas).for_each(|_| management.sent(Bytes::from_static(b"<message/>")).unwrap());
        management
    }

    #[test]
    fn acknowledgements_empty_the_queue_also_across_the_wrap() {
        let mut management = with_sent(u32::MAX - 1, 3);
        assert_eq!(management.acknowledge(u32::MAX).unwrap(), 1);
        assert_eq!(management.acknowledge(u32::MAX).unwrap(), 0);
        assert_eq!(management.acknowledge(1).unwrap(), 2);
        assert_eq!(management.unacknowledged().len(), 0);
    }

    #[test]
    fn an_acknowledgement_of_more_than_was_sent_is_refused() {
        let mut management = with_sent(7, 2);
        let refused = management.acknowledge(10).unwrap_err();
        assert!(matches!(refused, Error::AcknowledgedTooMuch { handled: 10, sent: 9 }));
        assert!(management.acknowledge(6).is_err(), "the counter went back");
        assert_eq!(management.unacknowledged().len(), 2);
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut management = with_sent(0, MAX_UNACKNOWLEDGED_STANZAS);
        assert!(management.sent(Bytes::new()).is_err());
    }
}
