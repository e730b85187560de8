//! Whether a namespace name is a URI reference (RFC 3986), which Namespaces in XML 1.0 §2.1 demands.
//!
//! Parsers of clients check it, each in another way. Expat refuses a name that holds the character by which its caller
//! separates namespace and local name (`}`, `|`, a space); libxml2 parses it. What is refused here would end the
//! stream of a recipient there.

/// Longest port, in digits.
const PORT_DIGITS: usize = 5;

/// Whether this is a URI reference (RFC 3986 §4.1), apart from hosts that are literal addresses in brackets, which
/// name no namespace. The empty text, which undeclares a default namespace, is one.
pub(super) fn is_uri_reference(text: &str) -> bool {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    if !has_only(fragment, b":@/?") || !has_only(query, b":@/?") {
        return false;
    }
    // A colon in the first segment can only end a scheme.
    let first_segment = text.split('/').next().unwrap_or_default();
    let path = match first_segment.split_once(':') {
        None => text,
        Some((scheme, _)) if is_scheme(scheme) => text.get(scheme.len() + 1..).unwrap_or_default(),
        Some(_) => return false,
    };
    match path.strip_prefix("//") {
        None => has_only(path, b":@/"),
        Some(rest) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            is_authority(authority) && has_only(path, b":@/")
        }
    }
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    let may_follow = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && text.bytes().all(may_follow)
}

/// RFC 3986 §3.2.
fn is_authority(text: &str) -> bool {
    let (user, host) = text.split_once('@').unwrap_or(("", text));
    let (host, port) = match host.split_once(':') {
        None => (host, None),
        Some((host, port)) => (host, Some(port)),
    };
    let is_port =
        |port: &str| (1..=PORT_DIGITS).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    text.is_empty()
        || has_only(user, b":") && !host.is_empty() && has_only(host, b"") && port.is_none_or(is_port)
}

/// Whether there are only unreserved characters, sub-delimiters, percent-encoded bytes (RFC 3986 §2) and `more`.
fn has_only(text: &str, more: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte) || more.contains(&byte),
        };
        if !fits {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_uri_reference;

    #[test]
    fn names_in_use_are_uris() {
        for uri in [
            "",
            "jabber:client",
            "jabber:iq:roster",
            "urn:xmpp:mam:2#extended",
            "http://jabber.org/protocol/disco#info",
            "eu.siacs.conversations.axolotl",
            "vcard-temp",
            "storage:bookmarks",
            "http://www.w3.org/1999/xhtml",
            "http://etherx.jabber.org/streams",
            "https://xabber.com/protocol/rewrite",
            "urn:a",
            "urn:",
            "a/b:c",
            "/a",
            "http://user:pw@host:8080/p?q=%20&r=/?#f",
            "?q",
            "#f",
            "http://host",
            "file:///etc",
            "http://host:80",
        ] {
            assert!(is_uri_reference(uri), "{uri}");
        }
    }

    #[test]
    fn what_some_parser_refuses_is_no_uri() {
        for uri in [
            "a b",
            "a}b",
            "a|b",
            "a{b",
            "a\\b",
            "a^b",
            "a`b",
            "a\"b",
            "a<b",
            "ü",
            "%",
            "%z1",
            "%1",
            "a[b]",
            ":a",
            "1:a",
            "a_b:c",
            "a#b#c",
            "http://[::1]/",
            "http://a:b/",
            "http://a:/",
            "http://a:123456/",
            "http://a@b@c/",
            "http://a:1:2/",
            "http://:80/",
            "a\u{7f}",
            "a\nb",
        ] {
            assert!(!is_uri_reference(uri), "{uri}");
        }
    }
}
