//! Stanzas of a home that wait in a channel to another one. They come and go with [`Database::commit`].

use everpresent_session::ids::HomeName;
use everpresent_session::row::RouteRow;
use sqlx::query;

use crate::database::Database;
use crate::error::StoreError;
use crate::fields::Fields;

/// Stanzas are read this many at a time.
const ROUTES_READ_ROWS: i64 = 1_000;

impl Database {
    /// What waits in all channels of a home, in their order. There is as much as the channels hold; the ledger bounds
    /// them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn routes(&self, home: &HomeName) -> Result<Vec<RouteRow>, StoreError> {
        const WHAT: &str = "read what waits for other homes";
        let sql = "SELECT id, to_home, stanza FROM routes WHERE home = $1 AND id > $2 ORDER BY id LIMIT $3";
        let mut routes: Vec<RouteRow> = Vec::new();
        loop {
            let after = routes.last().map(|route| route.id.to_string()).unwrap_or_default();
            let select = query(sql).bind(home.as_str().to_owned()).bind(after).bind(ROUTES_READ_ROWS);
            let rows = self.rows(WHAT, select).await?;
            for row in &rows {
                let fields = Fields::new(WHAT, row);
                let to = HomeName::new(fields.text(1)?);
                routes.push(RouteRow { id: fields.row_id(0)?, to, stanza: fields.bytes(2)? });
            }
            if (rows.len() as i64) < ROUTES_READ_ROWS {
                return Ok(routes);
            }
        }
    }
}
