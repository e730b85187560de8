//! Signing in, once.

use std::path::Path;
use std::sync::Arc;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse as Interactive};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{PrivateKeyWithHashAlg, decode_secret_key};
use russh::{MethodKind, MethodSet};
use zeroize::Zeroizing;

use super::algorithms::signature_hash;
use super::connection::printable;
use super::deadlines::Phase;
use super::error::SshError;
use super::host_key::Checker;
use crate::inventory::{Access, Authentication};
use crate::secret::{self, SecretSource};

/// Largest private key, in bytes.
const MAX_KEY_BYTES: u64 = 64 << 10;

/// Questions that a server may ask one after the other.
const MAX_QUESTIONS: usize = 4;

/// How a sign-in ended, when the library and the server had nothing to say against each other.
enum Reply {
    Accepted,
    Refused(MethodSet),
}

/// What there is to sign in with; read before a connection is made.
pub(super) enum Proof {
    Password(Zeroizing<String>),
    Key(Arc<russh::keys::PrivateKey>),
    Agent,
}

impl Proof {
    /// Reads it, so that a server is not asked when there is nothing to show.
    pub(super) fn read(authentication: &Authentication) -> Result<Self, SshError> {
        match authentication {
            Authentication::Password(source) => Ok(Self::Password(source.read()?)),
            Authentication::Key { file, passphrase } => {
                Ok(Self::Key(Arc::new(key(file, passphrase.as_ref())?)))
            }
            Authentication::Agent => Ok(Self::Agent),
        }
    }
}

fn key(file: &Path, passphrase: Option<&SecretSource>) -> Result<russh::keys::PrivateKey, SshError> {
    let text = secret::read_guarded(file, MAX_KEY_BYTES)?;
    let passphrase = passphrase.map(SecretSource::read).transpose()?;
    let decoded = decode_secret_key(&text, passphrase.as_ref().map(|secret| secret.as_str()));
    decoded.map_err(|error| SshError::Key { file: file.to_owned(), problem: error.to_string() })
}

/// Signs in. One attempt: a refusal is final.
pub(super) async fn sign_in(
    handle: &mut Handle<Checker>,
    access: &Access,
    proof: &Proof,
) -> Result<(), SshError> {
    let failed = |error: russh::Error| SshError::Protocol {
        place: access.known_as(),
        phase: Phase::Authentication,
        problem: error.to_string(),
    };
    let reply = match proof {
        Proof::Password(password) => with_password(handle, access, password).await.map_err(failed)?,
        Proof::Key(key) => {
            let server = handle.best_supported_rsa_hash().await.map_err(failed)?;
            let hash = signature_hash(&key.algorithm(), server, &access.older_algorithms);
            let key = PrivateKeyWithHashAlg::new(Arc::clone(key), hash);
            handle.authenticate_publickey(&access.user, key).await.map_err(failed)?.into()
        }
        Proof::Agent => with_agent(handle, access).await?,
    };
    match reply {
        Reply::Accepted => Ok(()),
        // The library makes no difference between a refusal without another way and a connection that is gone.
        Reply::Refused(methods) if methods.is_empty() && handle.is_closed() => Err(SshError::Refused {
            place: access.known_as(),
            user: access.user.clone(),
            hint: "the server closed the connection".to_owned(),
        }),
        Reply::Refused(methods) => Err(refused(access, &methods)),
    }
}

/// The password as such. A server that takes none, but asks questions, has not judged it yet: there it answers the one
/// question that hides its answer.
async fn with_password(
    handle: &mut Handle<Checker>,
    access: &Access,
    password: &str,
) -> Result<Reply, russh::Error> {
    let reply: Reply = handle.authenticate_password(&access.user, password).await?.into();
    let Reply::Refused(methods) = &reply else { return Ok(reply) };
    if methods.contains(&MethodKind::Password) || !methods.contains(&MethodKind::KeyboardInteractive) {
        return Ok(reply);
    }
    let mut answered = false;
    let mut question = handle.authenticate_keyboard_interactive_start(&access.user, None).await?;
    for _ in 0..MAX_QUESTIONS {
        let prompts = match question {
            Interactive::Success => return Ok(Reply::Accepted),
            Interactive::Failure { remaining_methods, .. } => return Ok(Reply::Refused(remaining_methods)),
            Interactive::InfoRequest { prompts, .. } => prompts,
        };
        let answers = match prompts.as_slice() {
            [] => Vec::new(),
            [prompt] if !prompt.echo && !answered => {
                answered = true;
                vec![password.to_owned()]
            }
            // A second factor, or the same question again: both are for people.
            _ => break,
        };
        question = handle.authenticate_keyboard_interactive_respond(answers).await?;
    }
    Ok(Reply::Refused(MethodSet::from([MethodKind::KeyboardInteractive].as_slice())))
}

async fn with_agent(handle: &mut Handle<Checker>, access: &Access) -> Result<Reply, SshError> {
    let failed = |problem: String| SshError::Agent { problem };
    let mut agent = AgentClient::connect_env().await.map_err(|error| failed(error.to_string()))?;
    let identities = agent.request_identities().await.map_err(|error| failed(error.to_string()))?;
    let key = identities.into_iter().find_map(|identity| match identity {
        AgentIdentity::PublicKey { key, .. } => Some(key),
        AgentIdentity::Certificate { .. } => None,
    });
    let key = key.ok_or_else(|| failed("it holds no key".to_owned()))?;
    let server = handle.best_supported_rsa_hash().await.map_err(|error| failed(error.to_string()))?;
    let hash = signature_hash(&key.algorithm(), server, &access.older_algorithms);
    let signed = handle.authenticate_publickey_with(&access.user, key, hash, &mut agent).await;
    signed.map(Reply::from).map_err(|error| failed(error.to_string()))
}

fn refused(access: &Access, methods: &MethodSet) -> SshError {
    let names: Vec<&str> = methods.iter().map(<&str>::from).collect();
    let hint = match names.as_slice() {
        [] => "the server names no other way".to_owned(),
        names => format!("the server takes: {}", printable(&names.join(", "))),
    };
    SshError::Refused { place: access.known_as(), user: access.user.clone(), hint }
}

impl From<AuthResult> for Reply {
    fn from(result: AuthResult) -> Self {
        match result {
            AuthResult::Success => Self::Accepted,
            AuthResult::Failure { remaining_methods, .. } => Self::Refused(remaining_methods),
        }
    }
}
