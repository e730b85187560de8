//! Who may own a home, and what is said and ordered about it, without I/O.
//!
//! For each home there are three voters: its home node, the partner, and the [witness], a row in the
//! database. [`Ownership`](ownership::Ownership) is one node's view of one home: inputs and the present
//! moment go in, effects come out, and every decision is a [value with its sentence](decision::Decision).
//! [`Guardian`](guardian::Guardian) is the tiny parent that starts serving processes and empties what a dead
//! one held. [`Manager`](manager::Manager) is one per node: it names the state of the node, and hands homes over by
//! order or because services stay down, but who owns what is decided by the rules of ownership alone. What it does stands
//! in a [table](manager::table). [Parameters](parameters::Parameters) say how
//! long all of them wait.
//!
//! A [`Moment`](everpresent_session::time::Moment) here is read from `CLOCK_BOOTTIME`: it goes on while the
//! machine sleeps, and no clock of the database or of a wall is ever asked.

pub mod decision;
pub mod guardian;
pub mod manager;
pub mod ownership;
pub mod parameters;
pub mod relogin;
pub mod settings;
pub mod witness;
