//! The host that clients are told, which comes into DNS records and documents: nothing that could break out of one.

use std::net::IpAddr;

/// Longest host name (RFC 1035 §2.3.4).
const MAX_NAME_BYTES: usize = 253;
/// Longest label of one.
const MAX_LABEL_BYTES: usize = 63;

/// Whether it is a host name of letters, digits and hyphens (RFC 1123 §2.1), without a dot at its end.
pub fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= MAX_NAME_BYTES && text.split('.').all(is_label)
}

/// Whether it is a host name or an address.
pub(super) fn is_host(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || is_host_name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_and_addresses_and_nothing_else() {
        for host in ["imp1.example.org", "localhost", "192.0.2.1", "2001:db8::1", "xn--bcher-kva.example"] {
            assert!(is_host(host), "{host}");
        }
        let long = "a.".repeat(130) + "org";
        for text in ["", "a..b", "-a.b", "a b", "a;b", "a\nb", "example.org:5222", "example.org.", &long] {
            assert!(!is_host(text), "{text:?}");
        }
    }
}
