//! The types of `[alerts]`.

use everpresent_alerts::settings::{Mailbox, Relay, Security, WebhookUrl};

use super::{Raw, Value, one_of};

impl Value for Option<WebhookUrl> {
    const KIND: &'static str = "URL or empty";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        let text = raw.text()?;
        if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
    }
}

impl Value for Option<Relay> {
    const KIND: &'static str = "host:port or empty";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        let text = raw.text()?;
        if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
    }
}

impl Value for Security {
    const KIND: &'static str = "\"starttls\", \"tls\" or \"none\"";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        let names = [("starttls", Self::StartTls), ("tls", Self::Tls), ("none", Self::None)];
        one_of(&raw.text()?, &names)
    }
}

impl Value for Option<Mailbox> {
    const KIND: &'static str = "e-mail address or empty";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        let text = raw.text()?;
        if text.is_empty() { Ok(None) } else { mailbox(&text).map(Some) }
    }
}

impl Value for Vec<Mailbox> {
    const KIND: &'static str = "list of e-mail addresses";
    fn read(raw: Raw<'_>) -> Result<Self, String> {
        raw.list()?.iter().map(|text| mailbox(text)).collect()
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|_| {
        format!("holds {text:?}, which is not an e-mail address: write ops@example.org or Operators <ops@example.org>")
    })
}
