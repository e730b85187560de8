//! Notices as e-mail through an SMTP relay.

use std::fmt;
use std::time::Duration;

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::{ChannelError, Outcome, told, too_slow};
use crate::notice::{Notice, State};
use crate::roots::Roots;
use crate::secret::Secret;
use crate::settings::{self, Relay, Security};

/// How a relay may ask for user and password. Both send the password as it is, inside TLS.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// An SMTP relay and who writes to whom.
pub(crate) struct Mail {
    relay: Relay,
    security: Security,
    tls: Option<TlsParameters>,
    login: Option<(String, Secret)>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Mail {
    pub(super) fn new(settings: &settings::Mail, roots: Option<&Roots>) -> Result<Self, ChannelError> {
        let (relay, security) = (settings.relay.clone(), settings.security);
        if security == Security::None && !relay.is_loopback() {
            return Err(ChannelError::InClear(relay.to_string()));
        }
        let tls = match (security, roots) {
            (Security::None, _) => None,
            (_, Some(roots)) => Some(tls(&relay.host, roots).map_err(ChannelError::Tls)?),
            (_, None) => return Err(ChannelError::Tls("no authority is trusted".to_owned())),
        };
        let login = settings.login.as_ref();
        let login = login.map(|(user, file)| Ok::<_, ChannelError>((user.clone(), Secret::read(file)?)));
        let login = login.transpose()?;
        let (from, to) = (settings.from.clone(), settings.to.clone());
        Ok(Self { relay, security, tls, login, from, to })
    }

    pub(super) fn target(&self) -> String {
        let to: Vec<String> = self.to.iter().map(|to| to.email.to_string()).collect();
        format!("{} for {}", self.relay, to.join(", "))
    }

    /// What is to be sent, and to whom.
    pub(super) fn letter(&self, notice: &Notice) -> Letter<'_> {
        Letter {
            mail: self,
            text: self.write(notice),
            left: self.to.iter().map(|to| to.email.clone()).collect(),
            refused: Vec::new(),
        }
    }

    fn write(&self, notice: &Notice) -> Result<Vec<u8>, String> {
        let domain = self.from.email.domain();
        let mut message = MessageBuilder::new()
            .from(self.from.clone())
            .subject(notice.mail_subject())
            .date(notice.at)
            .message_id(Some(notice.message_id(domain)))
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .raw_header(HeaderValue::new(
                // Nobody's absence notice answers to this (RFC 3834 §5).
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for to in &self.to {
            message = message.to(to.clone());
        }
        if let State::Over { .. } = notice.state {
            let raised = notice.raised_message_id(domain);
            message = message.in_reply_to(raised.clone()).references(raised);
        }
        let message = message.body(notice.mail_text());
        message
            .map(|message| message.formatted())
            .map_err(|error| format!("cannot be written as e-mail: {error}"))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let name = ClientId::Domain(self.from.email.domain().to_owned());
        let address = (self.relay.host.as_str(), self.relay.port);
        let at_once = self.tls.clone().filter(|_| self.security == Security::Tls);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, None, &name, at_once, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.security == Security::StartTls) {
            connection.starttls(tls, &name).await?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(&MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }
}

fn tls(host: &str, roots: &Roots) -> Result<TlsParameters, String> {
    let mut tls = TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::None);
    for root in roots.iter() {
        tls = tls
            .add_root_certificate(Certificate::from_der(root.to_vec()).map_err(|error| error.to_string())?);
    }
    tls.build_rustls().map_err(|error| error.to_string())
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("relay", &self.relay)
            .field("security", &self.security)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// A notice as e-mail, and who does not have it yet. Each recipient has an envelope of its own: one whom the relay refuses
/// does not cost the others their alert.
pub(crate) struct Letter<'a> {
    mail: &'a Mail,
    text: Result<Vec<u8>, String>,
    left: Vec<Address>,
    refused: Vec<String>,
}

impl Letter<'_> {
    pub(super) fn attempt(&mut self, deadline: Duration) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => return Outcome::Later(told(&error.to_string())),
        };
        let done = runtime.block_on(async { tokio::time::timeout(deadline, self.send()).await });
        // A name server that does not answer is not waited for.
        runtime.shutdown_background();
        match done {
            Ok(outcome) => outcome,
            Err(_) => Outcome::Later(too_slow(deadline)),
        }
    }

    async fn send(&mut self) -> Outcome {
        let text = match &self.text {
            Ok(text) => text,
            Err(why) => return Outcome::Never(why.clone()),
        };
        let mut connection = None;
        while let Some(to) = self.left.first().cloned() {
            let mut open = match connection.take() {
                Some(open) => open,
                None => match self.mail.connect().await {
                    Ok(open) => open,
                    Err(error) => return judge(&error),
                },
            };
            let envelope = Envelope::new(Some(self.mail.from.email.clone()), vec![to.clone()]);
            let sent = match envelope {
                Ok(envelope) => open.send(&envelope, text).await.map(|_| ()),
                Err(error) => return Outcome::Never(error.to_string()),
            };
            match sent {
                Ok(()) => {
                    self.left.remove(0);
                    connection = Some(open);
                }
                // A relay closes many connections before it answers QUIT; a new one is opened for the next.
                Err(error) => match judge(&error) {
                    Outcome::Never(why) => {
                        self.left.remove(0);
                        self.refused.push(format!("{to} does not get it: {why}"));
                    }
                    later => return later,
                },
            }
        }
        if let Some(mut open) = connection {
            // Everybody has it by now, whatever is answered.
            let _ = open.quit().await;
        }
        if self.refused.is_empty() { Outcome::Delivered } else { Outcome::Never(self.refused.join("; ")) }
    }
}

/// What the relay refuses for good is not asked again (RFC 5321 §4.2.1), nor what this side cannot do.
fn judge(error: &SmtpError) -> Outcome {
    let why = told(&error.to_string());
    if error.is_permanent() || error.is_client() { Outcome::Never(why) } else { Outcome::Later(why) }
}
