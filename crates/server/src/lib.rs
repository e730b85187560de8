//! Composition root: sockets, timers, tasks and the way of a message.
//!
//! - A connection comes in through [`c2s`]: accepted, negotiated, established.
//! - Its stanzas go their way through [`route`], or are answered by [`services`]; either way each becomes one record
//!   ([`turn`]) of the [`home`], and what it does for others ends in their sessions' queues ([`deliver`]).
//! - What is for users of another home goes through [`channels`]; [`directory`] knows who belongs where,
//!   [`assignment`] says it of new users, and [`moves`] follows what operators change.
//! - [`lifecycle`] binds, resumes and ends sessions; [`sweep`] does what time demands.
//! - `alerts` tells operators what the recovery manager finds; [`monitor`] keeps the monitored services running; [`pair`] and [`seat`] decide who serves whom.
//! - [`start`] puts a node together from its [`config`]; [`running`] takes it apart again.

pub mod admin;
mod alerts;
pub mod assignment;
pub mod c2s;
pub mod channels;
pub mod clock;
pub mod config;
pub mod deliver;
pub mod directory;
pub mod epochs;
mod files;
pub mod home;
mod https;
pub mod lifecycle;
pub mod monitor;
pub mod moves;
pub mod node;
pub mod pair;
pub mod parameters;
pub mod peers;
mod random;
mod relogin;
pub mod route;
pub mod running;
pub mod seat;
pub mod services;
pub mod signin;
pub mod start;
pub mod sweep;
pub mod throttle;
pub mod tls;
pub mod turn;
pub mod versions;
