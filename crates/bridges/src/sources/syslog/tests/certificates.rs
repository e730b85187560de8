//! TLS: what clients must show, and what is known of them afterwards.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::*;
use crate::sources::Origin;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for these names with its key.
fn issued(by: &Authority, names: &[&str]) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    (CertificateParams::new(names).unwrap().signed_by(&key, by).unwrap(), key)
}

struct Scene {
    receiver: Receiver,
    authority: Authority,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(clients: fn(std::path::PathBuf) -> tls::Clients) -> Self {
        let (authority, folder) = (authority(), tempfile::tempdir().unwrap());
        let (certificate, key) = issued(&authority, &["localhost"]);
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("ca.pem"), authority.pem()).unwrap();
        std::fs::write(path("cert.pem"), certificate.pem()).unwrap();
        std::fs::write(path("key.pem"), key.serialize_pem()).unwrap();
        let settings = tls::Settings {
            certificate: path("cert.pem"),
            key: path("key.pem"),
            clients: clients(path("ca.pem")),
        };
        let limits = Limits { handshake: Duration::from_millis(500), ..Limits::default() };
        let receiver = Receiver::start(Some(tls::acceptor(&settings).unwrap()), limits, Admit::All).await;
        Self { receiver, authority, _folder: folder }
    }

    /// Sends a line as a client with this certificate; whether the receiver took it.
    async fn send(&mut self, shown: Option<(rcgen::Certificate, KeyPair)>) -> Option<Line> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match shown {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
                builder.with_client_auth_cert(vec![certificate.der().clone()], key).unwrap()
            }
        };
        let stream = TcpStream::connect(self.receiver.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        // With TLS 1.3 a client hears of its refusal only when it reads.
        let _ = stream.write_all(b"7 <13>one").await;
        tokio::select! {
            line = self.receiver.lines.next() => line,
            read = stream.read_u8() => { assert!(read.is_err()); None }
        }
    }
}

fn certificate_of(line: Option<Line>) -> Option<Vec<String>> {
    match line.expect("the line was taken").origin {
        Origin::Tls { certificate, .. } => certificate.map(|certificate| certificate.names.clone()),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn where_a_certificate_is_required_only_one_of_the_right_authority_opens_the_door() {
    let mut scene = Scene::new(tls::Clients::Required).await;
    let good = issued(&scene.authority, &["Web1.example.org", "192.0.2.26"]);
    assert_eq!(certificate_of(scene.send(Some(good)).await).unwrap(), ["web1.example.org", "192.0.2.26"]);
    assert!(scene.send(None).await.is_none(), "no certificate");
    let foreign = issued(&authority(), &["web1.example.org"]);
    assert!(scene.send(Some(foreign)).await.is_none(), "somebody else's authority");
    let mut params = CertificateParams::new(["web1.example.org".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 6, 8);
    let key = KeyPair::generate().unwrap();
    let expired = params.signed_by(&key, &scene.authority).unwrap();
    assert!(scene.send(Some((expired, key))).await.is_none(), "run out");
    assert_eq!(scene.receiver.report().refused, 3);
}

#[tokio::test]
async fn where_it_is_optional_it_is_known_who_showed_one() {
    let mut scene = Scene::new(tls::Clients::Optional).await;
    assert_eq!(certificate_of(scene.send(None).await), None);
    let good = issued(&scene.authority, &["web1.example.org"]);
    assert_eq!(certificate_of(scene.send(Some(good)).await).unwrap(), ["web1.example.org"]);
    let foreign = issued(&authority(), &["web1.example.org"]);
    assert!(scene.send(Some(foreign)).await.is_none(), "a wrong one is worse than none");
}

#[tokio::test]
async fn who_does_not_speak_tls_or_does_not_speak_at_all_is_cut() {
    let mut scene = Scene::new(tls::Clients::Required).await;
    for said in [&b"<13>Jun  8 14:53:18 web1 in clear\n"[..], b""] {
        let mut peer = TcpStream::connect(scene.receiver.address).await.unwrap();
        peer.write_all(said).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(SOON, peer.read_to_end(&mut answer)).await.expect("it is closed");
    }
    assert!(scene.receiver.lines.next_waiting().is_none());
    assert_eq!(scene.receiver.report().refused, 2);
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cert.pem");
    let settings =
        tls::Settings { certificate: path.clone(), key: path.clone(), clients: tls::Clients::Anonymous };
    let error = |settings| tls::acceptor(settings).map(|_| ()).unwrap_err().to_string();
    assert!(error(&settings).contains("cert.pem cannot be used"));
    std::fs::write(&path, "hello").unwrap();
    assert!(
        error(&settings).contains("it holds no certificate; it must hold the receiver's certificate as PEM")
    );
}
