//! Stream negotiation without I/O: SASL, SASL2, FAST, bind, stream-management elements.
//!
//! [`Negotiation`] takes what a client sends and the answers of the server around it as [`Input`]s, and says what to do
//! as [`Output`]s, from the first stream header up to an established session. It reads no clock, draws no random
//! numbers and looks nothing up: all of that comes in as arguments.

pub mod bind;
pub mod binding;
mod compose;
pub mod entropy;
pub mod error;
pub mod fast;
pub mod features;
pub mod header;
pub mod management;
pub mod mechanism;
pub mod negotiation;
pub mod offer;
pub mod sasl;
pub mod sasl2;
pub mod scram;

pub use binding::{BindingKind, Channel, ChannelBindings, Transport};
pub use error::FailureReason;
pub use header::ResponseHeader;
pub use mechanism::Mechanism;
pub use negotiation::{Input, Negotiation, Output};
pub use offer::Offer;
pub use scram::{Credentials, ScramHash, ScramKeys};
