//! Every bound of the link.

/// Connections of other nodes at once: each node has three with each other.
pub const MAX_CONNECTIONS: usize = 256;
/// Handshakes at once. When there are more, the oldest is given up: an honest one takes milliseconds.
pub const MAX_HANDSHAKES: usize = 64;
/// How long a handshake may take, in seconds.
pub const HANDSHAKE_SECONDS: u64 = 5;
/// Nodes that join at once.
pub const MAX_JOINING: usize = 4;
/// How long a connection without a certificate may last, in seconds.
pub const JOIN_SECONDS: u64 = 15;
/// How long it may take to connect, in seconds.
pub const CONNECT_SECONDS: u64 = 3;
/// How long it may take to open a stream, or to answer an order, in seconds.
pub const OPEN_SECONDS: u64 = 10;
/// How often a connection is tested, in seconds.
pub const PING_SECONDS: u64 = 3;
/// How long the answer may take, in seconds.
pub const PING_ANSWER_SECONDS: u64 = 5;

/// Clients that one node carries to another at once.
pub const MAX_CARRIED_CLIENTS: u32 = 50_000;
/// Other streams on one connection.
pub const MAX_STREAMS: u32 = 1_024;

/// Largest message of most streams. A record or part above a batch's size goes alone, up to this.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;
/// Largest control message or order.
pub const MAX_URGENT_MESSAGE_BYTES: usize = 1024 * 1024;
/// Largest message of a node without a certificate.
pub const MAX_JOIN_MESSAGE_BYTES: usize = 16 * 1024;
/// Largest headers of a request.
pub const MAX_HEADER_BYTES: u32 = 16 * 1024;

/// Records, or stanzas of a channel, in one message of the wire.
pub const BATCH_ITEMS: usize = 64;
/// Bytes at which such a message is closed.
pub const BATCH_BYTES: usize = 256 * 1024;

/// Under way on the connection for control and orders.
pub const URGENT_WINDOW_BYTES: u32 = 1024 * 1024;
/// Under way on one stream of records or stanzas.
pub const BULK_STREAM_WINDOW_BYTES: u32 = 4 * 1024 * 1024;
/// Under way on their connection.
pub const BULK_WINDOW_BYTES: u32 = 32 * 1024 * 1024;
/// Under way for one carried client. With a client that does not read, so much waits at its carrier.
pub const CARRY_STREAM_WINDOW_BYTES: u32 = 32 * 1024;
/// Under way for all of them: more than all together can fill in practice, so that none waits for another.
pub const CARRY_WINDOW_BYTES: u32 = 1024 * 1024 * 1024;
/// Under way from a node without a certificate.
pub const JOIN_WINDOW_BYTES: u32 = 64 * 1024;

/// Control messages that wait to be sent.
pub const CONTROL_QUEUE_MESSAGES: usize = 64;
/// Frames or answers of replication that wait to be sent.
pub const REPLICATION_QUEUE_FRAMES: usize = 16;
/// Pages or answers of a channel that wait to be sent.
pub const DELIVERY_QUEUE_MESSAGES: usize = 16;
/// Messages of a carried client that wait to be sent.
pub const CARRY_QUEUE_MESSAGES: usize = 16;
