//! What `[alerts]` can be wrong in as a whole, and the files that it names.

use everpresent_alerts::settings::{MAX_RECIPIENTS, Security};
use everpresent_alerts::{Secret, check_ca_file};

use super::super::keys::Alerts;
use super::Found;

/// Refuses settings that contradict each other.
pub(super) fn check(alerts: &Alerts, found: &mut Found<'_>) {
    let mut add =
        |key: &str, message: String| found.add("alerts", key, format!("`{key}` in [alerts] {message}"));
    match &alerts.webhook {
        None if alerts.webhook_token_file.is_some() => {
            add("webhook_token_file", "needs `webhook`, to which the token is sent".into());
        }
        Some(url) if alerts.webhook_token_file.is_some() && !url.is_private() => {
            add(
                "webhook",
                format!(
                    "must begin with https:// when there is a token, not {url}: it would cross the network in clear"
                ),
            );
        }
        _ => {}
    }
    let Some(relay) = &alerts.smtp else {
        let set = [
            ("smtp_user", alerts.smtp_user.is_some()),
            ("smtp_password_file", alerts.smtp_password_file.is_some()),
            ("from", alerts.from.is_some()),
            ("to", !alerts.to.is_empty()),
        ];
        if let Some((key, _)) = set.iter().find(|(_, set)| *set) {
            add(key, "needs `smtp`, the relay by which e-mail goes out".into());
        }
        return;
    };
    if alerts.from.is_none() {
        add("smtp", "needs `from`, the sender of e-mail".into());
    }
    if alerts.to.is_empty() || alerts.to.len() > MAX_RECIPIENTS {
        let count = alerts.to.len();
        add("smtp", format!("needs 1 to {MAX_RECIPIENTS} recipients in `to`; there are {count}"));
    }
    if alerts.smtp_security == Security::None && !relay.is_loopback() {
        let message = format!(
            "is \"none\", but {relay} is not on this machine (localhost, 127.0.0.1 or [::1]): alerts would cross the \
             network in clear; use \"starttls\" or \"tls\""
        );
        add("smtp_security", message);
    }
    if alerts.smtp_user.is_some() != alerts.smtp_password_file.is_some() {
        let keys = ("smtp_user", "smtp_password_file");
        let (set, missing) = if alerts.smtp_user.is_some() { keys } else { (keys.1, keys.0) };
        add(set, format!("needs `{missing}` beside it; set both or neither"));
    }
}

/// Looks at the files that it names.
pub(super) fn files(alerts: &Alerts, found: &mut Found<'_>) {
    let secrets = [
        ("webhook_token_file", &alerts.webhook_token_file),
        ("smtp_password_file", &alerts.smtp_password_file),
    ];
    for (key, path) in secrets {
        if let Some(path) = path
            && let Err(error) = Secret::read(path)
        {
            found.add("alerts", key, format!("`{key}` in [alerts]: {error}"));
        }
    }
    if let Some(path) = &alerts.ca_file
        && let Err(error) = check_ca_file(path)
    {
        found.add("alerts", "ca_file", format!("`ca_file` in [alerts]: {error}"));
    }
}
