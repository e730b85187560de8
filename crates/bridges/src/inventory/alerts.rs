//! `[alerts]`: the same keys, with the same meaning, as in the configuration of the server; and `syslog`.

use std::ops::Range;
use std::str::FromStr;

use everpresent_alerts::Settings;
use everpresent_alerts::settings::{MAX_RECIPIENTS, Mail, Mailbox, Relay, Security, Syslog, Webhook};
use toml::Spanned;

use super::file::AlertsFile;
use super::load::Folder;

/// What is wrong, and where.
type Problem = (Range<usize>, String);

/// Turns the section into settings.
pub(super) fn settings(alerts: Spanned<AlertsFile>, folder: &Folder<'_>) -> Result<Settings, Problem> {
    let span = alerts.span();
    let alerts = alerts.into_inner();
    let webhook = match alerts.webhook {
        None if alerts.webhook_token_file.is_some() => {
            return Err((span, "`webhook_token_file` is for a webhook: add `webhook`".into()));
        }
        None => None,
        Some(url) => {
            let token_file = alerts.webhook_token_file.map(|path| folder.join(&path));
            Some(webhook(&url, token_file)?)
        }
    };
    let mail = match alerts.smtp {
        None => None,
        Some(relay) => {
            let security = alerts.smtp_security.as_ref();
            let security = security.map_or(Ok(Security::StartTls), self::security)?;
            let login = match (alerts.smtp_user, alerts.smtp_password_file) {
                (Some(user), Some(file)) => Some((user, folder.join(&file))),
                (None, None) => None,
                _ => return Err((span, "`smtp_user` and `smtp_password_file` need each other".into())),
            };
            let from = alerts
                .from
                .as_ref()
                .ok_or_else(|| (span.clone(), "e-mail needs a sender: add `from`".into()))?;
            let to = recipients(&alerts.to, &span)?;
            let relay: Relay = read(&relay)?;
            if security == Security::None && !relay.is_loopback() {
                return Err((span, "`smtp_security = \"none\"` is for a relay on this machine only".into()));
            }
            Some(Mail { relay, security, login, from: read(from)?, to })
        }
    };
    let ca_file = alerts.ca_file.map(|path| folder.join(&path));
    let syslog = alerts.syslog.as_ref().map(syslog).transpose()?;
    Ok(Settings { webhook, mail, syslog, ca_file })
}

fn webhook(url: &Spanned<String>, token_file: Option<std::path::PathBuf>) -> Result<Webhook, Problem> {
    let place = url.span();
    let url: everpresent_alerts::settings::WebhookUrl =
        url.get_ref().parse().map_err(|problem: String| (place.clone(), format!("`webhook` {problem}")))?;
    if token_file.is_some() && !url.is_private() {
        return Err((place, "a token needs https://, or a webhook on this machine".into()));
    }
    Ok(Webhook { url, token_file })
}

fn syslog(text: &Spanned<String>) -> Result<Syslog, Problem> {
    text.get_ref().parse().map_err(|problem| (text.span(), format!("`syslog` {problem}")))
}

fn security(text: &Spanned<String>) -> Result<Security, Problem> {
    match text.get_ref().as_str() {
        "starttls" => Ok(Security::StartTls),
        "tls" => Ok(Security::Tls),
        "none" => Ok(Security::None),
        other => Err((text.span(), format!("`smtp_security` is starttls, tls or none, not {other:?}"))),
    }
}

fn recipients(to: &[Spanned<String>], span: &Range<usize>) -> Result<Vec<Mailbox>, Problem> {
    if to.is_empty() || to.len() > MAX_RECIPIENTS {
        return Err((span.clone(), format!("e-mail needs 1 to {MAX_RECIPIENTS} recipients: see `to`")));
    }
    to.iter().map(read).collect()
}

fn read<T: FromStr<Err: ToString>>(text: &Spanned<String>) -> Result<T, Problem> {
    text.get_ref().parse().map_err(|problem: T::Err| (text.span(), problem.to_string()))
}
