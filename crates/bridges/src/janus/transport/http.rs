//! The Admin API over HTTP and HTTPS.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::MAX_ANSWER_BYTES;

/// A client for one address.
#[derive(Debug)]
pub(super) struct Http {
    url: String,
    agent: Agent,
}

impl Http {
    pub(super) fn new(url: &str, deadline: Duration) -> Self {
        // Those of the machine, and of the file in SSL_CERT_FILE. Without any, only plain HTTP works.
        let found = rustls_native_certs::load_native_certs().certs;
        let roots: Vec<_> = found.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()));
        // No proxy and no other place than the one that was named: the admin secret is in the request.
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(deadline))
            .user_agent(concat!("everpresent/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build());
        Self { url: url.to_owned(), agent: settings.build().new_agent() }
    }

    pub(super) fn ask(&self, request: &str) -> Result<Vec<u8>, String> {
        let sent = self.agent.post(&self.url).content_type("application/json").send(request);
        let mut response = sent.map_err(|error| error.to_string())?;
        if !response.status().is_success() {
            return Err(format!("HTTP status {}", response.status()));
        }
        let limit = u64::try_from(MAX_ANSWER_BYTES).unwrap_or(u64::MAX);
        response.body_mut().with_config().limit(limit).read_to_vec().map_err(|error| error.to_string())
    }
}
