//! Clients that mean harm, or are out of luck: each costs its own connection, and nobody else anything.

mod addresses;
mod connections;
mod database;
mod flood;
mod protocol;
mod websocket;
mod xml;
