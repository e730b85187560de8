//! Settings that hold for the whole cluster, by name. What they mean is their users' business.

use std::collections::BTreeMap;

use sqlx::query;

use crate::database::Database;
use crate::error::StoreError;
use crate::fields::Fields;

impl Database {
    /// All settings.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        const WHAT: &str = "read settings";
        let rows = self.rows(WHAT, query("SELECT name, value FROM settings")).await?;
        let pair = |row| {
            let fields = Fields::new(WHAT, row);
            Ok((fields.text(0)?.to_owned(), fields.text(1)?.to_owned()))
        };
        rows.iter().map(pair).collect()
    }

    /// One setting, if it was ever set.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        const WHAT: &str = "read a setting";
        let select = query("SELECT value FROM settings WHERE name = $1").bind(name.to_owned());
        let row = self.optional(WHAT, select).await?;
        row.map(|row| Fields::new(WHAT, &row).text(0).map(str::to_owned)).transpose()
    }

    /// Sets a setting, in place of what it was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let upsert = query(sql).bind(name.to_owned()).bind(value.to_owned());
        self.change("set a setting", upsert).await.map(|_| ())
    }

    /// Makes a setting one that was never set.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_setting(&self, name: &str) -> Result<(), StoreError> {
        let delete = query("DELETE FROM settings WHERE name = $1").bind(name.to_owned());
        self.change("remove a setting", delete).await.map(|_| ())
    }

    /// Sets a setting only if it was never set, and says what it is now: the way to agree on a value that is made once,
    /// such as a secret.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn setting_or_insert(&self, name: &str, value: &str) -> Result<String, StoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        let insert = query(sql).bind(name.to_owned()).bind(value.to_owned());
        self.change("set a setting", insert).await?;
        Ok(self.setting(name).await?.unwrap_or_else(|| value.to_owned()))
    }
}
