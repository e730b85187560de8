//! A small asynchronous XMPP client, for the demo, the load generator and tests.
//!
//! It signs in to any server (RFC 6120: TCP with STARTTLS, Direct TLS of XEP-0368, or no TLS), keeps stream
//! management (XEP-0198) with a queue of what the server has not acknowledged, can drop its connection without
//! a word and resume later. It hands out stanzas as [`Frame`]s: the bytes as they came, read on demand. It is not a library for
//! chat clients: there is no roster, and only a [`member`] of a crowd reconnects by itself, and the splitter of frames trusts the server to
//! send well-formed XML.
//!
//! ```no_run
//! # async fn story() -> Result<(), everpresent_client::Error> {
//! use everpresent_client::{Client, Event, Options, Security, StreamManagement, Trust, tls};
//!
//! let tls = tls::config(Trust::Nobody)?;
//! let options = Options::new("127.0.0.1", 5223, "example.net", "alice", "secret")
//!     .security(Security::Direct(tls))
//!     .stream_management(StreamManagement::Resumable);
//! let mut alice = Client::connect(&options).await?;
//! alice.send_presence().await?;
//! alice.send_message("bob@example.net", "m1", "Are you there?").await?;
//! let Some(saved) = alice.cut() else { return Ok(()) };
//! let mut alice = Client::resume(&options, saved).await?;
//! while let Event::Message(message) = alice.next().await? {
//!     println!("{}", message.text("body").unwrap_or_default());
//! }
//! # Ok(()) }
//! ```

mod client;
mod error;
mod event;
mod frame;
mod management;
pub mod member;
mod negotiation;
mod options;
mod scanner;
mod scram;
mod text;
pub mod tls;
mod wire;

pub use client::Client;
pub use error::Error;
pub use event::{Counters, Event};
pub use frame::{ElementView, Frame};
pub use management::SavedSession;
pub use options::{Mechanism, Options, Security, StreamManagement};
pub use scanner::{MAX_FRAME_BYTES, MAX_FRAME_DEPTH_ELEMENTS};
pub use scram::KeyCache;
pub use text::escape;
pub use tls::Trust;
