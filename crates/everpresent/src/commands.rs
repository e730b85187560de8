//! What each command does.

pub(crate) mod alerts;
pub(crate) mod bridges;
pub(crate) mod cluster;
pub(crate) mod config;
pub(crate) mod group;
pub(crate) mod ha;
pub(crate) mod init;
pub(crate) mod service;
pub(crate) mod sessions;
pub(crate) mod shell;
pub(crate) mod sql;
pub(crate) mod support_bundle;
pub(crate) mod user;
