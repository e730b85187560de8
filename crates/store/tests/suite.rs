//! The storage suite: the same stories on SQLite and on PostgreSQL.
//!
//! `EVERPRESENT_TEST_POSTGRES` is the url of a PostgreSQL server where databases may be made, such as
//! `postgres://postgres@127.0.0.1:5433/postgres`; each story makes its own. `cargo xtask test` starts such a server.
//! Without it the PostgreSQL stories fail, unless it is `off`.

#![allow(clippy::unwrap_used, reason = "a story ends at its first surprise")]

#[path = "suite/accounts.rs"]
mod accounts;
#[path = "suite/archive.rs"]
mod archive;
#[path = "suite/assignment.rs"]
mod assignment;
#[path = "suite/backend.rs"]
mod backend;
#[path = "suite/commit.rs"]
mod commit;
#[path = "suite/crash.rs"]
mod crash;
#[path = "suite/groups.rs"]
mod groups;
#[path = "suite/homes.rs"]
mod homes;
#[path = "suite/nodes.rs"]
mod nodes;
#[path = "suite/opening.rs"]
mod opening;
#[path = "suite/paging.rs"]
mod paging;
#[path = "suite/rows.rs"]
mod rows;
#[path = "suite/state.rs"]
mod state;
#[path = "suite/trouble.rs"]
mod trouble;
#[path = "suite/views.rs"]
mod views;
#[path = "suite/witness.rs"]
mod witness;
