//! The command as people and scripts use it: what it prints, and with which code it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

mod account;
mod alerts;
mod bridge_restarts;
mod cluster;
mod cluster_file;
mod demo;
mod dns;
mod explain;
mod files;
mod group;
mod guardian;
mod ha;
mod harness;
mod janus;
mod offline;
mod served;
mod service;
mod session;
mod sql;
mod support;
