//! Where lines come from: files, syslog over UDP, TCP and TLS, and the log on a server's MMP.
//!
//! Every source fills one queue of [`Line`]s. Its length and the length of a line are bounded, so the memory of all
//! sources is, whatever they are sent. A source that can wait (a file, a TCP connection) waits when the queue is full; one that
//! cannot (UDP) drops and counts. A source that goes away is opened again after a wait that grows.
//!
//! A line comes with what is known of who sent it ([`Origin`]).

mod back_off;
pub mod files;
pub mod follow;
mod inlet;
mod origin;
pub mod sftp;
mod split;
mod status;
mod supervise;
pub mod syslog;

pub use back_off::BackOff;
pub use inlet::{Inlet, Lines, QUEUE_LINES, queue};
pub use origin::{ClientCertificate, Line, Origin};
pub use split::{MAX_LINE_BYTES, Splitter};
pub use status::{Report, State, Status};
pub use supervise::supervise;
