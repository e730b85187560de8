//! How a node without a certificate gets one.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls_pki_types::ServerName;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{info, warn};
use zeroize::Zeroizing;

use super::files::NODE_KEY;
use super::identity::store;
use super::invitation::SECRET_BYTES;
use super::verify::{self, Pinned};
use super::{
    Authority, Certificates, Fingerprint, Identity, Invitation, NodeKey, PkiError, SigningRequest,
    invitations, settings,
};
use crate::convert::open;
use crate::transport::limits::OPEN_SECONDS;
use crate::transport::{Connector, Lane};
use crate::wire::enrolment_client::EnrolmentClient;
use crate::{Handled, LinkError};

/// What a node without a certificate asks.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// What it calls itself.
    pub node: String,
    /// Its key.
    pub request: SigningRequest,
    pub(crate) secret: Zeroizing<[u8; SECRET_BYTES]>,
}

/// The secret stays out of logs.
impl fmt::Debug for JoinRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinRequest").field("node", &self.node).finish_non_exhaustive()
    }
}

/// Answers [`Service::join`](crate::Service::join) on the node that invited: issues a certificate if the invitation is
/// known, stands, and is for this node. `dir` is the folder of the inviting node.
pub fn admit(dir: PathBuf, request: JoinRequest) -> Handled<Result<Certificates, String>> {
    Box::pin(async move {
        let node = request.node.clone();
        match spawn_blocking(move || admit_at(&dir, &request, SystemTime::now())).await {
            Ok(Ok(certificates)) => {
                info!(node, "node joined the cluster");
                Ok(certificates)
            }
            Ok(Err(error @ (PkiError::NotInvited | PkiError::WrongNode { .. }))) => {
                info!(%error, "node not admitted");
                Err(error.to_string())
            }
            // A stranger learns nothing of this node's files.
            Ok(Err(error)) => {
                warn!(%error, "node not admitted");
                Err("the inviting node could not issue a certificate; its log says why".into())
            }
            Err(_) => Err("the inviting node failed".into()),
        }
    })
}

fn admit_at(dir: &Path, request: &JoinRequest, now: SystemTime) -> Result<Certificates, PkiError> {
    let authority = Authority::load(dir)?;
    // A request that cannot be certified does not use up its invitation.
    let certificates = authority.issue(&request.node, &request.request, now)?;
    invitations::take(dir, &*request.secret, &request.node, now)?;
    Ok(certificates)
}

/// Joins the cluster that the invitation is from, as `node`, and writes what is needed for it into `dir`. The inviting
/// node has to be running.
///
/// # Errors
/// [`PkiError`]; nothing is written then.
pub async fn join(dir: &Path, node: &str, invitation: &Invitation) -> Result<Identity, PkiError> {
    let own = dir.join(NODE_KEY);
    if own.exists() {
        return Err(PkiError::Exists { path: own });
    }
    if invitation.node != node {
        return Err(PkiError::WrongNode { invited: invitation.node.clone(), node: node.to_owned() });
    }
    let key = NodeKey::generate()?;
    let request =
        JoinRequest { node: node.to_owned(), request: key.request()?, secret: invitation.secret.clone() };
    let certificates = ask(invitation, &request).await?;
    if Fingerprint::of(&certificates.authority) != invitation.authority {
        return Err(PkiError::Certificate("it is of another cluster than the invitation".into()));
    }
    verify::check(&certificates.authority, &certificates.node, node, SystemTime::now())?;
    store(dir, &certificates, &key)?;
    Identity::load(dir)
}

async fn ask(invitation: &Invitation, request: &JoinRequest) -> Result<Certificates, PkiError> {
    let settings = settings::join_client(Arc::new(Pinned::new(invitation.authority)))?;
    let name = ServerName::try_from(invitation.inviter.clone())
        .map_err(|_| PkiError::Name { name: invitation.inviter.clone() })?;
    let channel = Lane::Join.channel(Connector {
        address: invitation.address.as_str().into(),
        name,
        lane: Lane::Join,
        tls: Arc::new(move || settings.clone()),
    });
    let mut client = EnrolmentClient::new(channel).max_decoding_message_size(Lane::Join.message_bytes());
    let node = invitation.inviter.clone();
    let reply = match timeout(Duration::from_secs(OPEN_SECONDS), client.join(open::join(request))).await {
        Ok(Ok(reply)) => reply.into_inner(),
        Ok(Err(status)) => return Err(LinkError::from_status(&node, &status).into()),
        Err(_) => {
            let problem = format!("no answer within {OPEN_SECONDS} seconds");
            return Err(LinkError::Unreachable { node, problem }.into());
        }
    };
    let reply = open::certificates(reply)
        .map_err(|what| LinkError::Malformed { node: node.clone(), what: what.to_string() })?;
    reply.map_err(|problem| LinkError::Refused { node, problem }.into())
}

#[cfg(test)]
mod tests;
