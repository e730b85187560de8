//! A signed-in client.

use std::collections::VecDeque;

use tokio::time::timeout;

use crate::error::Error;
use crate::event::{Counters, Event};
use crate::management::{Management, SavedSession};
use crate::negotiation::{bind, condition, enable, resume, sign_in, unexpected};
use crate::options::{Options, StreamManagement};
use crate::scanner::Item;
use crate::wire::Wire;

mod receive;
mod send;

/// A connection with a bound session on it.
///
/// Nothing happens unless it is asked to: [`next`](Self::next) reads, answers pings and requests for
/// acknowledgement, and writes what is waiting. Dropping a future of a client loses nothing that was read.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
    address: String,
    managed: Option<Box<Managed>>,
    pending: VecDeque<Event>,
    next_id: u64,
    counters: Counters,
    timeout: std::time::Duration,
}

#[derive(Debug)]
struct Managed {
    management: Management,
    /// The id to resume with, and where; none if the server does not allow it.
    resumption: Option<(String, Option<String>)>,
}

impl Client {
    /// Connects, signs in, binds a resource, and enables stream management if asked to.
    ///
    /// # Errors
    /// [`Error::Timeout`] after [`Options::timeout`], otherwise whatever failed first.
    pub async fn connect(options: &Options) -> Result<Self, Error> {
        within(options.timeout, "signing in", async {
            let (mut wire, features) = sign_in(options).await?;
            let address = bind(&mut wire, options).await?;
            let managed = match options.stream_management {
                StreamManagement::Off => None,
                wanted => {
                    let resumable = wanted == StreamManagement::Resumable;
                    let enabled = enable(&mut wire, &features, resumable).await?;
                    let id = enabled.attribute("id").map(std::borrow::Cow::into_owned);
                    let location = enabled.attribute("location").map(std::borrow::Cow::into_owned);
                    let resumption = id.filter(|_| resumable).map(|id| (id, location));
                    Some(Box::new(Managed { management: Management::default(), resumption }))
                }
            };
            Ok(Self::new(wire, address, managed, options))
        })
        .await
    }

    /// Connects, signs in and resumes a session; then sends again what the server has not handled (XEP-0198 §5).
    ///
    /// # Errors
    /// [`Error::NotResumed`] with the session if the server refuses; otherwise as for [`connect`](Self::connect).
    pub async fn resume(options: &Options, mut saved: SavedSession) -> Result<Self, Error> {
        within(options.timeout, "resuming", async {
            let (mut wire, _) = sign_in(options).await?;
            let answer = resume(&mut wire, &saved.id, saved.management.handled).await?;
            let handled = answer.attribute("h").and_then(|h| h.parse().ok());
            let covered = handled.map_or(Ok(0), |handled| saved.management.acknowledge(handled))?;
            if answer.name() == "failed" {
                let condition = condition(&answer);
                return Err(Error::NotResumed { condition, handled, saved: Box::new(saved) });
            }
            if handled.is_none() {
                return Err(unexpected("resuming the session", &answer));
            }
            let SavedSession { id, location, address, management, pending } = saved;
            let managed = Box::new(Managed { management, resumption: Some((id, location)) });
            let mut client = Self::new(wire, address, Some(managed), options);
            client.pending = pending;
            client.counters.stanzas_acknowledged = covered as u64;
            client.send_again().await?;
            Ok(client)
        })
        .await
    }

    fn new(wire: Wire, address: String, managed: Option<Box<Managed>>, options: &Options) -> Self {
        Self {
            wire,
            address,
            managed,
            pending: VecDeque::new(),
            next_id: 0,
            counters: Counters::default(),
            timeout: options.timeout,
        }
    }

    async fn send_again(&mut self) -> Result<(), Error> {
        let Some(managed) = &self.managed else { return Ok(()) };
        for stanza in managed.management.unacknowledged() {
            self.wire.outbound.extend_from_slice(stanza);
            self.counters.stanzas_sent += 1;
        }
        if managed.management.unacknowledged().len() > 0 {
            self.queue_acknowledgement_request();
        }
        self.wire.flush().await
    }

    /// The full address that the server gave to this session.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address without the resource.
    pub fn account(&self) -> &str {
        self.address.split('/').next().unwrap_or_default()
    }

    /// The version of TLS that protects the connection, such as `TLS 1.3`; none without TLS.
    pub fn tls_version(&self) -> Option<&'static str> {
        self.wire.transport().tls_version()
    }

    /// Whether the server has promised to keep the session for a resumption.
    pub fn is_resumable(&self) -> bool {
        self.managed.as_ref().is_some_and(|managed| managed.resumption.is_some())
    }

    /// How many stanzas the server has not acknowledged; 0 without stream management.
    pub fn unacknowledged(&self) -> usize {
        self.managed.as_ref().map_or(0, |managed| managed.management.unacknowledged().len())
    }

    /// What went over this connection so far.
    pub fn counters(&self) -> Counters {
        Counters {
            bytes_sent: self.wire.bytes_sent,
            bytes_received: self.wire.bytes_received,
            ..self.counters
        }
    }

    /// Ends the stream in order and waits for the server to end it too (RFC 6120 §4.4).
    ///
    /// # Errors
    /// [`Error::Timeout`] if the server does not end it; a server that just closes the connection is good enough.
    pub async fn close(mut self) -> Result<(), Error> {
        self.queue_raw(b"</stream:stream>");
        let timeout = self.timeout;
        within(timeout, "ending the stream", async {
            loop {
                match self.wire.next().await {
                    Ok(Item::Closed) | Err(Error::Disconnected | Error::Io(_)) => return Ok(()),
                    Ok(_) => {}
                    Err(error) => return Err(error),
                }
            }
        })
        .await
    }

    /// Drops the connection without a word, as a dying network does. Returns what is needed to resume, if the
    /// session can be.
    pub fn cut(self) -> Option<SavedSession> {
        let managed = *self.managed?;
        let (id, location) = managed.resumption?;
        let (address, pending) = (self.address, self.pending);
        Some(SavedSession { id, location, address, management: managed.management, pending })
    }
}

async fn within<T>(
    bound: std::time::Duration,
    waiting: &'static str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout(bound, work).await.map_err(|_| Error::Timeout(waiting))?
}
