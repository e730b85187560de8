//! TLS: certificate files read without restart, or a self-signed certificate made at the first start.

pub(crate) mod tickets;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use everpresent_stanza::BareJid;
use everpresent_stream::ChannelBindings;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert, ServerConnection};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::Digest;
use thiserror::Error;
use tickets::Tickets;

/// What a client says by ALPN that it wants on a TLS port (XEP-0368 §3).
const ALPN_CLIENT: &[u8] = b"xmpp-client";
/// Length of `tls-exporter` keying material (RFC 9266 §4.2).
const EXPORTER_BYTES: usize = 32;

/// Why TLS cannot be served.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read or holds something else.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Certificate and key do not belong together, or are of a kind that TLS cannot use.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// A self-signed certificate could not be made.
    #[error("no self-signed certificate could be made: {0}")]
    SelfSigned(#[from] rcgen::Error),
}

/// The certificate in use, and what is shown of it in handshakes.
#[derive(Debug)]
pub struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
    tickets: Arc<Tickets>,
    server: Arc<ServerConfig>,
    web: Arc<ServerConfig>,
}

/// What operators are told of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The names that it is for.
    pub names: Vec<String>,
    /// Until when it is valid, in seconds since 1970-01-01T00:00:00Z.
    pub not_after_seconds: i64,
    /// Whether it vouches for itself.
    pub self_signed: bool,
}

#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Certificates {
    /// Reads certificate chain and key.
    ///
    /// # Errors
    /// When a file cannot be read, or both do not fit together.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let current = Arc::new(Current(ArcSwap::from_pointee(read(certificate, key)?)));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        let tickets = Arc::new(Tickets::new());
        server.ticketer = tickets.clone();
        let mut web = server.clone();
        server.alpn_protocols = vec![ALPN_CLIENT.to_vec()];
        web.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            certificate: certificate.into(),
            key: key.into(),
            current,
            tickets,
            server: Arc::new(server),
            web: Arc::new(web),
        })
    }

    /// Reads the files again: new connections get the new certificate, old ones go on.
    ///
    /// # Errors
    /// As [`Certificates::load`]; then the old one stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.0.store(Arc::new(read(&self.certificate, &self.key)?));
        Ok(())
    }

    /// What makes and opens session tickets.
    pub(crate) fn tickets(&self) -> &Tickets {
        &self.tickets
    }

    /// Settings for client connections.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        self.server.clone()
    }

    /// Settings for HTTP connections.
    pub fn web_config(&self) -> Arc<ServerConfig> {
        self.web.clone()
    }

    /// What operators are told of the certificate in use.
    pub fn summary(&self) -> Option<Summary> {
        use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
        let current = self.current.0.load();
        let (_, parsed) = X509Certificate::from_der(current.cert.first()?).ok()?;
        let alternative = parsed.subject_alternative_name().ok().flatten();
        let names = alternative.map(|names| &names.value.general_names).into_iter().flatten();
        let names = names.filter_map(|name| {
            if let GeneralName::DNSName(name) = name { Some((*name).to_owned()) } else { None }
        });
        Some(Summary {
            names: names.collect(),
            not_after_seconds: parsed.validity().not_after.timestamp(),
            self_signed: parsed.issuer() == parsed.subject(),
        })
    }

    /// What the two ends of this connection can prove to see alike: `tls-exporter` (RFC 9266; TLS 1.3 only) and
    /// `tls-server-end-point` (RFC 5929 §4).
    pub fn bindings(&self, connection: &ServerConnection) -> ChannelBindings {
        let tls13 = connection.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3);
        let export = || {
            let material = vec![0; EXPORTER_BYTES];
            connection.export_keying_material(material, b"EXPORTER-Channel-Binding", Some(b"")).ok()
        };
        let exporter = if tls13 { export() } else { None };
        let current = self.current.0.load();
        let end_point = current.cert.first().and_then(|certificate| end_point(certificate));
        ChannelBindings { exporter, end_point }
    }
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error: rustls_pki_types::pem::Error| TlsError::File { path, problem: error.to_string() }
    };
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_file_iter(certificate).map_err(failed(certificate))?.collect();
    let chain = chain.map_err(failed(certificate))?;
    if chain.is_empty() {
        return Err(TlsError::File { path: certificate.into(), problem: "it holds no certificate".into() });
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(failed(key))?;
    let provider = aws_lc_rs::default_provider();
    Ok(CertifiedKey::from_der(chain, key, &provider)?)
}

/// The hash of a certificate by the hash of its own signature, at least SHA-256 (RFC 5929 §4.1).
fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    use x509_parser::prelude::{FromDer, X509Certificate};
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    Some(match parsed.signature_algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => sha2::Sha384::digest(certificate).to_vec(),
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => sha2::Sha512::digest(certificate).to_vec(),
        // Ed25519 and Ed448 have no hash of their own to go by.
        "1.3.101.112" | "1.3.101.113" => return None,
        _ => sha2::Sha256::digest(certificate).to_vec(),
    })
}

/// Makes a self-signed certificate for these domains, unless the files exist.
///
/// # Errors
/// When it cannot be made or written.
pub fn ensure_self_signed(certificate: &Path, key: &Path, domains: &[BareJid]) -> Result<bool, TlsError> {
    if certificate.exists() && key.exists() {
        return Ok(false);
    }
    let names: Vec<String> = domains.iter().map(ToString::to_string).collect();
    let made = rcgen::generate_simple_self_signed(names)?;
    let written = |path: &Path| {
        let path = path.to_path_buf();
        move |error: std::io::Error| TlsError::File { path, problem: error.to_string() }
    };
    std::fs::write(certificate, made.cert.pem()).map_err(written(certificate))?;
    crate::files::write_private(key, made.signing_key.serialize_pem().as_bytes()).map_err(written(key))?;
    Ok(true)
}
