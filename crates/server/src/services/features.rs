//! What this server implements, declared once: service discovery and `docs/xeps.md` are made from it.

use std::fmt;

use everpresent_stanza::ns;

/// Served, and seen by clients, only while the archive is on.
const OF_THE_ARCHIVE: &[Document] =
    &[Document::Xep(59), Document::Xep(313), Document::Xep(359), Document::Xep(441)];

/// Where a specification is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// IETF.
    Rfc(u16),
    /// XMPP Standards Foundation.
    Xep(u16),
}

impl Document {
    fn url(self) -> String {
        match self {
            Self::Rfc(number) => format!("https://www.rfc-editor.org/rfc/rfc{number}"),
            Self::Xep(number) => format!("https://xmpp.org/extensions/xep-{number:04}.html"),
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rfc(number) => write!(f, "RFC {number}"),
            Self::Xep(number) => write!(f, "XEP-{number:04}"),
        }
    }
}

/// How much of a specification is implemented, of that which concerns a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything.
    Complete,
    /// All but what these words say.
    Partial(&'static str),
}

/// One specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Specification {
    /// Its number.
    pub number: Document,
    /// Its title.
    pub name: &'static str,
    /// The version that was implemented: that of a XEP, the month of an RFC.
    pub version: &'static str,
    /// How much of it.
    pub status: Status,
    /// The features that tell of it in service discovery at the server's address.
    pub server: &'static [&'static str],
    /// The features that tell of it at an account's address.
    pub account: &'static [&'static str],
}

const fn rfc(number: u16, version: &'static str, name: &'static str) -> Specification {
    let number = Document::Rfc(number);
    Specification { number, name, version, status: Status::Complete, server: &[], account: &[] }
}

const fn xep(number: u16, version: &'static str, name: &'static str) -> Specification {
    Specification { number: Document::Xep(number), ..rfc(0, version, name) }
}

impl Specification {
    const fn but(self, missing: &'static str) -> Self {
        Self { status: Status::Partial(missing), ..self }
    }

    const fn server(self, features: &'static [&'static str]) -> Self {
        Self { server: features, ..self }
    }

    const fn account(self, features: &'static [&'static str]) -> Self {
        Self { account: features, ..self }
    }
}

/// All of them, RFCs first, each kind by number.
pub const SPECIFICATIONS: &[Specification] = &[
    rfc(5802, "2010-07", "SCRAM-SHA-1 and SCRAM-SHA-1-PLUS"),
    rfc(5929, "2010-07", "Channel Bindings for TLS")
        .but("`tls-server-end-point` only: the others are unsafe"),
    rfc(6120, "2011-03", "XMPP: Core").but("no connections to other servers"),
    rfc(6121, "2011-03", "XMPP: Instant Messaging and Presence").but("no contacts on other servers"),
    rfc(7395, "2014-10", "XMPP Subprotocol for WebSocket"),
    rfc(7677, "2015-11", "SCRAM-SHA-256 and SCRAM-SHA-256-PLUS"),
    rfc(9266, "2022-07", "Channel Bindings for TLS 1.3"),
    xep(4, "2.13.2", "Data Forms").but("where archive queries use them"),
    xep(30, "2.5.0", "Service Discovery")
        .server(&[ns::DISCO_INFO, ns::DISCO_ITEMS])
        .account(&[ns::DISCO_INFO, ns::DISCO_ITEMS]),
    xep(59, "1.0", "Result Set Management")
        .but("for archive queries; no pages by index, which is optional")
        .account(&[ns::RSM]),
    xep(82, "1.1.1", "XMPP Date and Time Profiles"),
    xep(92, "1.1", "Software Version").server(&[ns::VERSION]),
    xep(115, "1.6.0", "Entity Capabilities")
        .but("no caps optimization, which is optional")
        .server(&[ns::CAPS]),
    xep(156, "1.4.0", "Discovering Alternative XMPP Connection Methods"),
    xep(160, "1.0.1", "Best Practices for Handling Offline Messages").server(&["msgoffline"]),
    xep(191, "1.3", "Blocking Command").server(&[ns::BLOCKING]),
    xep(198, "1.6.3", "Stream Management"),
    xep(199, "2.0.1", "XMPP Ping").server(&[ns::PING]).account(&[ns::PING]),
    xep(202, "2.0", "Entity Time").server(&[ns::TIME]),
    xep(203, "2.0", "Delayed Delivery"),
    xep(237, "1.3", "Roster Versioning"),
    xep(280, "1.0.1", "Message Carbons")
        .but("an error is copied for what it carries, not for what it answers; no `urn:xmpp:carbons:rules:0`")
        .server(&[ns::CARBONS])
        .account(&[ns::CARBONS]),
    xep(297, "1.0", "Stanza Forwarding").but("what carbons and archives use"),
    xep(313, "1.1.3", "Message Archive Management")
        .but("archives of accounts; no `include-groupchat`, which is optional")
        .account(&[ns::MAM, ns::MAM_EXTENDED]),
    xep(334, "1.0.0", "Message Processing Hints"),
    xep(352, "1.0.0", "Client State Indication"),
    xep(359, "0.7.0", "Unique and Stable Stanza IDs").account(&[ns::STANZA_ID]),
    xep(368, "1.1.0", "SRV records for XMPP over TLS").but("the client side of it is for clients"),
    xep(386, "1.1.0", "Bind 2"),
    xep(388, "1.0.4", "Extensible SASL Profile").but("no further tasks after sign-in, which are optional"),
    xep(440, "1.0.0", "SASL Channel-Binding Type Capability"),
    xep(441, "0.2.0", "Message Archive Management Preferences").but("no ad-hoc command, which is optional"),
    xep(474, "0.5.0", "SASL SCRAM Downgrade Protection"),
    xep(478, "0.2.0", "Stream Limits Advertisement"),
    xep(484, "0.2.0", "Fast Authentication Streamlining Tokens"),
];

/// The features at the server's address, in the order of their bytes.
pub fn of_server() -> Vec<&'static str> {
    sorted(SPECIFICATIONS.iter().flat_map(|specification| specification.server))
}

/// The features at an account's address, in the order of their bytes; `archive`: whether messages are archived.
pub fn of_account(archive: bool) -> Vec<&'static str> {
    let shown = SPECIFICATIONS.iter().filter(|shown| archive || !OF_THE_ARCHIVE.contains(&shown.number));
    sorted(shown.flat_map(|specification| specification.account))
}

fn sorted<'a>(features: impl Iterator<Item = &'a &'static str>) -> Vec<&'static str> {
    let mut features: Vec<&str> = features.copied().collect();
    features.sort_unstable();
    features
}

/// The text of `docs/xeps.md`.
pub fn document() -> String {
    let mut text = String::from(
        "# Specifications\n\n\
         What Everpresent implements, in which version, and what of it is missing. Features are those that service\n\
         discovery shows at the address of the server (s) or of an account (a).\n\n\
         Written by `cargo xtask docs` from `crates/server/src/services/features.rs`; do not edit.\n\n\
         | specification | title | version | status | features |\n|---|---|---|---|---|\n",
    );
    for specification in SPECIFICATIONS {
        text.push_str(&row(specification));
    }
    text
}

fn row(specification: &Specification) -> String {
    let Specification { number, name, version, status, server, account } = specification;
    let status = match status {
        Status::Complete => "complete".to_owned(),
        Status::Partial(but) => format!("partial: {but}"),
    };
    let mut features: Vec<&str> = server.iter().chain(*account).copied().collect();
    features.sort_unstable();
    features.dedup();
    let features: Vec<String> = features
        .into_iter()
        .map(|feature| match (server.contains(&feature), account.contains(&feature)) {
            (true, true) => format!("`{feature}` (s, a)"),
            (true, false) => format!("`{feature}` (s)"),
            _ => format!("`{feature}` (a)"),
        })
        .collect();
    format!("| [{number}]({}) | {name} | {version} | {status} | {} |\n", number.url(), features.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_specification_is_declared_once_and_found_by_its_number() {
        let numbers: Vec<Document> =
            SPECIFICATIONS.iter().map(|specification| specification.number).collect();
        assert!(numbers.is_sorted_by(|l, r| l < r), "{numbers:?}");
    }

    #[test]
    fn no_feature_is_told_twice() {
        for features in [of_server(), of_account(true)] {
            assert!(features.is_sorted_by(|l, r| l < r), "{features:?}");
        }
    }

    #[test]
    fn an_archive_that_is_off_is_not_offered() {
        assert!(of_account(true).contains(&ns::MAM_EXTENDED));
        assert_eq!(of_account(false), [ns::DISCO_INFO, ns::DISCO_ITEMS, ns::CARBONS, ns::PING]);
        assert!(!of_server().contains(&ns::MAM), "the server has no archive of its own");
    }

    #[test]
    fn the_document_has_a_row_for_each_specification() {
        let text = document();
        assert_eq!(text.lines().filter(|line| line.starts_with("| [")).count(), SPECIFICATIONS.len());
        assert!(text.contains(
            "| [XEP-0199](https://xmpp.org/extensions/xep-0199.html) | XMPP Ping | 2.0.1 | complete | \
             `urn:xmpp:ping` (s, a) |\n"
        ));
        assert!(text.contains(
            "| [RFC 6120](https://www.rfc-editor.org/rfc/rfc6120) | XMPP: Core | 2011-03 | partial: "
        ));
    }
}
