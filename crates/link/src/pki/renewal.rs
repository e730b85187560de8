//! The next certificate before the present one runs out.

use std::path::PathBuf;
use std::time::SystemTime;

use tokio::task::spawn_blocking;
use tracing::warn;

use super::{Authority, Certificates, Identity, NodeKey, PkiError, SigningRequest};
use crate::{Handled, Peer};

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
