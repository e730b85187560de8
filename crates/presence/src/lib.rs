//! Roster, subscription, presence and delivery rules of RFC 6121, without I/O.
//!
//! Who is in a roster and what a request changes there: [`roster`], on the state tables of [`subscription`]. Who must
//! be told of a presence: [`audience`]. Whom a user does not want to hear: [`blocking`]. Where a stanza for a user
//! goes: [`delivery`]. What is kept of a message: [`archiving`]. All of them are decisions over values; the caller
//! makes records of the rows and sends what the steps say.

pub mod archiving;
pub mod audience;
pub mod blocking;
pub mod delivery;
pub mod facts;
pub mod resource;
pub mod roster;
pub mod subscription;
mod xml;

pub use blocking::BlockList;
pub use facts::MessageFacts;
pub use resource::ResourceView;
pub use roster::Roster;
