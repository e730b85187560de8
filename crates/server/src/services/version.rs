//! Which software this is (XEP-0092). The operating system is not told (§5).

use bytes::Bytes;
use everpresent_stanza::{IqType, build, ns};

use super::request::{Request, Stop};

/// The name of the software.
pub(super) const NAME: &str = "Everpresent";

/// Tells name and version.
pub(super) fn answer(request: &Request<'_>) -> Result<(), Stop> {
    request.only(IqType::Get)?;
    request.result(&payload())
}

fn payload() -> Bytes {
    let version = env!("CARGO_PKG_VERSION");
    let content = format!("<name>{NAME}</name><version>{version}</version>");
    build::wrapped("query", ns::VERSION, &[], content.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_version_are_told_and_nothing_else() {
        let text = String::from_utf8(payload().to_vec()).unwrap();
        assert!(
            text.starts_with("<query xmlns='jabber:iq:version'><name>Everpresent</name><version>"),
            "{text}"
        );
        assert!(text.ends_with("</version></query>"), "{text}");
    }
}
