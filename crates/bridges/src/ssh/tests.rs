//! The client against servers that behave, and against those that hang, lie or never stop.

mod failing;
mod keys;
mod server;
mod silent;
mod working;
