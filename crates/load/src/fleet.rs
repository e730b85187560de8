//! The users of a measurement and their clients.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use everpresent_client::{
    Client, Error as ClientError, Event, KeyCache, Mechanism, Options, Security, StreamManagement, Trust, tls,
};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::arguments::{self, Target, Tls};
use crate::error::Error;

/// A loaded server may take this long for a single sign-in or answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Signs users in, with settings, trust and derived keys shared by all.
pub(crate) struct Fleet {
    template: Options,
    prefix: String,
    first_user: usize,
    concurrency: usize,
}

impl Fleet {
    pub(crate) fn new(target: &Target) -> Result<Rc<Self>, Error> {
        let mut template = Options::new(&target.host, target.port, &target.domain, "", &target.password);
        template.security = security(target)?;
        template.timeout = PATIENCE;
        template.keys = Some(KeyCache::new());
        template.mechanism = target.mechanism.map(|mechanism| match mechanism {
            arguments::Mechanism::ScramSha1 => Mechanism::ScramSha1,
            arguments::Mechanism::ScramSha256 => Mechanism::ScramSha256,
        });
        Ok(Rc::new(Self {
            template,
            prefix: target.user_prefix.clone(),
            first_user: target.first_user,
            concurrency: target.concurrency.max(1),
        }))
    }

    /// Local part of a user's address, by place within the run.
    pub(crate) fn user(&self, place: usize) -> String {
        format!("{}{}", self.prefix, self.first_user + place)
    }

    /// The user's bare address.
    pub(crate) fn address(&self, place: usize) -> String {
        format!("{}@{}", self.user(place), self.template.domain)
    }

    /// Signs one user in, makes it available, and waits until the server has taken note of that.
    pub(crate) async fn sign_in(&self, place: usize, managed: bool) -> Result<Client, ClientError> {
        let mut options = self.template.clone();
        options.user = self.user(place);
        if managed {
            // Not resumable: otherwise the server would keep the session after the measurement.
            options.stream_management = StreamManagement::Acknowledge;
        }
        let mut client = Client::connect(&options).await?;
        client.send_presence().await?;
        let reflected = async {
            loop {
                match client.next().await? {
                    Event::Presence(presence)
                        if presence.attribute("from").as_deref() == Some(client.address()) =>
                    {
                        return Ok(());
                    }
                    Event::Closed => return Err(ClientError::Disconnected),
                    _ => {}
                }
            }
        };
        timeout(PATIENCE, reflected).await.map_err(|_| ClientError::Timeout("becoming available"))??;
        Ok(client)
    }

    /// Signs many users in, so many at once as the settings allow; their clients in order of their places.
    pub(crate) async fn sign_in_all(
        self: &Rc<Self>,
        places: Range<usize>,
        managed: bool,
    ) -> Result<Vec<Client>, Error> {
        let permits = Arc::new(Semaphore::new(self.concurrency));
        let mut tasks = JoinSet::new();
        for place in places {
            let (fleet, permits) = (Rc::clone(self), Arc::clone(&permits));
            tasks.spawn_local(async move {
                let _permit = permits.acquire_owned().await;
                let signed_in = fleet.sign_in(place, managed).await;
                signed_in
                    .map(|client| (place, client))
                    .map_err(|cause| Error::client(&fleet.user(place), cause))
            });
        }
        let mut clients = Vec::with_capacity(tasks.len());
        while let Some(finished) = tasks.join_next().await {
            clients.push(finished.map_err(|error| Error::Preparation(error.to_string()))??);
        }
        clients.sort_unstable_by_key(|(place, _)| *place);
        Ok(clients.into_iter().map(|(_, client)| client).collect())
    }
}

fn security(target: &Target) -> Result<Security, Error> {
    if target.tls == Tls::None {
        return Ok(Security::None);
    }
    let failed = |cause: ClientError| Error::Arguments(cause.to_string());
    let trust = match &target.ca {
        _ if target.insecure => Trust::Nobody,
        Some(file) => Trust::pem(&std::fs::read(file)?).map_err(failed)?,
        None => return Err(Error::Arguments("TLS needs --ca FILE or --insecure".to_owned())),
    };
    let config = tls::config(trust).map_err(failed)?;
    Ok(if target.tls == Tls::Direct { Security::Direct(config) } else { Security::StartTls(config) })
}
