//! What a client sees and counts.

use crate::frame::Frame;

/// One thing that happened on the stream, in the order in which the server sent it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A message came in.
    Message(Frame),
    /// A presence came in.
    Presence(Frame),
    /// An iq came in, request or answer. Pings (XEP-0199) are answered and not shown.
    Iq(Frame),
    /// The server acknowledged stanzas (XEP-0198 §4).
    Acknowledged {
        /// The server's counter, modulo 2^32.
        handled: u32,
        /// How many more stanzas this one covers than the one before.
        stanzas: usize,
    },
    /// The server asked for an acknowledgement; the answer is already on its way.
    AcknowledgementRequested,
    /// Anything else, such as a nonza of an extension.
    Other(Frame),
    /// The server ended the stream in order.
    Closed,
}

/// What went over a client's connections, since it was made or resumed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counters {
    /// Stanzas handed to the connection, including those sent again after a resumption.
    pub stanzas_sent: u64,
    /// Stanzas received.
    pub stanzas_received: u64,
    /// Stanzas that the server has acknowledged.
    pub stanzas_acknowledged: u64,
    /// Bytes of XML written.
    pub bytes_sent: u64,
    /// Bytes of XML read.
    pub bytes_received: u64,
}
