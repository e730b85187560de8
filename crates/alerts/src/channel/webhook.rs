//! Notices as JSON to an HTTP server.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::{Outcome, told, too_slow};
use crate::roots::Roots;
use crate::secret::Secret;
use crate::settings::WebhookUrl;

/// An HTTP server that takes notices.
pub(crate) struct Webhook {
    url: WebhookUrl,
    token: Option<Secret>,
    agent: Agent,
}

impl Webhook {
    pub(super) fn new(url: WebhookUrl, token: Option<Secret>, roots: Option<&Roots>) -> Self {
        let certificates: Vec<_> = roots
            .iter()
            .flat_map(|roots| roots.iter())
            .map(|root| Certificate::from_der(root).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&certificates))
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()));
        // No proxy, whatever the environment says, and no other place than the one that was named: the token must not get
        // elsewhere. No connection is kept: the next notice may be weeks away.
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .user_agent(concat!("everpresent/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build());
        Self { url, token, agent: settings.build().new_agent() }
    }

    pub(super) fn target(&self) -> String {
        self.url.to_string()
    }

    pub(super) fn post(&self, json: &str, deadline: Duration) -> Outcome {
        let request = self.agent.post(self.url.expose()).config().timeout_global(Some(deadline)).build();
        let mut request = request.content_type("application/json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.expose()));
        }
        match request.send(json) {
            Ok(response) => judge(response.status()),
            Err(ureq::Error::Timeout(_)) => Outcome::Later(too_slow(deadline)),
            // Only a request that cannot be written fails so.
            Err(error @ (ureq::Error::Http(_) | ureq::Error::BadUri(_))) => {
                Outcome::Never(told(&error.to_string()))
            }
            Err(error) => Outcome::Later(told(&error.to_string())),
        }
    }
}

/// Whether a later attempt may do better is said by the status (RFC 9110 §15).
fn judge(status: StatusCode) -> Outcome {
    let later = status.is_server_error()
        || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS]
            .contains(&status);
    match status {
        _ if status.is_success() => Outcome::Delivered,
        _ if later => Outcome::Later(format!("the server answers {status}")),
        _ if status.is_redirection() => {
            Outcome::Never(format!("the server answers {status}; name the final address in `webhook`"))
        }
        _ => Outcome::Never(format!("the server answers {status}")),
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("url", &self.url).field("token", &self.token).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
        let later = |status: u16| matches!(judge(StatusCode::from_u16(status).unwrap()), Outcome::Later(_));
        assert_eq!(judge(StatusCode::NO_CONTENT), Outcome::Delivered);
        assert!([408, 425, 429, 500, 502, 503, 504].into_iter().all(later));
        assert!(![301, 307, 400, 401, 403, 404, 410, 413].into_iter().any(later));
    }
}
