//! The next certificate before the present one runs out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{Authority, Certificates, Identity, NodeKey, PkiError, SigningRequest};
use crate::{Handled, Peer};

/// How often the certificate is looked at, in seconds.
const LOOK_SECONDS: u64 = 3_600;
/// Seconds in a day.
const DAY_SECONDS: u64 = 86_400;

/// Gets a new certificate for a new key from the node that holds the cluster's key, and takes it into use.
///
/// # Errors
/// [`PkiError::Link`] when that node does not answer, or does not hold the key. What was in use stays.
pub async fn renew(identity: &Identity, peer: &Peer) -> Result<(), PkiError> {
    let key = NodeKey::generate()?;
    let new = peer.renew(&key.request()?).await?;
    identity.replace(&new, &key, SystemTime::now())
}

/// The same on the node that holds the cluster's key itself.
///
/// # Errors
/// [`PkiError::NoAuthority`] if it does not.
pub fn renew_here(identity: &Identity, now: SystemTime) -> Result<(), PkiError> {
    let authority = Authority::load(identity.dir())?;
    let key = NodeKey::generate()?;
    let new = authority.issue(&identity.node(), &key.request()?, now)?;
    identity.replace(&new, &key, now)
}

/// What became of a look at the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewal {
    /// It stands for long enough.
    NotDue,
    /// There is a new one, in use.
    Renewed,
    /// There is none yet: what was tried, and why it failed.
    Failed(Vec<PkiError>),
}

/// Renews the certificate if it is time: by this node itself if it holds the cluster's key, otherwise by the first of
/// these nodes that does.
pub async fn renew_if_due(identity: &Identity, peers: &[Peer], now: SystemTime) -> Renewal {
    if !identity.renewal_due(now) {
        return Renewal::NotDue;
    }
    let mut failed = match renew_here(identity, now) {
        Ok(()) => return Renewal::Renewed,
        Err(PkiError::NoAuthority { .. }) => Vec::new(),
        Err(error) => vec![error],
    };
    for peer in peers {
        match renew(identity, peer).await {
            Ok(()) => return Renewal::Renewed,
            Err(error) => failed.push(error),
        }
    }
    Renewal::Failed(failed)
}

/// Looks at the certificate at the start and every hour, renews it in time, and says in the log what hinders that.
/// `peers` gives the nodes that are known then. Ends when `stop` is cancelled.
pub async fn watch(identity: Arc<Identity>, peers: impl Fn() -> Vec<Peer>, stop: CancellationToken) {
    let mut hours = interval(Duration::from_secs(LOOK_SECONDS));
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hours.tick() => {}
        }
        let now = SystemTime::now();
        match renew_if_due(&identity, &peers(), now).await {
            Renewal::NotDue => {}
            Renewal::Renewed => info!("certificate of the link renewed"),
            Renewal::Failed(errors) => {
                let days =
                    identity.not_after().duration_since(now).map_or(0, |left| left.as_secs() / DAY_SECONDS);
                let tried = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                warn!(days_left = days, tried, "certificate of the link is due and could not be renewed");
            }
        }
    }
}

/// Answers [`Service::renew`](crate::Service::renew): a new certificate for the name that the node has proved. `dir` is
/// the folder of the node that is asked.
pub fn renew_for(
    dir: PathBuf,
    peer: String,
    request: SigningRequest,
) -> Handled<Result<Certificates, String>> {
    let issue = move || Authority::load(&dir)?.issue(&peer, &request, SystemTime::now());
    Box::pin(async move {
        match spawn_blocking(issue).await {
            Ok(Ok(certificates)) => Ok(certificates),
            Ok(Err(error @ PkiError::NoAuthority { .. })) => Err(error.to_string()),
            Ok(Err(error)) => {
                warn!(%error, "certificate not renewed");
                Err(error.to_string())
            }
            Err(_) => Err("the node failed".into()),
        }
    })
}
