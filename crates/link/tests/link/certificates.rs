//! Who may speak with a node, and how certificates change.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use everpresent_link::Peer;
use everpresent_link::pki::{self, Authority, Identity, NODE_DAYS, NodeKey, PkiError, Renewal};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::harness::{Node, goodbye, pair, soon};

/// A stranger who does not care with whom it speaks.
#[derive(Debug)]
struct TakesAnybody;

impl ServerCertVerifier for TakesAnybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// What a node without a certificate hears that wants to use this lane.
async fn without_certificate(node: &Node, lane: Option<&str>) -> std::io::Error {
    let mut settings = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(TakesAnybody))
        .with_no_client_auth();
    settings.alpn_protocols = lane.into_iter().map(|lane| lane.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(node.address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(settings));
    let name = ServerName::try_from("imp1").unwrap();
    match soon(connector.connect(name, stream)).await {
        Err(error) => error,
        // In TLS 1.3 the client hears only afterwards what the server thinks of it.
        Ok(mut stream) => soon(stream.read_u8()).await.unwrap_err(),
    }
}

#[tokio::test]
async fn a_stranger_without_a_certificate_is_refused_in_the_handshake() {
    let node = Node::first("imp1").await;
    for lane in ["everpresent-urgent", "everpresent-bulk", "everpresent-carry"] {
        let error = without_certificate(&node, Some(lane)).await;
        assert!(error.to_string().contains("CertificateRequired"), "{lane}: {error}");
    }
    for lane in [None, Some("h2")] {
        let error = without_certificate(&node, lane).await;
        assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof, "{lane:?}: {error}");
    }
}

#[tokio::test]
async fn a_node_of_another_cluster_is_refused_from_both_sides() {
    let (l, r) = pair().await;
    let foreign = Node::first("imp2").await;
    // It shows its own certificate to a node that it takes for one of its own.
    let error = soon(foreign.peer(&l).control()).await.unwrap_err();
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");
    // And even if it knew the right cluster, its own certificate would not do.
    let forged = tempfile::tempdir().unwrap();
    for name in [pki::NODE_CERTIFICATE, pki::NODE_KEY] {
        std::fs::copy(foreign.dir().join(name), forged.path().join(name)).unwrap();
    }
    let authority = pki::AUTHORITY_CERTIFICATE;
    std::fs::copy(l.dir().join(authority), forged.path().join(authority)).unwrap();
    let identity = Arc::new(Identity::load(forged.path()).unwrap());
    let peer = Peer::new("imp1", &l.address.to_string(), &identity).unwrap();
    let error = soon(peer.control()).await.unwrap_err();
    assert!(error.to_string().contains("UnknownCA") || error.to_string().contains("alert"), "{error}");
    // The right node gets in meanwhile.
    soon(r.peer(&l).control()).await.unwrap();
}

#[tokio::test]
async fn whoever_answers_must_have_the_name_that_is_wanted() {
    let (l, r) = pair().await;
    let peer = Peer::new("imp3", &r.address.to_string(), &l.identity).unwrap();
    let error = soon(peer.control()).await.unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{error}");
}

#[tokio::test]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let (l, mut r) = pair().await;
    let near = soon(r.peer(&l).control()).await.unwrap();
    let before = std::fs::read(r.dir().join(pki::NODE_CERTIFICATE)).unwrap();
    let files_before = std::fs::read(r.dir().join(pki::NODE_KEY)).unwrap();

    soon(pki::renew(&r.identity, &r.peer(&l))).await.unwrap();
    assert_ne!(std::fs::read(r.dir().join(pki::NODE_CERTIFICATE)).unwrap(), before);
    assert_ne!(std::fs::read(r.dir().join(pki::NODE_KEY)).unwrap(), files_before);
    // A stream that stands goes on; new connections in both directions show the new certificate.
    near.sender.send(goodbye(1)).await.unwrap();
    assert!(!near.sender.is_closed());
    soon(r.peer(&l).control()).await.unwrap();
    soon(l.peer(&r).control()).await.unwrap();
    let (name, _far) = r.opened_control().await;
    assert_eq!(name, "imp1");
    assert_eq!(Identity::load(r.dir()).unwrap().not_after(), r.identity.not_after());
}

#[tokio::test]
async fn only_the_node_with_the_key_of_the_cluster_renews() {
    let (l, r) = pair().await;
    let error = soon(pki::renew(&l.identity, &l.peer(&r))).await.unwrap_err();
    assert!(error.to_string().contains("everpresent cluster init"), "{error}");
    pki::renew_here(&l.identity, SystemTime::now()).unwrap();
    assert!(matches!(pki::renew_here(&r.identity, SystemTime::now()), Err(PkiError::NoAuthority { .. })));
    soon(l.peer(&r).control()).await.unwrap();
}

#[tokio::test]
async fn a_certificate_is_renewed_in_time_by_whoever_holds_the_key() {
    let (l, r) = pair().await;
    let third = l.another("imp3").await;
    let now = SystemTime::now();
    let due = l.identity.renew_after().max(r.identity.renew_after());
    assert_eq!(soon(pki::renew_if_due(&r.identity, &[], now)).await, Renewal::NotDue);
    // The third node does not hold the key and says so; the first one does.
    let (without, with) = (r.peer(&third), r.peer(&l));
    let Renewal::Failed(tried) =
        soon(pki::renew_if_due(&r.identity, std::slice::from_ref(&without), due)).await
    else {
        panic!("renewed by a node without the key")
    };
    assert!(tried[0].to_string().contains("node imp3 refuses"), "{tried:?}");
    assert_eq!(soon(pki::renew_if_due(&r.identity, &[without, with], due)).await, Renewal::Renewed);
    assert_eq!(soon(pki::renew_if_due(&l.identity, &[], due)).await, Renewal::Renewed);
}

#[tokio::test]
async fn a_certificate_that_has_run_out_opens_nothing() {
    let l = Node::first("imp1").await;
    let r = l.another("imp2").await;
    let long_ago = SystemTime::now() - Duration::from_secs((NODE_DAYS + 1) * 86_400);
    let key = NodeKey::generate().unwrap();
    let issued = Authority::load(l.dir()).unwrap().issue("imp2", &key.request().unwrap(), long_ago).unwrap();
    r.identity.replace(&issued, &key, long_ago).unwrap();
    let error = soon(r.peer(&l).control()).await.unwrap_err();
    assert!(error.to_string().contains("CertificateExpired"), "{error}");
    let error = soon(l.peer(&r).control()).await.unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
}

#[test]
fn a_certificate_is_renewed_after_two_thirds_of_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let now = SystemTime::now();
    pki::establish(folder.path(), "imp1", now).unwrap();
    let identity = Identity::load(folder.path()).unwrap();
    let day = |days: u64| now + Duration::from_secs(days * 86_400);
    assert!(!identity.renewal_due(now));
    assert!(!identity.renewal_due(day(242)));
    assert!(identity.renewal_due(day(244)));
    assert!(identity.not_after() > day(364) && identity.not_after() <= day(365));
}

#[test]
fn a_certificate_for_another_node_or_cluster_is_not_taken() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let now = SystemTime::now();
    let authority = pki::establish(ours.path(), "imp1", now).unwrap();
    let foreign = pki::establish(theirs.path(), "imp1", now).unwrap();
    let identity = Identity::load(ours.path()).unwrap();
    let key = NodeKey::generate().unwrap();
    let request = key.request().unwrap();
    let not_taken = [foreign.issue("imp1", &request, now), authority.issue("imp2", &request, now)];
    for certificates in not_taken {
        assert!(matches!(identity.replace(&certificates.unwrap(), &key, now), Err(PkiError::Certificate(_))));
    }
    assert_eq!(&*identity.node(), "imp1");
    identity.replace(&authority.issue("imp1", &request, now).unwrap(), &key, now).unwrap();
}

#[test]
fn a_change_of_key_that_was_interrupted_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let now = SystemTime::now();
    pki::establish(folder.path(), "imp1", now).unwrap();
    let identity = Identity::load(folder.path()).unwrap();
    let old = std::fs::read(path(pki::NODE_CERTIFICATE)).unwrap();
    pki::renew_here(&identity, now).unwrap();
    // As if the process had ended between the two: the key is new, the certificate still lies beside the old one.
    std::fs::rename(path(pki::NODE_CERTIFICATE), path("node.crt.new")).unwrap();
    std::fs::write(path(pki::NODE_CERTIFICATE), old).unwrap();
    Identity::load(folder.path()).unwrap();
    Identity::load(folder.path()).unwrap();
    assert!(!path("node.crt.new").exists());
}

#[test]
fn keys_are_for_their_owner_only_and_a_cluster_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data/cluster");
    pki::establish(&dir, "imp1", SystemTime::now()).unwrap();
    let mode = |name: &str| dir.join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(pki::AUTHORITY_KEY), mode(pki::NODE_KEY)), (0o600, 0o600));
    assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let again = pki::establish(&dir, "imp1", SystemTime::now()).unwrap_err();
    assert!(again.to_string().contains("belongs to a cluster"), "{again}");
    let nothing = Identity::load(folder.path()).unwrap_err();
    assert!(nothing.to_string().contains("everpresent cluster init"), "{nothing}");
    for name in ["", "12", "a b", "-a", "Imp1", &"x".repeat(64)] {
        assert!(pki::check_node_name(name).is_err(), "{name}");
    }
}
