//! The ledger: sessions, records, modes and channels, without I/O.
//!
//! A session is not a connection: connections come and go under it. All that one stanza, timer or order does is one
//! [`Record`](record::Record), applied whole or not at all, and nothing of it is promised to anybody before the
//! record is confirmed. Time, randomness and input come in as arguments; effects go out as values.
//!
//! - [`ledger`] is what every node that holds a home knows of it; [`Ledger::apply`](ledger::Ledger::apply) is the
//!   only thing that changes it, on the owner and on its partner alike.
//! - [`owner`] is what only the node that serves the home does: make records, know what is confirmed, hand out what
//!   may leave the node, keep deadlines.
//! - [`snapshot`] and [`replica`] are how a partner comes to hold the same; [`takeover`] is how it goes on with it.
//! - [`audit`] counts (promise P6).

pub mod audit;
pub mod channel;
pub mod ids;
pub mod ledger;
pub mod owner;
pub mod queue;
pub mod reason;
pub mod record;
pub mod replica;
pub mod row;
pub mod session;
pub mod takeover;
pub mod time;
pub mod tombstone;

pub use ledger::snapshot;
