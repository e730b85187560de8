//! The configuration as it is in force in the file, without comments and secrets: only keys that are known.

use std::path::Path;

use everpresent_server::config::{Config, SECTIONS};
use toml::{Table, Value};

pub(super) fn of(path: &Path, config: &Config) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut table: Table = text.parse().map_err(|_| format!("{}: it is no TOML", path.display()))?;
    table.retain(|name, section| {
        let known = SECTIONS.iter().find(|known| known.name == name);
        if let (Some(known), Value::Table(keys)) = (known, section) {
            keys.retain(|key, _| known.keys.iter().any(|known| known.name == key));
        }
        known.is_some()
    });
    if let Some(Value::Table(database)) = table.get_mut("database")
        && let Some(url) = database.get_mut("url")
    {
        // Written without the password.
        *url = Value::String(config.database.url.to_string());
    }
    if let Some(Value::Table(alerts)) = table.get_mut("alerts")
        && let Some(webhook) = alerts.get_mut("webhook")
    {
        // Written without its path, which is often a secret.
        *webhook =
            Value::String(config.alerts.webhook.as_ref().map_or_else(String::new, ToString::to_string));
    }
    toml::to_string_pretty(&table).map_err(|error| error.to_string())
}
