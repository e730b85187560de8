//! Taking secrets out of text: those that this node has, wherever they stand, and whatever looks like one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use everpresent_server::config::Config;

/// What stands in place of a secret.
const REMOVED: &str = "(removed)";
/// Shorter texts are no secrets, or would be found everywhere.
const MIN_SECRET_BYTES: usize = 4;
/// Shorter lines of a key file are in every other one too.
const MIN_KEY_LINE_BYTES: usize = 16;
/// Largest file that holds a secret.
const MAX_FILE_BYTES: u64 = 64 << 10;
/// Names after which a value is secret, whatever it is: `password=…`, `"token": "…"`, `Authorization: Bearer …`.
const SECRET_NAMES: [&str; 7] =
    ["password", "passwd", "secret", "token", "authorization", "stored_key", "server_key"];
/// Elements that carry proofs and tokens (RFC 6120 §6, XEP-0388, XEP-0484).
const SECRET_ELEMENTS: [&str; 6] = ["auth", "response", "initial-response", "challenge", "success", "token"];
/// What invitations into the cluster begin with.
const INVITATION: &str = "ep1.";

/// Knows the secrets of one node.
pub(super) struct Scrubber {
    /// The longest first: none may hide a part of another.
    secrets: Vec<String>,
}

impl Scrubber {
    /// Reads what this node keeps secret. Files that cannot be read hold nothing that could get into the bundle from here.
    pub(super) fn of(config: &Config) -> Self {
        let mut secrets = BTreeSet::new();
        secrets.extend(url_passwords(config.database.url.expose()));
        let whole = [
            config.admin.token_file.clone(),
            config.database.password_file.clone(),
            config.alerts.webhook_token_file.clone(),
            config.alerts.smtp_password_file.clone(),
        ];
        for path in whole.into_iter().flatten() {
            secrets.extend(read(&path).lines().map(|line| line.trim().to_owned()));
        }
        for path in key_files(config) {
            let text = read(&path);
            let lines =
                text.lines().filter(|line| line.len() >= MIN_KEY_LINE_BYTES && !line.starts_with('-'));
            secrets.extend(lines.map(|line| line.trim().to_owned()));
        }
        Self::new(secrets)
    }

    fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> =
            secrets.into_iter().filter(|secret| secret.len() >= MIN_SECRET_BYTES).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets }
    }

    /// The text without secrets.
    pub(super) fn clean(&self, text: &str) -> String {
        let known = self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, REMOVED));
        let mut clean = String::with_capacity(known.len());
        let mut in_key = false;
        for line in known.split_inclusive('\n') {
            let begins = line.contains("-----BEGIN") && line.contains("PRIVATE KEY");
            if begins || in_key {
                in_key = !line.contains("-----END");
                if begins {
                    clean.push_str(REMOVED);
                    clean.push('\n');
                }
                continue;
            }
            clean.push_str(&clean_line(line));
        }
        clean
    }
}

/// Private keys of TLS and of the cluster.
fn key_files(config: &Config) -> Vec<PathBuf> {
    let mut files = vec![config.node.data_dir.join("self-signed.key")];
    files.extend(config.tls.key.clone());
    let names = config.link.dir.as_deref().and_then(|dir| std::fs::read_dir(dir).ok());
    let paths = names.into_iter().flatten().filter_map(|entry| entry.ok().map(|entry| entry.path()));
    files.extend(paths.filter(|path| path.extension().is_some_and(|end| end == "key")));
    files
}

fn read(path: &Path) -> String {
    let small = std::fs::metadata(path).is_ok_and(|file| file.len() <= MAX_FILE_BYTES);
    if small { std::fs::read_to_string(path).unwrap_or_default() } else { String::new() }
}

/// Passwords of a URL: before the host, and in its query; as they stand there, and decoded.
fn url_passwords(url: &str) -> Vec<String> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let user = address.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(user, _)| user);
    let mut found: Vec<String> =
        user.and_then(|user| user.split_once(':')).map(|(_, word)| word.to_owned()).into_iter().collect();
    found.extend(query.split('&').filter_map(|pair| pair.strip_prefix("password=")).map(str::to_owned));
    let decoded: Vec<String> = found.iter().map(|word| decode(word)).collect();
    found.extend(decoded);
    found
}

/// Percent-decodes (RFC 3986 §2.1).
fn decode(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn clean_line(line: &str) -> String {
    let line = SECRET_ELEMENTS.iter().fold(line.to_owned(), |line, name| without_content(&line, name));
    let line = SECRET_NAMES.iter().fold(line, |line, name| without_value(&line, name));
    without_credentials(&without_invitations(&line))
}

/// `<name …>…</name>` without what is in it.
fn without_content(line: &str, name: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    let open = format!("<{name}");
    while let Some(at) = rest.find(&open) {
        let after = &rest[at + open.len()..];
        let is_whole = after.starts_with(['>', ' ', '\t']);
        let Some(end) = after.find('>').filter(|end| is_whole && !after[..*end].ends_with('/')) else {
            out.push_str(&rest[..at + open.len()]);
            rest = after;
            continue;
        };
        out.push_str(&rest[..at + open.len() + end + 1]);
        out.push_str(REMOVED);
        let content = &after[end + 1..];
        rest = content.find("</").map_or("", |close| &content[close..]);
    }
    out + rest
}

/// `name=value`, `name: value` and `"name": "value"` without the value.
fn without_value(line: &str, name: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = find_ignoring_case(rest, name) {
        let after = &rest[at + name.len()..];
        let sign = after.trim_start_matches(['"', '\'', '\\', ' ']);
        let Some(value) = sign.strip_prefix([':', '=']) else {
            out.push_str(&rest[..at + name.len()]);
            rest = after;
            continue;
        };
        let value = value.trim_start_matches(['"', '\'', '\\', ' ']);
        let value = ["Bearer ", "bearer ", "Basic "]
            .iter()
            .find_map(|scheme| value.strip_prefix(scheme))
            .unwrap_or(value);
        let quoted = rest[..rest.len() - value.len()].ends_with(['"', '\'']);
        let ends: &[char] =
            if quoted { &['"', '\'', '\n'] } else { &[' ', ',', ';', '&', '"', '\'', '}', ')', '\n'] };
        let end = value.find(ends).unwrap_or(value.len());
        out.push_str(&rest[..rest.len() - value.len()]);
        if end > 0 {
            out.push_str(REMOVED);
        }
        rest = &value[end..];
    }
    out + rest
}

fn find_ignoring_case(text: &str, name: &str) -> Option<usize> {
    text.as_bytes().windows(name.len()).position(|window| window.eq_ignore_ascii_case(name.as_bytes()))
}

/// Tokens with which a node could join the cluster.
fn without_invitations(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find(INVITATION) {
        let after = &rest[at + INVITATION.len()..];
        let end =
            after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(after.len());
        out.push_str(&rest[..at + INVITATION.len()]);
        out.push_str(REMOVED);
        rest = &after[end..];
    }
    out + rest
}

/// `scheme://user:password@host` without the password.
fn without_credentials(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find("://") {
        let after = &rest[at + 3..];
        let end = after.find([' ', '"', '\'', '/', '\n', '<']).unwrap_or(after.len());
        out.push_str(&rest[..at + 3]);
        let host = match after[..end].rsplit_once('@') {
            Some((user, host)) => {
                let name = user.split_once(':').map_or(user, |(name, _)| name);
                out.push_str(&format!("{name}:{REMOVED}@"));
                host
            }
            None => &after[..end],
        };
        out.push_str(host);
        rest = &after[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> String {
        Scrubber::new(["known secret".to_owned(), "known".to_owned()]).clean(text)
    }

    #[test]
    fn what_looks_like_a_secret_is_taken_out_and_the_rest_stays() {
        for (text, expected) in [
            ("a known secret here", "a (removed) here"),
            ("password=hunter2 user=alice", "password=(removed) user=alice"),
            ("{\"Token\": \"a b\", \"x\": 1}", "{\"Token\": \"(removed)\", \"x\": 1}"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer (removed)"),
            ("use ep1.EzE5Mi4w-x_1 now", "use ep1.(removed) now"),
            ("postgres://u:p:w@db/x and http://host/a", "postgres://u:(removed)@db/x and http://host/a"),
            ("<auth mechanism='PLAIN'>AGE=</auth>", "<auth mechanism='PLAIN'>(removed)</auth>"),
            ("<authorize>x</authorize><success/>", "<authorize>x</authorize><success/>"),
            ("the password was wrong", "the password was wrong"),
            ("passwords: none, token_days = 21", "passwords: none, token_days = 21"),
        ] {
            assert_eq!(clean(text), expected);
        }
        let key = "x\n-----BEGIN EC PRIVATE KEY-----\nMHc\nabc\n-----END EC PRIVATE KEY-----\ny\n";
        assert_eq!(clean(key), "x\n(removed)\ny\n");
    }

    #[test]
    fn passwords_of_a_url_are_found_as_they_stand_and_decoded() {
        let found = url_passwords("postgres://user:p%40ss@host/db?password=other&x=y");
        assert_eq!(found, ["p%40ss", "other", "p@ss", "other"]);
        assert_eq!(url_passwords("sqlite:/var/lib/x@y.db"), Vec::<String>::new());
    }
}
