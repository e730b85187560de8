//! Why a failover of Cisco IM & Presence happened: time line, cause and recommended action from its logs.
//!
//! No I/O and no clock: callers give the bytes of the files to an [`Explainer`], in any order and any mixture, and get
//! a [`Report`], which is shown as [text](Report::text), as [a page](Report::html), or serialised.
//!
//! # What is read
//! *Published* shapes are known from Cisco's documents and from cases that operators have made public; *assumed* ones are
//! ours, made in the manner of the published ones, because no sample is public.
//!
//! | line | shape |
//! |---|---|
//! | Server Recovery Manager: `peer down, time since last heartbeat[s]= 62`, `peer states vector changed to [own,peer]`; with and without a space before `[HS]` | published |
//! | Server Recovery Manager: `peer up`, `peer rebooting`, `node state changed to [state], reason [reason]`, `critical service down, …`, `… requested, …` (see `line::srm`) | assumed |
//! | alarms: `%UC_APPLICATION-4-NAME: %[tag=value]…: text` with their header | published; which tags an alarm carries is not always |
//! | system log: shutdown, boot and fault lines of Linux | published |
//! | `system-history.log`: `08/14/2012 13:36:09 \| root: Boot Start` | published |
//! | output of `run sql`: names, a ruler, rows in columns; `tkhaserverstate` 2, 3, 4 | published; the other numbers are assumed |
//!
//! States and reasons and their texts are those of [`everpresent_recovery::manager`], which follows the original.

mod cause;
mod event;
mod explainer;
mod html;
mod line;
mod report;
mod rules;
mod splitter;
mod stamp;
mod tables;
mod text;
mod unknown;

pub use cause::Cause;
pub use explainer::{Explainer, Limits};
pub use report::{Entry, Finding, GroupRow, Lines, NodeRow, Report, UnknownKind};
