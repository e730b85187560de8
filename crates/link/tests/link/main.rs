//! Nodes that speak with each other over real sockets on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

mod certificates;
mod ends;
mod harness;
mod invitations;
mod streams;
