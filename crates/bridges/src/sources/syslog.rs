//! Syslog as it arrives over the network: UDP (RFC 5426), TCP (RFC 6587), TLS (RFC 5425).

mod admission;
mod connection;
mod frames;
mod kernel_drops;
pub mod stream;
pub mod tls;
pub mod udp;

pub use admission::{Admission, Admit};
pub use connection::Limits;
pub use frames::{FrameError, Frames, MAX_FRAME_BYTES};

#[cfg(test)]
mod tests;
