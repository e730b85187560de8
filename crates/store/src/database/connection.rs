//! A connection out of the pool.

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection};

/// A connection that goes back to its pool only when its holder says that it is in order. After an error, a timeout
/// or a call that was given up half-way it is closed: what it is in the middle of is then undone by the database, and
/// no later caller meets it. (After a full disk SQLite has ended the transaction by itself, which the driver does not
/// notice; a PostgreSQL connection may hang on a dead network for minutes.)
pub(crate) struct Lease {
    connection: PoolConnection<Any>,
    in_order: bool,
}

impl Lease {
    pub(crate) fn new(connection: PoolConnection<Any>) -> Self {
        Self { connection, in_order: false }
    }

    /// The connection.
    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    /// Ends the use of a connection that is in order.
    pub(crate) fn give_back(mut self) {
        self.in_order = true;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.in_order {
            self.connection.close_on_drop();
        }
    }
}
