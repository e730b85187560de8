//! Janus: which of its sessions are leaked, ending them one by one, and draining it for a restart.
//!
//! Speaks the Admin API of Janus 1.x over HTTP, HTTPS or a Unix socket. A session is *live* while one of its handles has a
//! PeerConnection, or is making one; everything else about it is a matter of time, and of what one look can know:
//!
//! - `handle_info` tells when a handle was created and when its session was last asked for something. So a handle that
//!   never had a PeerConnection is known to be abandoned at the first look.
//! - It does not tell since when a PeerConnection is gone, and nothing tells how old a session without handles is. These
//!   are *suspects* until two looks, the grace time apart, have seen nothing live ([`Memory`]).
//!
//! A session whose client still asks for something within the grace time is *idle*, never leaked: somebody is there.

mod admin;
mod drain;
mod ending;
mod error;
mod look;
mod memory;
#[cfg(test)]
mod tests;
mod transport;
mod verdict;

pub use admin::{Admin, read_answer};
pub use drain::{Drained, Progress, drain, restarted};
pub use ending::{End, Ended, end_leaked};
pub use error::JanusError;
pub use look::{Connection, HandleFacts, Look, SessionFacts, look, look_at};
pub use memory::Memory;
pub use transport::Transport;
pub use verdict::{Audit, Judged, Verdict, audit};
