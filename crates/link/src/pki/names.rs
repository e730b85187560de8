//! Names of nodes, in certificates.

use rustls_pki_types::ServerName;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::PkiError;

/// Longest name of a node: that of a DNS label.
const MAX_NAME_BYTES: usize = 63;

/// Whether a node may be called so.
///
/// # Errors
/// [`PkiError::Name`].
pub fn check_node_name(name: &str) -> Result<(), PkiError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = name.len() <= MAX_NAME_BYTES && name.chars().all(allowed);
    // What rustls takes for a host name can be checked in a handshake.
    if fits && matches!(ServerName::try_from(name), Ok(ServerName::DnsName(_))) {
        Ok(())
    } else {
        Err(PkiError::Name { name: name.to_owned() })
    }
}

/// The name of the node that a certificate (DER) is for: its only DNS name.
///
/// # Errors
/// [`PkiError::Certificate`] if it is no such certificate.
pub fn node_name(certificate: &[u8]) -> Result<String, PkiError> {
    let broken = |what: &str| PkiError::Certificate(what.to_owned());
    let (_, parsed) = X509Certificate::from_der(certificate).map_err(|_| broken("it cannot be read"))?;
    let names = parsed.subject_alternative_name().ok().flatten();
    let mut names = names.map(|names| names.value.general_names.iter()).into_iter().flatten();
    match (names.next(), names.next()) {
        (Some(GeneralName::DNSName(name)), None) => Ok((*name).to_owned()),
        _ => Err(broken("it is not for exactly one node")),
    }
}
