//! Durable data on SQLite and PostgreSQL behind one interface.
//!
//! [`Database`] is one concrete type: both databases are asked with the same SQL, in the portable subset that the driver
//! serves for either (text, 64-bit numbers, bytes; times in milliseconds), so that there is one set of statements to get
//! right and one test suite that is run for both. Where they differ, they differ in [`Database::open`] and in how a
//! transaction begins.
//!
//! Two ways to write: [`Database::commit`] for the owner of a home, a batch of rows under a fence, and single statements
//! for what belongs to no home ([accounts], [the registry of nodes](nodes), [groups], [settings]) and for [the witness](homes)
//! itself. Errors say whether trying again may help.
//!
//! [`BridgeHistory`] is a database of its own, with its own tables, for the watch over meeting bridges.
//!
//! This is the only crate that knows SQL.

pub mod account_state;
pub mod accounts;
pub mod archive;
pub mod assignment;
pub mod bridge_history;
pub mod commit;
mod database;
pub mod error;
mod fields;
pub mod groups;
pub mod heads;
pub mod homes;
pub mod nodes;
pub mod routes;
pub mod settings;
pub mod spool;
pub mod tokens;
pub mod views;

pub use account_state::AccountState;
pub use accounts::{Account, AccountError, Credentials, ScramHash, ScramKeys};
pub use archive::{ArchiveEnd, ArchiveError, Filter, Page, PageFrom, Paging};
pub use assignment::UserHome;
pub use bridge_history::BridgeHistory;
pub use commit::{CommitError, Fence, RowError};
pub use database::{Backend, Database, OpenError, Options};
pub use error::StoreError;
pub use groups::{Assignment, GroupError};
pub use homes::HomeRow;
pub use nodes::{GroupRow, JoinError, NodeRow};
pub use spool::SpoolSize;
pub use views::{Answer, AskError, Cell, Limits, VIEW_NAMES, Views};
