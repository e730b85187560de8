//! The ways by which a notice reaches an operator.

mod mail;
mod syslog;
mod webhook;

use std::time::Duration;

use thiserror::Error;

use crate::notice::{Notice, one_line};
use crate::roots::{RootError, Roots};
use crate::secret::{Secret, SecretError};
use crate::settings::{Security, Settings, Syslog};

/// Longest part of what a server answers that is repeated, in characters.
const MAX_ANSWER_CHARS: usize = 200;

/// One way by which a notice reaches an operator.
#[derive(Debug)]
pub struct Channel(Kind);

#[derive(Debug)]
enum Kind {
    Webhook(webhook::Webhook),
    Mail(Box<mail::Mail>),
    Syslog(Syslog),
}

/// Why a channel cannot be used at all.
#[derive(Debug, Error)]
pub enum ChannelError {
    /// Its password or token is not there.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Nobody can be trusted.
    #[error(transparent)]
    Roots(#[from] RootError),
    /// TLS cannot be set up.
    #[error("TLS for alerts cannot be set up: {0}")]
    Tls(String),
    /// It would send in clear what must not cross a network in clear.
    #[error("{0} is not on this machine: alerts go there with TLS only")]
    InClear(String),
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It arrived.
    Delivered,
    /// It did not arrive; a later attempt may do better.
    Later(String),
    /// It did not arrive, or not everywhere, and will not.
    Never(String),
}

/// One notice on its way through one channel, over several attempts.
pub(crate) enum Delivery<'a> {
    Webhook(&'a webhook::Webhook, String),
    Mail(mail::Letter<'a>),
    Syslog(&'a Syslog, String),
}

impl Channel {
    /// The channels that are set, in the order webhook, mail, syslog. Reads their secrets and certificates.
    ///
    /// # Errors
    /// When a file is missing or wrong, or something secret would cross a network in clear.
    pub fn all(settings: &Settings) -> Result<Vec<Self>, ChannelError> {
        let mut channels = Vec::new();
        let needs_tls =
            settings.webhook.as_ref().is_some_and(|webhook| webhook.url.expose().starts_with("https:"))
                || settings.mail.as_ref().is_some_and(|mail| mail.security != Security::None);
        let roots = needs_tls.then(|| Roots::load(settings.ca_file.as_deref())).transpose()?;
        if let Some(webhook) = &settings.webhook {
            let token = webhook.token_file.as_deref().map(Secret::read).transpose()?;
            if token.is_some() && !webhook.url.is_private() {
                return Err(ChannelError::InClear(webhook.url.to_string()));
            }
            channels.push(Self(Kind::Webhook(webhook::Webhook::new(
                webhook.url.clone(),
                token,
                roots.as_ref(),
            ))));
        }
        if let Some(settings) = &settings.mail {
            let mail = mail::Mail::new(settings, roots.as_ref())?;
            channels.push(Self(Kind::Mail(Box::new(mail))));
        }
        channels.extend(settings.syslog.clone().map(|syslog| Self(Kind::Syslog(syslog))));
        Ok(channels)
    }

    /// `webhook`, `mail` or `syslog`.
    pub fn name(&self) -> &'static str {
        match self.0 {
            Kind::Webhook(_) => "webhook",
            Kind::Mail(_) => "mail",
            Kind::Syslog(_) => "syslog",
        }
    }

    /// Where it leads, without secrets.
    pub fn target(&self) -> String {
        match &self.0 {
            Kind::Webhook(webhook) => webhook.target(),
            Kind::Mail(mail) => mail.target(),
            Kind::Syslog(syslog) => syslog.to_string(),
        }
    }

    /// Sends a notice once, and waits.
    ///
    /// # Errors
    /// A sentence that says why it did not arrive, or not everywhere.
    pub fn send(&self, notice: &Notice, deadline: Duration) -> Result<(), String> {
        match self.begin(notice).attempt(deadline) {
            Outcome::Delivered => Ok(()),
            Outcome::Later(why) | Outcome::Never(why) => Err(why),
        }
    }

    pub(crate) fn begin(&self, notice: &Notice) -> Delivery<'_> {
        match &self.0 {
            Kind::Webhook(webhook) => Delivery::Webhook(webhook, notice.json().unwrap_or_default()),
            Kind::Mail(mail) => Delivery::Mail(mail.letter(notice)),
            Kind::Syslog(settings) => Delivery::Syslog(settings, syslog::message(notice)),
        }
    }
}

impl Delivery<'_> {
    /// Tries, for so long at most.
    pub(crate) fn attempt(&mut self, deadline: Duration) -> Outcome {
        match self {
            Self::Webhook(webhook, json) => webhook.post(json, deadline),
            Self::Mail(letter) => letter.attempt(deadline),
            Self::Syslog(settings, message) => syslog::send(settings, message, deadline),
        }
    }
}

/// What a server or library says, fit for a log line.
fn told(text: &str) -> String {
    one_line(text).chars().take(MAX_ANSWER_CHARS).collect()
}

/// What an attempt that took too long says.
fn too_slow(deadline: Duration) -> String {
    format!("no answer within {} s", deadline.as_secs_f32())
}
