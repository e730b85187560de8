//! The cluster's own certificate and key: they issue those of its nodes.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, date_time_ymd,
};
use rustls_pki_types::CertificateDer;

use super::files::{self, AUTHORITY_CERTIFICATE, AUTHORITY_KEY, NODE_KEY, PRIVATE, PUBLIC};
use super::identity::store;
use super::{
    AUTHORITY_DAYS, CLOCK_TOLERANCE_MINUTES, Certificates, Fingerprint, NODE_DAYS, NodeKey, PkiError,
    SigningRequest, check_node_name,
};

/// Seconds in a day.
const DAY_SECONDS: u64 = 86_400;
/// Random bytes in the cluster's name: two clusters never look alike.
const NAME_BYTES: usize = 8;

/// The cluster's own certificate and key.
#[derive(Debug)]
pub struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// Makes a cluster in this folder, with this node as its first.
///
/// # Errors
/// [`PkiError::Exists`] if there is one, or what goes wrong with files.
pub fn establish(dir: &Path, node: &str, now: SystemTime) -> Result<Authority, PkiError> {
    check_node_name(node)?;
    let own = dir.join(NODE_KEY);
    if own.exists() {
        return Err(PkiError::Exists { path: own });
    }
    let authority = Authority::create(dir, now)?;
    authority.equip(dir, node, now)?;
    Ok(authority)
}

impl Authority {
    /// Makes a cluster's certificate and key and writes them into the folder.
    ///
    /// # Errors
    /// [`PkiError::Exists`] if there is one, or what goes wrong with files.
    pub fn create(dir: &Path, now: SystemTime) -> Result<Self, PkiError> {
        files::make_folder(dir)?;
        let (certificate_path, key_path) = (dir.join(AUTHORITY_CERTIFICATE), dir.join(AUTHORITY_KEY));
        if let Some(path) = [&certificate_path, &key_path].into_iter().find(|path| path.exists()) {
            return Err(PkiError::Exists { path: path.clone() });
        }
        let mut params = validity(now, AUTHORITY_DAYS);
        let mut name = [0; NAME_BYTES];
        getrandom::fill(&mut name).map_err(|error| PkiError::Certificate(error.to_string()))?;
        let name = format!("Everpresent cluster {:016x}", u64::from_be_bytes(name));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.self_signed(&key)?;
        files::write(&key_path, key.serialize_pem().as_bytes(), PRIVATE)?;
        files::write(&certificate_path, certificate.pem().as_bytes(), PUBLIC)?;
        let issuer = Issuer::new(params, key);
        Ok(Self { certificate: certificate.der().clone(), issuer })
    }

    /// Reads them.
    ///
    /// # Errors
    /// [`PkiError::NoAuthority`] if another node holds the key.
    pub fn load(dir: &Path) -> Result<Self, PkiError> {
        let (certificate_path, key_path) = (dir.join(AUTHORITY_CERTIFICATE), dir.join(AUTHORITY_KEY));
        if !certificate_path.exists() {
            return Err(PkiError::NoCluster { dir: dir.into() });
        }
        if !key_path.exists() {
            return Err(PkiError::NoAuthority { path: key_path });
        }
        let certificate = files::read_certificates(&certificate_path)?.remove(0);
        let key = KeyPair::try_from(&files::read_key(&key_path)?)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        Ok(Self { certificate, issuer })
    }

    /// Makes the folder of a further node that runs on this machine too: nobody has to be invited for that.
    ///
    /// # Errors
    /// [`PkiError::Exists`] if the folder belongs to a node already, or what goes wrong with files.
    pub fn equip(&self, dir: &Path, node: &str, now: SystemTime) -> Result<(), PkiError> {
        let own = dir.join(NODE_KEY);
        if own.exists() {
            return Err(PkiError::Exists { path: own });
        }
        let key = NodeKey::generate()?;
        store(dir, &self.issue(node, &key.request()?, now)?, &key)
    }

    /// The cluster's certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// By which a new node knows the cluster.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.certificate)
    }

    /// Issues a certificate for a node. Of the request only the key counts.
    ///
    /// # Errors
    /// When the name is none, or the request is not signed with its key.
    pub fn issue(
        &self,
        node: &str,
        request: &SigningRequest,
        now: SystemTime,
    ) -> Result<Certificates, PkiError> {
        check_node_name(node)?;
        let mut params = validity(now, NODE_DAYS);
        params.distinguished_name.push(DnType::CommonName, node);
        params.subject_alt_names = vec![SanType::DnsName(node.try_into()?)];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&request.public_key()?, &self.issuer)?;
        Ok(Certificates { node: certificate.der().to_vec(), authority: self.certificate.to_vec() })
    }
}

/// Parameters with nothing but when the certificate is valid: from a little before now.
fn validity(now: SystemTime, days: u64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let now = Duration::from_secs(now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs());
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + now.saturating_sub(Duration::from_secs(CLOCK_TOLERANCE_MINUTES * 60));
    params.not_after = epoch + now + Duration::from_secs(days * DAY_SECONDS);
    params
}
