//! Nodes that speak with each other over real sockets on loopback.

mod certificates;
mod ends;
mod harness;
mod invitations;
mod streams;
