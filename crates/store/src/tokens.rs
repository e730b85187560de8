//! One-time sign-in tokens (XEP-0484). They come and go with [`Database::commit`].

use everpresent_session::row::TokenRow;
use everpresent_stanza::BareJid;
use sqlx::query;

use crate::database::Database;
use crate::error::StoreError;
use crate::fields::Fields;

impl Database {
    /// The tokens of one of a user's client installations: none, one, or during rotation both slots. Expired ones are
    /// given as well.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tokens(&self, user: &BareJid, user_agent: &str) -> Result<Vec<TokenRow>, StoreError> {
        const WHAT: &str = "read sign-in tokens";
        let sql = "SELECT slot, mechanism, secret, expires_ms, use_count FROM tokens \
                   WHERE account = $1 AND user_agent = $2 ORDER BY slot";
        let rows =
            self.rows(WHAT, query(sql).bind(user.as_str().to_owned()).bind(user_agent.to_owned())).await?;
        let token = |row| {
            let fields = Fields::new(WHAT, row);
            Ok(TokenRow {
                user: user.clone(),
                user_agent: user_agent.to_owned(),
                slot: fields.token_slot(0)?,
                mechanism: fields.text(1)?.to_owned(),
                secret: fields.bytes(2)?,
                expires: fields.time(3)?,
                count: fields.small_count(4)?,
            })
        };
        rows.iter().map(token).collect()
    }
}
