//! Client connections: accepted, negotiated, established.

pub mod admission;
mod carried;
pub mod carrier;
pub mod connection;
pub mod established;
pub mod listener;
pub mod negotiate;
pub mod pace;
pub mod tcp;
pub mod upgrade;
pub mod websocket;
pub mod wire;
