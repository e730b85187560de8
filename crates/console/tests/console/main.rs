//! The console as its callers see it: requests over connections whose other end the test chooses.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

mod api;
mod fake;
mod ha;
mod http;
mod limits;
mod public;
mod websocket;
